from __future__ import annotations

from typing import Any

import pytest

from lochan.glue.crawler.catalog import Catalog, Policies
from lochan.glue.crawler.data_stores import DataStore
from lochan.glue.crawler.jdbc_catalog import StoredTable
from lochan.glue.crawler.jdbc_tables import describe_stored_table
from lochan.glue.crawler.tables import Authorship

AUTHOR = Authorship("c", "run", "wh_")
STORE = DataStore("warehouse", "redshift", "h", 5439, "dev", "u", "p")
OTHER = DataStore("copy", "redshift", "h2", 5439, "dev", "u", "p")


def table(*columns: tuple[str, str], name: str = "Fact Ratings") -> StoredTable:
    return StoredTable("books", name, False, columns)


@pytest.fixture
def publish(lake: Any) -> Any:
    def write(stored: StoredTable, store: DataStore = STORE, **policies: Any) -> str:
        catalog = Catalog(lake.glue, "db", "c", Policies(**policies), lake.logged.append)
        return catalog.publish(describe_stored_table(store, stored, AUTHOR))

    return write


def test_name_is_database_schema_and_table_in_hives_letters() -> None:
    described = describe_stored_table(STORE, table(("ID", "int"), ("id", "string")), AUTHOR)
    assert described.name == "wh_dev_books_fact_ratings"
    assert described.location == "dev.books.Fact Ratings"
    assert described.table_input["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "int"}]


def test_view_is_told_from_a_table() -> None:
    described = describe_stored_table(STORE, StoredTable("s", "v", True, ()), AUTHOR)
    assert described.table_input["Parameters"]["typeOfData"] == "view"


def test_columns_follow_the_database_whatever_merging_says(lake: Any, publish: Any) -> None:
    name = publish(table(("id", "int"), ("old", "string")))
    # "For all other data stores, modify existing column definitions": crawler-configuration.html
    publish(table(("id", "bigint")), merge_new_columns=True)
    assert lake.columns(name) == ["id bigint"]


def test_update_policy_log_keeps_the_table(lake: Any, publish: Any) -> None:
    name = publish(table(("id", "int")))
    publish(table(("id", "bigint")), update="LOG")
    assert lake.columns(name) == ["id int"]
    assert "differs from its data; the update policy is LOG" in lake.logged[-1]


def test_same_table_of_another_connection_has_a_name_of_its_own(lake: Any, publish: Any) -> None:
    first = publish(table(("id", "int")))
    # md5 of "dev.books.Fact Ratings:copy", by md5sum
    assert publish(table(("id", "int")), OTHER) == f"{first}_7b63b2dd403d8949f60dc5bdc1f6aadc"
    assert len(lake.tables()) == 2

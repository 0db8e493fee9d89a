"""Crawls of new folders only.

https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html (2026-11-21)
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from lochan.glue.crawler.crawl import CrawlSummary

NOTHING = CrawlSummary(0, 0, 0, 0, 0, 0)
INCREMENTAL: dict[str, Any] = {
    "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
    "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
}


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def crawled(lake: Any) -> Any:
    """A lake with the table `data` of two days, crawled incrementally from the start."""
    for day in ("01", "02"):
        lake.put(f"data/dt={day}/a.json", lines({"id": 1, "name": "n"}))
    assert lake.crawl(**INCREMENTAL) == CrawlSummary(1, 0, 0, 2, 0, 0)
    return lake


def test_new_folder_becomes_a_partition(crawled: Any) -> None:
    crawled.put("data/dt=03/a.json", lines({"id": 1, "name": "n"}))
    assert crawled.crawl(**INCREMENTAL) == CrawlSummary(0, 0, 0, 1, 0, 0)
    assert [values for values, _ in crawled.partitions("data")] == [["01"], ["02"], ["03"]]
    assert crawled.partitions("data")[2][1] == "s3://lake/data/dt=03/"


def test_known_folders_are_not_looked_at(crawled: Any) -> None:
    crawled.put("data/dt=01/b.json", "this is no JSON")
    crawled.s3.delete_object(Bucket="lake", Key="data/dt=02/a.json")
    crawled.logged.clear()
    assert crawled.crawl(**INCREMENTAL) == NOTHING
    assert [values for values, _ in crawled.partitions("data")] == [["01"], ["02"]]
    assert not [line for line in crawled.logged if "UNKNOWN" in line]


def test_table_keeps_its_columns_where_a_new_folder_has_one_more(crawled: Any) -> None:
    crawled.put("data/dt=03/a.json", lines({"id": 1, "name": "n"}, {"id": 2.5, "name": "m"}))
    assert crawled.crawl(**INCREMENTAL).partitions_created == 1
    assert crawled.columns("data") == ["id int", "name string"]


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("data/dt=03/a.json", lines({"other": 1, "still": 2})),
        ("data/dt=03/a.csv", "id,name\n1,n\n2,m\n"),
        ("data/dt=03/hour=1/a.json", lines({"id": 1, "name": "n"})),
    ],
)
def test_new_folder_that_does_not_fit_is_logged_and_left_out(
    crawled: Any, key: str, body: str
) -> None:
    crawled.put(key, body)
    assert crawled.crawl(**INCREMENTAL) == NOTHING
    assert list(crawled.tables()) == ["data"]
    assert any("left out" in line for line in crawled.logged)


def test_combining_compatible_schemas_takes_other_columns(crawled: Any) -> None:
    crawled.put("data/dt=03/a.json", lines({"other": 1, "still": 2}))
    policy = {"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    found = crawled.crawl(**INCREMENTAL, Configuration=json.dumps(policy))
    assert found == CrawlSummary(0, 0, 0, 1, 0, 0)


def test_partition_inherits_the_columns_of_its_table(crawled: Any) -> None:
    crawled.put("data/dt=03/a.json", lines({"id": 2.5, "name": "n"}))
    output = {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
    crawled.crawl(**INCREMENTAL, Configuration=json.dumps({"CrawlerOutput": output}))
    found = crawled.glue.get_partition(DatabaseName="db", TableName="data", PartitionValues=["03"])[
        "Partition"
    ]
    assert found["StorageDescriptor"]["Columns"] == [
        {"Name": "id", "Type": "int"},
        {"Name": "name", "Type": "string"},
    ]


def test_new_folder_beside_tables_becomes_a_table(lake: Any) -> None:
    lake.put("data/users/a.json", lines({"name": "n"}))
    lake.put("data/orders/a.json", lines({"order": 1}))
    assert lake.crawl(**INCREMENTAL).tables_created == 2
    lake.put("data/books/a.json", lines({"isbn": "i", "title": "t"}))
    lake.put("data/prices/a.json", lines({"amount": 2.5}))
    assert lake.crawl(**INCREMENTAL) == CrawlSummary(2, 0, 0, 0, 0, 0)
    assert sorted(lake.tables()) == ["books", "orders", "prices", "users"]

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tasks.academy.names import Names
from tasks.academy.raw_catalog import CatalogConflict, check_databases, register_partitions

DAYS = [f"2026-{month:02d}-{day:02d}" for month in range(1, 6) for day in range(1, 29)]


def values(glue: Any) -> list[str]:
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName="raw", TableName="followers")
    return sorted(one["Values"][0] for page in pages for one in page["Partitions"])


def test_a_table_of_lines_is_made_and_partitions_are_added_in_batches(
    clients: Any, names: Names
) -> None:
    glue = clients("glue")
    register_partitions(glue, names, "user_followers", DAYS[:3])
    register_partitions(glue, names, "user_followers", DAYS)
    assert values(glue) == DAYS
    table = glue.get_table(DatabaseName="raw", Name="followers")["Table"]
    descriptor = table["StorageDescriptor"]
    assert descriptor["Location"] == "s3://raw-data/followers/"
    assert [column["Name"] for column in descriptor["Columns"]] == ["record"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["dt"]
    partition = glue.get_partition(
        DatabaseName="raw", TableName="followers", PartitionValues=["2026-01-01"]
    )["Partition"]
    assert partition["StorageDescriptor"]["Location"] == "s3://raw-data/followers/dt=2026-01-01/"


def test_a_table_of_another_place_or_shape_is_not_taken_for_ours(
    clients: Any, names: Names
) -> None:
    glue = clients("glue")
    register_partitions(glue, names, "users", DAYS[:1])
    with pytest.raises(CatalogConflict, match=r"The table users .* s3://other/users/: delete it"):
        register_partitions(glue, replace(names, bucket="other"), "users", DAYS[:1])
    glue.create_table(
        DatabaseName="raw",
        TableInput={
            "Name": "tweets",
            "PartitionKeys": [{"Name": "dt", "Type": "string"}],
            "StorageDescriptor": {
                "Location": "s3://raw-data/tweets/",
                "Columns": [{"Name": "id", "Type": "string"}],
            },
        },
    )
    with pytest.raises(CatalogConflict, match="The table tweets of the catalog database raw"):
        register_partitions(glue, names, "tweets", DAYS[:1])


@pytest.mark.parametrize("parameter", ["raw_database", "processed_database"])
def test_a_missing_database_is_named_with_its_parameter(
    clients: Any, names: Names, parameter: str
) -> None:
    check_databases(clients("glue"), names)
    other = replace(names, **{parameter: "nowhere"})
    with pytest.raises(CatalogConflict, match=rf"no database nowhere: .* `{parameter}`"):
        check_databases(clients("glue"), other)

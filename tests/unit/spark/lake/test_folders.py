from __future__ import annotations

from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from spark.lake.folders import FoldersAlike, key_mappings, label_rows
from spark.lake.plan import Folder
from tests.unit.spark.lake.test_rows import PLAN

FOLDERS = (
    Folder("s3://bucket/raw/year=2026/day=01/", "first", ("2026", "01")),
    Folder("s3://bucket/raw/year=2026/none/", "second", ("2026", "__HIVE_DEFAULT_PARTITION__")),
)
KEYED = replace(PLAN, partition_keys=("year", "day"), folders=FOLDERS)


def test_partition_keys_come_along_whether_they_are_columns_or_not() -> None:
    assert key_mappings(KEYED) == [("`year`", "lochan_key_0"), ("`day`", "lochan_key_1")]


def test_rows_are_told_apart_by_their_partition_keys(spark: SparkSession) -> None:
    fields = spark.createDataFrame(
        [("a", 2026, "01"), ("b", 2026, None), ("c", 2025, "01")],
        "id string, lochan_key_0 int, lochan_key_1 string",
    )
    assert sorted(map(tuple, label_rows(fields, KEYED).collect())) == [
        ("a", "first", "s3://bucket/raw/year=2026/day=01/"),
        ("b", "second", "s3://bucket/raw/year=2026/none/"),
        ("c", None, None),
    ]


def test_a_prefix_without_partitions_is_one_folder(spark: SparkSession) -> None:
    rows = label_rows(spark.createDataFrame([("a",)], "id string"), PLAN).collect()
    assert [tuple(row) for row in rows] == [("a", "f" * 64, "s3://bucket/raw/")]


def test_folders_that_are_alike_in_the_types_of_their_keys_are_refused(
    spark: SparkSession,
) -> None:
    alike = tuple(Folder(f"s3://bucket/raw/{day}/", day, (day,)) for day in ("1", "01"))
    fields = spark.createDataFrame([("a", 1)], "id string, lochan_key_0 int")
    with pytest.raises(FoldersAlike, match=r"are both 1 in the types .* day: rename one"):
        label_rows(fields, replace(PLAN, partition_keys=("day",), folders=alike))

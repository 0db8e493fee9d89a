from __future__ import annotations

import bz2
import gzip
import io
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lochan.glue.crawler.crawl import CrawlSummary
from lochan.glue.crawler.errors import CrawlRefused, CrawlStopped, TooManyTables, UnusableTarget


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def test_json_lines_become_a_table(lake) -> None:
    lake.put("data/a.json", lines({"Id": 1, "tags": ["x"]}, {"Id": 2**40, "user": {"name": "n"}}))
    assert lake.crawl() == CrawlSummary(1, 0, 0, 0, 0, 0)
    table = lake.tables()["data"]
    assert lake.columns("data") == ["id bigint", "tags array<string>", "user struct<name:string>"]
    storage = table["StorageDescriptor"]
    assert storage["Location"] == "s3://lake/data/"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"paths": "Id,tags,user"},
    }
    parameters = {k: v for k, v in table["Parameters"].items() if k != "CRAWL_RUN_ID"}
    # 25 + 45 bytes in two records: floor(70 / 2) = 35, floor(70 / 35) = 2 (as in real tables).
    assert parameters == {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": "c",
        "averageRecordSize": "35",
        "classification": "json",
        "compressionType": "none",
        "objectCount": "1",
        "recordCount": "2",
        "sizeKey": "70",
        "typeOfData": "file",
    }


def test_hive_folders_become_partitions(lake) -> None:
    lake.put("data/dt=2026-01-01/h=0/a.json", lines({"a": 1}))
    lake.put("data/dt=2026-01-01/h=1/a.json", lines({"a": 1}))
    lake.put("data/dt=2026-01-02/h=0/a.json", lines({"a": 2.5}))
    assert lake.crawl() == CrawlSummary(1, 0, 0, 3, 0, 0)
    table = lake.tables()["data"]
    assert table["PartitionKeys"] == [
        {"Name": "dt", "Type": "string"},
        {"Name": "h", "Type": "string"},
    ]
    assert table["Parameters"]["partition_filtering.enabled"] == "true"
    assert lake.columns("data") == ["a double"]
    assert lake.partitions("data") == [
        (["2026-01-01", "0"], "s3://lake/data/dt=2026-01-01/h=0/"),
        (["2026-01-01", "1"], "s3://lake/data/dt=2026-01-01/h=1/"),
        (["2026-01-02", "0"], "s3://lake/data/dt=2026-01-02/h=0/"),
    ]


def test_plain_folders_become_numbered_partitions(lake) -> None:
    lake.put("data/north/a.csv", "id,v\n1,x\n")
    lake.put("data/south/a.csv", "id,v\n2,y\n")
    lake.crawl()
    assert lake.tables()["data"]["PartitionKeys"] == [{"Name": "partition_0", "Type": "string"}]
    assert lake.partitions("data") == [
        (["north"], "s3://lake/data/north/"),
        (["south"], "s3://lake/data/south/"),
    ]


def test_folders_of_other_columns_are_tables_of_their_own(lake) -> None:
    lake.put("data/users/a.json", lines({"name": "n", "age": 1}))
    lake.put("data/orders/a.json", lines({"order": 1, "price": 2.5}))
    lake.crawl(TablePrefix="raw_")
    assert sorted(lake.tables()) == ["raw_orders", "raw_users"]


def test_combining_compatible_schemas_looks_at_the_format_alone(lake) -> None:
    lake.put("data/w=1/a.json", lines({"data": 1, "meta": {}}))
    lake.put("data/w=2/a.json", lines({"other": 1}))
    policy = {"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    lake.crawl(Configuration=json.dumps(policy))
    assert list(lake.tables()) == ["data"]
    assert lake.columns("data") == ["data int", "meta struct<>", "other int"]


def test_files_of_other_formats_are_tables_of_their_own(lake) -> None:
    lake.put("data/persons.json", lines({"a": 1}))
    lake.put("data/Places 2.csv", "id,v\n1,x\n")
    lake.crawl()
    assert sorted(lake.tables()) == ["persons_json", "places_2_csv"]
    storage = lake.tables()["persons_json"]["StorageDescriptor"]
    assert storage["Location"] == "s3://lake/data/persons.json"


def test_csv_table(lake) -> None:
    lake.put("data/a.csv", "Id|Name\n1|x\n")
    lake.crawl()
    table = lake.tables()["data"]
    assert lake.columns("data") == ["id bigint", "name string"]
    assert table["StorageDescriptor"]["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": "|"},
    }
    wanted = {
        "delimiter": "|",
        "columnsOrdered": "true",
        "areColumnsQuoted": "false",
        "skip.header.line.count": "1",
    }
    assert wanted.items() <= table["Parameters"].items()


def test_parquet_table(lake) -> None:
    body = parquet(
        a=pa.array([1, 2], pa.int32()),
        d=pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
        t=pa.array([0, 1], pa.timestamp("us")),
        s=pa.array([["x"], []], pa.list_(pa.string())),
        m=pa.array([{"k": 1}, None], pa.struct([("k", pa.int64())])),
        day=pa.array([0, 1], pa.date32()),
        f=pa.array([1.0, 2.0], pa.float32()),
    )
    lake.put("data/a.parquet", body)
    lake.crawl()
    assert lake.columns("data") == [
        "a int",
        "d decimal(10,2)",
        "t timestamp",
        "s array<string>",
        "m struct<k:bigint>",
        "day date",
        "f float",
    ]
    parameters = lake.tables()["data"]["Parameters"]
    assert parameters["classification"] == "parquet"
    assert parameters["recordCount"] == "2"
    assert parameters["sizeKey"] == str(len(body))


@pytest.mark.parametrize(("compress", "named"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2")])
def test_compressed_files(lake, compress: Any, named: str) -> None:
    lake.put("data/a.json.x", compress(lines({"a": 1}).encode()))
    lake.crawl()
    table = lake.tables()["data"]
    assert table["Parameters"]["compressionType"] == named
    assert table["StorageDescriptor"]["Compressed"] is True
    assert lake.columns("data") == ["a int"]


def test_a_json_array_is_one_column(lake) -> None:
    lake.put("data/a.json", json.dumps([{"a": 1}, {"b": "x"}]))
    lake.crawl()
    assert lake.columns("data") == ["array array<struct<a:int,b:string>>"]


def test_json_over_several_lines(lake) -> None:
    lake.put("data/a.json", json.dumps({"a": 1}, indent=2) + json.dumps({"b": 1}, indent=2))
    lake.crawl()
    assert lake.columns("data") == ["a int", "b int"]
    assert lake.tables()["data"]["Parameters"]["recordCount"] == "2"


def test_a_record_longer_than_a_megabyte_is_read_on(lake) -> None:
    lake.put("data/a.json", json.dumps({"a": "x" * 2_500_000}))
    lake.crawl()
    assert lake.columns("data") == ["a string"]


def test_unknown_files_are_logged_and_left_out(lake) -> None:
    lake.put("data/a.json", lines({"a": 1}))
    lake.put("data/b.bin", b"\x00\x01\x02")
    lake.crawl()
    assert "WARN : s3://lake/data/b.bin has an UNKNOWN classification" in lake.logged
    assert lake.tables()["data"]["Parameters"]["objectCount"] == "1"


def test_crawling_again_changes_nothing(lake) -> None:
    lake.put("data/dt=1/a.json", lines({"a": 1}))
    lake.crawl()
    assert lake.crawl() == CrawlSummary(0, 0, 0, 0, 0, 0)


def test_a_new_column_updates_the_table_and_its_partition(lake) -> None:
    lake.put("data/dt=1/a.json", lines({"a": 1, "b": 1, "c": 1}))
    lake.crawl()
    lake.put("data/dt=1/a.json", lines({"a": 1, "b": 1, "c": 1, "d": "x"}))
    assert lake.crawl() == CrawlSummary(0, 1, 0, 0, 1, 0)
    assert lake.columns("data") == ["a int", "b int", "c int", "d string"]


def test_the_log_policy_leaves_tables_as_they_are(lake) -> None:
    policy = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    lake.put("data/a.json", lines({"a": 1}))
    lake.crawl(SchemaChangePolicy=policy)
    lake.put("data/a.json", lines({"a": "x"}))
    assert lake.crawl(SchemaChangePolicy=policy) == CrawlSummary(0, 0, 0, 0, 0, 0)
    assert lake.columns("data") == ["a int"]


def test_merging_new_columns_keeps_the_old_ones(lake) -> None:
    configuration = json.dumps(
        {"Version": 1.0, "CrawlerOutput": {"Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}
    )
    lake.put("data/a.json", lines({"a": 1, "b": 1}))
    lake.crawl(Configuration=configuration)
    lake.put("data/a.json", lines({"a": "x", "c": 1}))
    lake.crawl(Configuration=configuration)
    assert lake.columns("data") == ["a int", "b int", "c int"]


@pytest.mark.parametrize(
    ("policy", "deleted", "deprecated"),
    [
        ("DELETE_FROM_DATABASE", True, False),
        ("DEPRECATE_IN_DATABASE", False, True),
        ("LOG", False, False),
    ],
)
def test_tables_whose_data_is_gone(lake, policy: str, deleted: bool, deprecated: bool) -> None:
    lake.put("data/a.json", lines({"a": 1}))
    lake.crawl()
    lake.s3.delete_object(Bucket="lake", Key="data/a.json")
    lake.crawl(SchemaChangePolicy={"DeleteBehavior": policy})
    assert ("data" not in lake.tables()) is deleted
    marked = "DEPRECATED_BY_CRAWLER" in lake.tables().get("data", {}).get("Parameters", {})
    assert marked is deprecated


def test_partitions_whose_folder_is_gone_are_deleted(lake) -> None:
    lake.put("data/dt=1/a.json", lines({"a": 1}))
    lake.put("data/dt=2/a.json", lines({"a": 1}))
    lake.crawl()
    lake.s3.delete_object(Bucket="lake", Key="data/dt=1/a.json")
    assert lake.crawl().partitions_deleted == 1
    assert lake.partitions("data") == [(["2"], "s3://lake/data/dt=2/")]


def test_a_name_that_another_table_has_gets_a_suffix(lake) -> None:
    lake.glue.create_table(
        DatabaseName="db",
        TableInput={"Name": "data", "StorageDescriptor": {"Location": "s3://elsewhere/data/"}},
    )
    lake.put("data/a.json", lines({"a": 1}))
    lake.crawl()
    # md5 of "s3://lake/data/", by md5sum
    assert sorted(lake.tables()) == ["data", "data_991401d93676dd60dba5cc3f1c5c0c39"]


def test_more_partitions_than_a_batch_takes(lake) -> None:
    for number in range(120):
        lake.put(f"data/dt={number:03}/a.json", lines({"a": number}))
    assert lake.crawl().partitions_created == 120
    found = lake.glue.get_paginator("get_partitions").paginate(DatabaseName="db", TableName="data")
    assert sum(len(page["Partitions"]) for page in found) == 120


def test_an_empty_prefix_makes_no_table(lake) -> None:
    assert lake.crawl() == CrawlSummary(0, 0, 0, 0, 0, 0)


def test_a_missing_bucket_is_named(lake) -> None:
    with pytest.raises(
        UnusableTarget, match=r"The target s3://nowhere/x/ cannot be listed: .*bucket"
    ):
        lake.crawl("s3://nowhere/x/")


def test_a_crawl_stops_when_told(lake) -> None:
    lake.put("data/a.json", lines({"a": 1}))
    with pytest.raises(CrawlStopped):
        lake.crawl(should_stop=lambda: True)
    assert lake.tables() == {}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"Targets": {"DynamoDBTargets": [{"Path": "t"}]}}, "DynamoDBTargets"),
        ({"Targets": {"JdbcTargets": [{"Path": "db/%"}]}}, "no ConnectionName"),
        (
            {
                "Targets": {
                    "JdbcTargets": [
                        {
                            "ConnectionName": "c",
                            "Path": "db/%",
                            "EnableAdditionalMetadata": ["RAWTYPES"],
                        }
                    ]
                }
            },
            "EnableAdditionalMetadata",
        ),
        ({"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVENT_MODE"}}, "CRAWL_EVENT_MODE"),
        (
            {"Configuration": '{"Grouping": {"TableLevelConfiguration": 0}}'},
            "TableLevelConfiguration must be a whole number above 0, and is 0",
        ),
        ({"Configuration": '{"Grouping": {"TableThreshold": "5"}}'}, "TableThreshold"),
        (
            {"Targets": {"S3Targets": [{"Path": "s3://lake/", "SampleSize": 250}]}},
            "SampleSize of the target s3://lake/ must be from 1 to 249",
        ),
        (
            {
                "Targets": {"JdbcTargets": [{"ConnectionName": "c", "Path": "db/%"}]},
                "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
            },
            "is for folders of S3",
        ),
    ],
)
def test_what_is_not_emulated_is_refused_by_name(lake, options: Any, named: str) -> None:
    with pytest.raises(CrawlRefused, match=named):
        lake.crawl(**options)


def test_sample_size_looks_at_the_first_files_of_each_folder(lake) -> None:
    for day in ("1", "2"):
        lake.put(f"data/dt={day}/a.json", lines({"a": 1}))
        lake.put(f"data/dt={day}/b.json", lines({"b": 1}))
    lake.crawl(Targets={"S3Targets": [{"Path": "s3://lake/data/", "SampleSize": 1}]})
    assert lake.columns("data") == ["a int"]
    assert lake.tables()["data"]["Parameters"]["objectCount"] == "2"


# Levels count from the bucket: one table of each folder of s3://lake/data/ is level 3. The digits
# are the md5 of "s3://lake/data/users/dt=1/", by md5sum.
@pytest.mark.parametrize(
    ("level", "tables"),
    [
        (None, ["data"]),
        (2, ["data"]),
        (3, ["orders", "users"]),
        (4, ["dt_1", "dt_1_3e6b02adfd4ad9f2edf37c37ab502d7e", "dt_2"]),
    ],
)
def test_table_level_says_where_the_tables_are(lake, level: int | None, tables: list[str]) -> None:
    for key in ("orders/dt=1", "orders/dt=2", "users/dt=1"):
        lake.put(f"data/{key}/a.json", lines({"a": 1}))
    grouping = {"TableLevelConfiguration": level} if level else {}
    lake.crawl(Configuration=json.dumps({"Version": 1.0, "Grouping": grouping}))
    assert sorted(lake.tables()) == tables


def test_table_level_ignores_how_similar_columns_are(lake) -> None:
    lake.put("data/events/dt=1/a.json", lines({"a": 1, "b": 1}))
    lake.put("data/events/dt=2/a.json", lines({"c": 1, "d": 1}))
    lake.put("data/users/a.json", lines({"c": 1, "d": 1}))
    grouping = {"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}
    lake.crawl(Configuration=json.dumps(grouping))
    assert sorted(lake.tables()) == ["events", "users"]
    assert lake.columns("events") == ["a int", "b int", "c int", "d int"]


def test_more_tables_than_the_threshold_write_nothing(lake) -> None:
    lake.put("data/users/a.json", lines({"name": "n"}))
    lake.put("data/orders/a.json", lines({"order": 1}))
    with pytest.raises(TooManyTables, match=r"found 2 tables, .* TableThreshold is 1"):
        lake.crawl(Configuration='{"Version": 1.0, "Grouping": {"TableThreshold": 1}}')
    assert lake.tables() == {}
    lake.crawl(Configuration='{"Version": 1.0, "Grouping": {"TableThreshold": 2}}')
    assert sorted(lake.tables()) == ["orders", "users"]

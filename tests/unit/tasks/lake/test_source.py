from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tasks.lake.request import LoadRequest
from tasks.lake.source import (
    CsvLayout,
    Source,
    SourceUnusable,
    find_objects,
    has_alike,
    partition_values,
    read_source,
    source_crawler,
)
from tasks.settings import Rds, Redshift, Settings, XApi

REQUEST = LoadRequest("bucket", "raw/", "auto", "lake", "t")
SETTINGS = Settings(
    environment="test",
    region="us-east-1",
    landing_bucket="landing",
    processed_bucket="processed",
    temp_bucket="temp",
    crawler_role_arn="arn:aws:iam::000000000000:role/crawler",
    redshift=Redshift("localhost", 5439, "dev", "arn", "arn:aws:iam::000000000000:role/copy"),
    rds=Rds("localhost", 5432, "rds", "arn"),
    x_api=XApi("http://localhost", "arn"),
)
CRAWLER = "lochan-test-lake-raw"


def client(service: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def table(name: str, kind: str, *columns: tuple[str, str], **more: Any) -> dict[str, Any]:
    parameters = {"classification": kind, "UPDATED_BY_CRAWLER": CRAWLER}
    return {
        "Name": name,
        "DatabaseName": "landing",
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns],
            "Location": f"s3://bucket/raw/{name}",
            "SerdeInfo": {"Parameters": more.pop("serde", {})},
        },
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in more.pop("keys", [])],
        "Parameters": {**parameters, **more},
    }


def read(*tables: dict[str, Any], request: LoadRequest = REQUEST) -> Source:
    glue = client("glue")
    with Stubber(glue) as stubber:
        stubber.add_response(
            "get_tables",
            {"TableList": list(tables)},
            {"DatabaseName": "landing", "Expression": "lake_.*"},
        )
        return read_source(glue, CRAWLER, "landing", "lake_", request)


def list_keys(*keys: tuple[str, int]) -> list[str]:
    s3 = client("s3")
    contents = [{"Key": key, "ETag": '"e"', "Size": size} for key, size in keys]
    with Stubber(s3) as stubber:
        stubber.add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
        return [stored.key for stored in find_objects(s3, "bucket", "raw/")]


def test_hidden_objects_and_folder_markers_are_no_data() -> None:
    keys = [("raw/", 0), ("raw/a.csv", 9), ("raw/_SUCCESS", 0), ("raw/.x/b.csv", 9)]
    assert list_keys(*keys, ("raw/day=1/c.csv", 1)) == ["raw/a.csv", "raw/day=1/c.csv"]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ([], "holds no objects: there is nothing"),
        ([("raw/_SUCCESS", 0)], "holds no objects, only 1 hidden ones"),
        ([("raw/a.csv", 0), ("raw/b.csv", 0)], "holds 2 objects, and all are empty"),
    ],
)
def test_an_empty_prefix_is_refused(keys: list[tuple[str, int]], sentence: str) -> None:
    with pytest.raises(SourceUnusable, match=sentence):
        list_keys(*keys)


def test_a_crawled_table_has_its_partition_keys_last() -> None:
    described = table(
        "t",
        "csv",
        ("a", "bigint"),
        keys=["day"],
        serde={"field.delim": "|"},
        **{"skip.header.line.count": "1"},
    )
    assert read(described) == Source(
        "landing",
        "t",
        "csv",
        (("a", "bigint"), ("day", "string")),
        ("day",),
        CsvLayout("|", '"', True),
        "s3://bucket/raw/t",
    )
    with pytest.raises(SourceUnusable, match=r"is CSV with '\|' between the fields, not ','"):
        read(described, request=replace(REQUEST, delimiter=","))


def test_tables_of_other_crawlers_are_not_the_prefixs() -> None:
    other = table("other", "csv", ("a", "int"))
    other["Parameters"]["UPDATED_BY_CRAWLER"] = "somebody else's"
    assert read(other, table("t", "json", ("a", "int"))).table == "t"


@pytest.mark.parametrize(
    ("tables", "request_", "sentence"),
    [
        ([], REQUEST, "No classifier knows what s3://bucket/raw/ holds.*`delimiter`"),
        (
            [table("a", "csv", ("x", "int")), table("b", "json", ("y", "int"), ("z", "int"))],
            REQUEST,
            r"holds 2 tables(?s:.*)raw/a \(csv, 1 columns\)(?s:.*)raw/b \(json, 2 columns\)",
        ),
        (
            [table("a", "csv", ("x", "int"))],
            replace(REQUEST, format="parquet"),
            "holds csv, not parquet: give format=csv",
        ),
        ([table("a", "orc", ("x", "int"))], REQUEST, "holds orc, and only csv, json, parquet"),
        (
            [table("a", "json", ("array", "array<struct<a:int>>"))],
            REQUEST,
            r"one JSON array each: give json_path='\$\[\*\]'",
        ),
        (
            [table("a", "parquet", ("day", "int"), keys=["day"])],
            REQUEST,
            "day is both a column of the files and a partition folder",
        ),
    ],
)
def test_what_is_not_one_table_is_refused(
    tables: list[dict[str, Any]], request_: LoadRequest, sentence: str
) -> None:
    with pytest.raises(SourceUnusable, match=sentence):
        read(*tables, request=request_)


KEYED = Source(
    "landing",
    "t",
    "csv",
    (("a", "bigint"), ("year", "int"), ("partition_1", "string")),
    ("year", "partition_1"),
    None,
    "s3://bucket/raw/",
)


def test_a_folder_has_its_values_of_the_partition_keys_in_its_path() -> None:
    assert partition_values(KEYED, "s3://bucket/raw/Year=2026/a=b/") == ["2026", "a=b"]
    assert partition_values(replace(KEYED, partition_keys=()), "s3://bucket/raw/x/") == []
    with pytest.raises(SourceUnusable, match="lie equally deep"):
        partition_values(KEYED, "s3://bucket/raw/year=2026/")


def test_a_crawler_logs_with_the_environments_key() -> None:
    _, crawler = source_crawler(SETTINGS, REQUEST)
    assert crawler["CrawlerSecurityConfiguration"] == "lochan-test"


def test_a_crawl_of_new_folders_changes_nothing_that_is_there() -> None:
    _, everything = source_crawler(SETTINGS, REQUEST)
    _, only_new = source_crawler(SETTINGS, REQUEST, only_new=True)
    assert everything["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert only_new["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    # https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html: LOG, and nothing else.
    assert only_new["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    assert only_new["Targets"] == everything["Targets"]


@pytest.mark.parametrize(
    ("columns", "fits"),
    [([("a", "bigint")], True), ([("a", "string")], False), (None, False)],
)
def test_new_folders_are_taken_where_the_catalog_has_them_with_the_tables_columns(
    columns: list[tuple[str, str]] | None, fits: bool
) -> None:
    """A folder that differs is in the catalog with other columns, or not at all."""
    found = [
        {"StorageDescriptor": {"Columns": [{"Name": name, "Type": kind} for name, kind in columns]}}
        for columns in [columns]
        if columns is not None
    ]
    glue = client("glue")
    with Stubber(glue) as stubber:
        stubber.add_response(
            "batch_get_partition",
            {"Partitions": found},
            {
                "DatabaseName": "landing",
                "TableName": "t",
                "PartitionsToGet": [{"Values": ["2026", "x"]}],
            },
        )
        assert has_alike(glue, KEYED, ["s3://bucket/raw/year=2026/x/"]) is fits

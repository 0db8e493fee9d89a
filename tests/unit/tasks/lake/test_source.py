from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tasks.glue import Crawl
from tasks.lake.request import LoadRequest
from tasks.lake.source import CsvLayout, Source, SourceUnusable, find_objects, read_source

REQUEST = LoadRequest("bucket", "raw/", "auto", "lake", "t")
CRAWL = Crawl("lochan-test-lake-raw", "SUCCEEDED", "", "")


def client(service: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def table(name: str, kind: str, *columns: tuple[str, str], **more: Any) -> dict[str, Any]:
    parameters = {"classification": kind, "UPDATED_BY_CRAWLER": CRAWL.crawler_name}
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
        return read_source(glue, CRAWL, "landing", "lake_", request)


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
    )


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

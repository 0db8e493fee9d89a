"""What the event hours of a table hold, read without Spark: the catalog, S3's objects, pyarrow."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform


def locations(platform: Platform, table: str) -> dict[str, str]:
    """Where the catalog says that each event hour lies."""
    pages = (
        platform.client("glue")
        .get_paginator("get_partitions")
        .paginate(
            DatabaseName=f"lochan_{platform.values['LOCHAN_ENVIRONMENT']}_processed",
            TableName=table,
        )
    )
    return {
        "-".join(one["Values"]): one["StorageDescriptor"]["Location"]
        for page in pages
        for one in page["Partitions"]
    }


def rows_at(platform: Platform, location: str) -> list[dict[str, Any]]:
    """The rows of a partition, from the objects under its location."""
    s3, bucket = platform.client("s3"), platform.values["PROCESSED_BUCKET"]
    prefix = location.removeprefix(f"s3://{bucket}/")
    rows: list[dict[str, Any]] = []
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        if found["Key"].endswith(".parquet"):
            rows += read_parquet(platform, found["Key"])
    return rows


def read_parquet(platform: Platform, key: str) -> list[dict[str, Any]]:
    """The rows of one object of the processed zone."""
    body = platform.client("s3").get_object(Bucket=platform.values["PROCESSED_BUCKET"], Key=key)
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(body["Body"].read())).to_pylist()
    return rows


def ids(platform: Platform, table: str) -> dict[str, list[str]]:
    return {
        hour: sorted(row["id"] for row in rows_at(platform, location))
        for hour, location in locations(platform, table).items()
    }


def list_keys(platform: Platform, prefix: str) -> list[str]:
    pages = (
        platform.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=platform.values["PROCESSED_BUCKET"], Prefix=prefix)
    )
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def hours_of(platform: Platform, table: str) -> list[tuple[str, list[str]]]:
    """Every event hour that the catalog has, with its rows in an order of their own."""
    return sorted(
        (hour, sorted(map(str, rows_at(platform, location))))
        for hour, location in locations(platform, table).items()
    )


def hours_of_delta(platform: Platform, folder: str) -> list[tuple[str, list[str]]]:
    """Every event hour of a Delta table, with its rows: what its log adds and does not remove.

    https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file
    """
    s3, bucket = platform.client("s3"), platform.values["PROCESSED_BUCKET"]
    files: dict[str, dict[str, str]] = {}
    log = sorted(list_keys(platform, f"{folder}_delta_log/"))
    assert not [key for key in log if "checkpoint" in key], "only commits are read here"
    for key in [key for key in log if key.endswith(".json")]:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for action in map(json.loads, body.splitlines()):
            if "add" in action:
                files[action["add"]["path"]] = action["add"]["partitionValues"]
            elif "remove" in action:
                del files[action["remove"]["path"]]
    hours: dict[str, list[str]] = {}
    for path, values in files.items():
        hour = "-".join(values[part] for part in ("year", "month", "day", "hour"))
        rows = hours.setdefault(hour, [])
        rows += map(str, read_parquet(platform, folder + unquote(path)))
    return sorted((hour, sorted(rows)) for hour, rows in hours.items())

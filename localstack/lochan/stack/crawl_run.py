"""One crawl of an S3 prefix into the stack's catalog, waited for."""

import contextlib
import re
import time
from dataclasses import dataclass
from typing import Any

from lochan.stack.clients import AWS_ERRORS, ROLE, open_clients, tell
from lochan.stack.errors import StackError
from lochan.stack.settings import Settings

_POLL_SECONDS = 0.3


@dataclass(frozen=True)
class CrawledTable:
    """A table of the crawled database: its name and its columns with their types."""

    name: str
    columns: tuple[tuple[str, str], ...]
    partition_keys: tuple[tuple[str, str], ...]


def crawl_prefix(settings: Settings, url: str, database: str) -> list[CrawledTable]:
    """Crawl `s3://bucket/prefix` into a database, made if need be, and list its tables."""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/.*)?", url):
        raise StackError(f"{url} is not an S3 prefix: write it as s3://bucket/prefix/.")
    (glue,) = open_clients(settings, "glue")
    try:
        name = _define(glue, url, database)
        glue.start_crawler(Name=name)
        _await_end(glue, name)
        tables = glue.get_paginator("get_tables").paginate(DatabaseName=database)
        return [_read(table) for page in tables for table in page["TableList"]]
    except AWS_ERRORS as error:
        raise tell(error, f"The crawl of {url}") from error


def _define(glue: Any, url: str, database: str) -> str:
    name = "crawl-" + re.sub(r"[^a-z0-9]+", "-", url.removeprefix("s3://").lower()).strip("-")
    with contextlib.suppress(glue.exceptions.AlreadyExistsException):  # crawled into before
        glue.create_database(DatabaseInput={"Name": database})
    definition = {
        "Name": name,
        "Role": ROLE,
        "DatabaseName": database,
        "Targets": {"S3Targets": [{"Path": url}]},
    }
    try:
        glue.update_crawler(**definition)
    except glue.exceptions.EntityNotFoundException:
        glue.create_crawler(**definition)
    return name


def _await_end(glue: Any, name: str) -> None:
    while (crawler := glue.get_crawler(Name=name)["Crawler"])["State"] != "READY":
        time.sleep(_POLL_SECONDS)
    last = crawler["LastCrawl"]
    if last["Status"] != "SUCCEEDED":
        reason = last.get("ErrorMessage") or "it gave no reason"
        raise StackError(f"The crawler {name} ended {last['Status']}: {reason}")


def _read(table: dict[str, Any]) -> CrawledTable:
    return CrawledTable(
        name=table["Name"],
        columns=_pairs(table.get("StorageDescriptor", {}).get("Columns", [])),
        partition_keys=_pairs(table.get("PartitionKeys", [])),
    )


def _pairs(columns: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((column["Name"], column["Type"]) for column in columns)

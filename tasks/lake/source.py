"""The source: its objects, its crawler, and its table in the Data Catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tasks.glue import run_crawler
from tasks.lake.request import LoadRequest
from tasks.processed import StoredObject, list_objects
from tasks.settings import Settings
from warehouse.lake.fields import Field, open_structs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORMATS = ("csv", "json", "parquet")
# Committers' scratch and markers.
EXCLUSIONS = ["**/_*", "**/.*", "_*", ".*"]
_HEADERS = {"auto": "UNKNOWN", "present": "PRESENT", "absent": "ABSENT"}
# A crawl describes one array as one column of this name.
_WHOLE_ARRAY = "array"
SHOWN_TABLES = 10
# https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html
MOST_PARTITIONS = 1000
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class SourceUnusable(Exception):
    """The prefix holds nothing that can be one table; the message says what it holds."""


@dataclass(frozen=True)
class CsvLayout:
    """How CSV files are written, as the catalog says."""

    delimiter: str
    quote: str
    has_header: bool


@dataclass(frozen=True)
class Source:
    """A crawled table: where the catalog has it, its format, and its columns with their types.

    Partition keys are columns like the others, last.
    """

    database: str
    table: str
    format: str
    columns: tuple[tuple[str, str], ...]
    partition_keys: tuple[str, ...] = ()
    csv: CsvLayout | None = None
    location: str = ""

    @property
    def fields(self) -> list[Field]:
        """The fields of the columns, structs opened."""
        return open_structs(self.columns)


def find_objects(s3: S3Client, bucket: str, prefix: str) -> list[StoredObject]:
    """List the objects that a load reads; raises SourceUnusable where there are none."""
    try:
        listed = list_objects(s3, bucket, prefix)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("AccessDenied", "403"):
            raise
        raise SourceUnusable(
            f"s3://{bucket}/{prefix} may not be listed by these credentials: allow "
            "s3:ListBucket and s3:GetObject there, or copy the objects to the landing bucket."
        ) from error
    found = [stored for stored in listed if _is_data(stored.key.removeprefix(prefix))]
    if not found:
        hidden = f", only {len(listed)} hidden ones" if listed else ""
        raise SourceUnusable(
            f"s3://{bucket}/{prefix} holds no objects{hidden}: there is nothing to load."
        )
    if all(stored.bytes == 0 for stored in found):
        raise SourceUnusable(
            f"s3://{bucket}/{prefix} holds {len(found)} objects, and all are empty: there is "
            "nothing to load."
        )
    return found


def _is_data(name: str) -> bool:
    return (
        bool(name)
        and not name.endswith("/")
        and not any(part.startswith(("_", ".")) for part in name.split("/"))
    )


def source_crawler(
    settings: Settings, request: LoadRequest, *, only_new: bool = False
) -> tuple[str, dict[str, Any]]:
    """Name and define the crawler of the prefix; its tables' names begin with the prefix's hash.

    One that looks at new folders only may change nothing of what is there.
    https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
    """
    name = settings.glue_name(f"lake-{request.slug}")
    return name, {
        "Role": settings.crawler_role_arn,
        "CrawlerSecurityConfiguration": settings.security_configuration,
        "DatabaseName": landing_database(settings),
        "Description": f"What {request.source_uri} holds",
        "TablePrefix": f"lake_{request.hash}_",
        "Configuration": json.dumps(_configuration(request)),
        "Classifiers": [name] if _classifier(name, request) else [],
        "Targets": {"S3Targets": [{"Path": request.source_uri, "Exclusions": EXCLUSIONS}]},
        "RecrawlPolicy": {
            "RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY" if only_new else "CRAWL_EVERYTHING"
        },
        "SchemaChangePolicy": {
            "UpdateBehavior": "LOG" if only_new else "UPDATE_IN_DATABASE",
            "DeleteBehavior": "LOG" if only_new else "DELETE_FROM_DATABASE",
        },
    }


def _configuration(request: LoadRequest) -> dict[str, Any]:
    """Files are one table where their columns are alike, or where a person says so."""
    grouping = {"Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}
    return {"Version": 1.0, **(grouping if request.combine else {})}


def landing_database(settings: Settings) -> str:
    """Name the catalog database that crawls of the landing zone fill."""
    return f"lochan_{settings.environment}_landing"


def crawl_source(glue: Any, settings: Settings, request: LoadRequest) -> Source:
    """Crawl the prefix and describe its one table; raises SourceUnusable or GlueFailure."""
    return _crawl(glue, settings, request, only_new=False)


def crawl_new_folders(
    glue: Any, settings: Settings, request: LoadRequest, paths: Sequence[str]
) -> Source | None:
    """Crawl the folders that came; None where that does not tell what they hold.

    They may not fit the table of the others, or have been crawled before, by a run that did not
    load them. Then the whole prefix has to be crawled.
    """
    crawler, definition = source_crawler(settings, request)
    place = (definition["DatabaseName"], definition["TablePrefix"])
    uris = [f"{request.source_uri}{path}" for path in paths]
    try:
        if find_partitions(glue, read_source(glue, crawler, *place, request), uris):
            return None
        source = _crawl(glue, settings, request, only_new=True)
    except SourceUnusable:
        return None
    return source if has_alike(glue, source, uris) else None


def _crawl(glue: Any, settings: Settings, request: LoadRequest, *, only_new: bool) -> Source:
    name, definition = source_crawler(settings, request, only_new=only_new)
    if not only_new:
        ensure_classifier(glue, name, _classifier(name, request))
    ensure_crawler(glue, name, definition)
    run_crawler(glue, crawler_name=name)
    return read_source(glue, name, definition["DatabaseName"], definition["TablePrefix"], request)


def has_alike(glue: Any, source: Source, uris: Sequence[str]) -> bool:
    """Tell whether the catalog has these folders, with the columns of their table."""
    keys = set(source.partition_keys)
    columns = [(name, kind) for name, kind in source.columns if name not in keys]
    found = find_partitions(glue, source, uris)
    return len(found) == len(uris) and all(
        _columns(partition["StorageDescriptor"]["Columns"]) == columns for partition in found
    )


def find_partitions(glue: Any, source: Source, uris: Sequence[str]) -> list[dict[str, Any]]:
    """Find those of the folders that are partitions of the table in the catalog."""
    if not source.partition_keys:
        return []
    values = [{"Values": partition_values(source, uri)} for uri in uris]
    return [
        partition
        for first in range(0, len(values), MOST_PARTITIONS)
        for partition in glue.batch_get_partition(
            DatabaseName=source.database,
            TableName=source.table,
            PartitionsToGet=values[first : first + MOST_PARTITIONS],
        )["Partitions"]
    ]


def partition_values(source: Source, uri: str) -> list[str]:
    """Read a folder's values of the partition keys off its path, as crawlers do."""
    if not source.partition_keys:
        return []
    place = uri.removeprefix(source.location.rstrip("/") + "/")
    steps = [step for step in place.split("/") if step]
    if len(steps) != len(source.partition_keys):
        raise SourceUnusable(
            f"{uri} is no partition of the crawled table {source.table}, whose keys are "
            f"{', '.join(source.partition_keys)}: let all objects lie equally deep."
        )
    return [
        step.partition("=")[2] if step.lower().startswith(f"{key}=") else step
        for step, key in zip(steps, source.partition_keys, strict=True)
    ]


def read_source(
    glue: Any, crawler_name: str, database: str, table_prefix: str, request: LoadRequest
) -> Source:
    """Read the one table that the crawler made; raises SourceUnusable where there is not one."""
    tables = [
        table
        for page in glue.get_paginator("get_tables").paginate(
            DatabaseName=database, Expression=f"{table_prefix}.*"
        )
        for table in page["TableList"]
        if table.get("Parameters", {}).get("UPDATED_BY_CRAWLER") == crawler_name
    ]
    if not tables:
        raise SourceUnusable(
            f"No classifier knows what {request.source_uri} holds: it is neither CSV, JSON nor "
            "Parquet, or CSV with an unusual delimiter (give `delimiter`)."
        )
    if len(tables) > 1:
        raise SourceUnusable(_describe_several(tables, request))
    return _read_table(tables[0], request)


def _read_table(table: Mapping[str, Any], request: LoadRequest) -> Source:
    found = table.get("Parameters", {}).get("classification", "")
    if found not in FORMATS:
        raise SourceUnusable(
            f"{request.source_uri} holds {found or 'files of an unknown format'}, and only "
            f"{', '.join(FORMATS)} are loaded."
        )
    if request.format not in ("auto", found):
        raise SourceUnusable(
            f"{request.source_uri} holds {found}, not {request.format}: give format={found} or "
            "auto, or another prefix."
        )
    columns = _columns(table["StorageDescriptor"]["Columns"])
    keys = _columns(table.get("PartitionKeys", []))
    if (
        found == "json"
        and [name for name, _ in columns] == [_WHOLE_ARRAY]
        and not request.json_path
    ):
        raise SourceUnusable(
            f"The files of {request.source_uri} are one JSON array each: give json_path='$[*]' to "
            "load its elements."
        )
    named = {name for name, _ in columns}
    twice = [name for name, _ in keys if name in named]
    if twice:
        raise SourceUnusable(
            f"{', '.join(twice)} is both a column of the files and a partition folder of "
            f"{request.source_uri}: the one would hide the other. Rename the folders."
        )
    layout = _read_layout(table) if found == "csv" else None
    if layout and request.delimiter and layout.delimiter != request.delimiter:
        raise SourceUnusable(
            f"{request.source_uri} is CSV with {layout.delimiter!r} between the fields, not "
            f"{request.delimiter!r}: give that one, or none."
        )
    return Source(
        table["DatabaseName"],
        table["Name"],
        found,
        (*columns, *keys),
        tuple(name for name, _ in keys),
        layout,
        table["StorageDescriptor"]["Location"],
    )


def _read_layout(table: Mapping[str, Any]) -> CsvLayout:
    parameters = {
        **table.get("Parameters", {}),
        **table["StorageDescriptor"].get("SerdeInfo", {}).get("Parameters", {}),
    }
    delimiter = parameters.get("separatorChar") or parameters.get("field.delim")
    return CsvLayout(
        delimiter or parameters.get("delimiter") or ",",
        parameters.get("quoteChar", '"'),
        int(parameters.get("skip.header.line.count", 0)) > 0,
    )


def _columns(described: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(column["Name"], column["Type"]) for column in described]


def _describe_several(tables: Sequence[Mapping[str, Any]], request: LoadRequest) -> str:
    shown = sorted(
        (
            table["StorageDescriptor"]["Location"],
            table.get("Parameters", {}).get("classification", "unknown"),
            len(table["StorageDescriptor"]["Columns"]),
        )
        for table in tables
    )
    lines = [f"  {place} ({kind}, {count} columns)" for place, kind, count in shown[:SHOWN_TABLES]]
    more = [f"  and {len(shown) - SHOWN_TABLES} more"] if len(shown) > SHOWN_TABLES else []
    return "\n".join(
        [
            f"{request.source_uri} holds {len(shown)} tables, and a load takes one. Give the "
            "prefix of one of them (a file has to lie in a folder of its own), or combine=true "
            "where they are one table all the same:",
            *lines,
            *more,
        ]
    )


def has_table(glue: Any, database: str, table: str) -> bool:
    """Tell whether the catalog has a table."""
    try:
        glue.get_table(DatabaseName=database, Name=table)
    except glue.exceptions.EntityNotFoundException:
        return False
    return True


def ensure_crawler(glue: Any, name: str, definition: Mapping[str, Any]) -> None:
    """Make a crawler, or change the one that is otherwise."""
    try:
        found = glue.get_crawler(Name=name)["Crawler"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_crawler(Name=name, **definition)
        return
    if _differs(definition, found):
        glue.update_crawler(Name=name, **definition)


def ensure_classifier(glue: Any, name: str, definition: Mapping[str, Any] | None) -> None:
    """Make the classifier of a prefix anew, or delete the one that is no longer asked for."""
    with suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_classifier(Name=name)
    if definition is not None:
        glue.create_classifier(**definition)


def _classifier(name: str, request: LoadRequest) -> dict[str, Any] | None:
    """Define what tells the crawler how to read the files; None where it finds out by itself."""
    if request.json_path:
        return {"JsonClassifier": {"Name": name, "JsonPath": request.json_path}}
    if request.delimiter is None and request.header == "auto":
        return None
    csv = {"Name": name, "ContainsHeader": _HEADERS[request.header], "QuoteSymbol": '"'}
    if request.delimiter is not None:
        csv["Delimiter"] = request.delimiter
    return {"CsvClassifier": csv}


def _differs(wanted: Any, found: Any) -> bool:
    """Tell whether anything that is wanted is otherwise; what Glue adds does not count."""
    if isinstance(wanted, Mapping):
        return not isinstance(found, Mapping) or any(
            _differs(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        found_list = found or []
        return len(wanted) != len(found_list) or any(map(_differs, wanted, found_list))
    # GetCrawler answers the role's name where its ARN was given.
    return bool(wanted != found and str(wanted).rpartition("/")[2] != found)

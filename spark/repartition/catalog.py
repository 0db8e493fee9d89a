"""The target table in the Data Catalog: its columns, and where each of its hours lies.

A partition's location is what readers go by. Changing it is one request that Glue does whole or not
at all for each partition, so a reader sees an hour as it was or as it is.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pyspark.sql.types import StructType

from spark.repartition.request import Target
from spark.repartition.times import HOUR_PARTS, split_hour

CHANGED_AT_ONCE = 100
FOUND_AT_ONCE = 1000

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
_STORAGE = {
    "InputFormat": f"{_PARQUET}.MapredParquetInputFormat",
    "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": f"{_PARQUET}.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
# What the table says of itself: readers of Delta go by the log at its location.
_PARAMETERS = {
    "parquet": {"classification": "parquet", "EXTERNAL": "TRUE"},
    "delta": {
        "classification": "delta",
        "EXTERNAL": "TRUE",
        "table_type": "DELTA",
        "spark.sql.sources.provider": "delta",
    },
}
# Of GetTable's answer what UpdateTable takes.
_KEPT = ("Name", "Description", "TableType", "PartitionKeys", "Parameters", "StorageDescriptor")

Item = TypeVar("Item")


class TableRefused(Exception):
    """The catalog's table is another one than the run wants; names the table and the way out."""


class CatalogFailed(Exception):
    """The catalog did not do what it was asked to; names the partition."""


def ensure_table(glue: Any, target: Target, schema: StructType) -> None:
    """Make the table, or add the columns that it does not have yet; raises TableRefused."""
    try:
        found = glue.get_table(DatabaseName=target.database, Name=target.catalog_table)["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=target.database, TableInput=_table(target, schema))
        return
    _check_same(found, target)
    present = found["StorageDescriptor"]["Columns"]
    columns = _merge_columns(present, _columns(target, schema), target)
    if columns != present:
        kept = {name: found[name] for name in _KEPT if name in found}
        kept["StorageDescriptor"] = {**found["StorageDescriptor"], "Columns": columns}
        glue.update_table(DatabaseName=target.database, TableInput=kept)


def find_locations(glue: Any, target: Target, hours: Sequence[str]) -> dict[str, str]:
    """Return where the hours lie that the table has."""
    found = {}
    for chunk in _chunks(hours, FOUND_AT_ONCE):
        wanted = [{"Values": list(split_hour(hour))} for hour in chunk]
        while wanted:
            answer = glue.batch_get_partition(
                DatabaseName=target.database,
                TableName=target.catalog_table,
                PartitionsToGet=wanted,
            )
            for partition in answer.get("Partitions", []):
                location = partition["StorageDescriptor"]["Location"]
                found["-".join(partition["Values"])] = location
            wanted = answer.get("UnprocessedKeys", [])
    return found


def switch_locations(
    glue: Any,
    target: Target,
    schema: StructType,
    locations: Mapping[str, str],
    known: Iterable[str],
) -> None:
    """Let the hours lie where they now do; `known` are those that the table already has."""
    table = {"DatabaseName": target.database, "TableName": target.catalog_table}
    old = set(known)
    for chunk in _chunks([hour for hour in locations if hour in old], CHANGED_AT_ONCE):
        entries = [
            {
                "PartitionValueList": list(split_hour(hour)),
                "PartitionInput": _partition(hour, locations[hour], target, schema),
            }
            for hour in chunk
        ]
        _check(glue.batch_update_partition(**table, Entries=entries), target)
    for chunk in _chunks([hour for hour in locations if hour not in old], CHANGED_AT_ONCE):
        inputs = [_partition(hour, locations[hour], target, schema) for hour in chunk]
        _check(glue.batch_create_partition(**table, PartitionInputList=inputs), target)


def _check(answer: Mapping[str, Any], target: Target) -> None:
    for failure in answer.get("Errors", []):
        values = failure.get("PartitionValues") or failure.get("PartitionValueList")
        detail = failure["ErrorDetail"]
        raise CatalogFailed(
            f"The partition {'-'.join(values)} of {target.database}.{target.catalog_table} could "
            f"not be switched: {detail['ErrorCode']}: {detail['ErrorMessage']} Run the flow again."
        )


def _check_same(found: Mapping[str, Any], target: Target) -> None:
    name = f"{target.database}.{target.catalog_table}"
    kind = found.get("Parameters", {}).get("classification")
    if kind != target.format:
        raise TableRefused(
            f"The table {name} holds {kind or 'an unknown format'}, not {target.format}. Choose "
            "another table, or drop this one."
        )
    location = str(found["StorageDescriptor"].get("Location", "")).rstrip("/")
    if location != target.location.rstrip("/"):
        raise TableRefused(
            f"The table {name} lies at {location}, not at {target.location}. Choose another table."
        )


def _merge_columns(
    present: Sequence[dict[str, str]], wanted: Sequence[dict[str, str]], target: Target
) -> list[dict[str, str]]:
    types = {column["Name"].lower(): column["Type"] for column in present}
    for column in wanted:
        there = types.get(column["Name"].lower())
        if there not in (None, column["Type"]):
            raise TableRefused(
                f"The column {column['Name']} of {target.database}.{target.catalog_table} is "
                f"{there}, and the run has it as {column['Type']}. Name it as it is, or choose "
                "another table."
            )
    return [*present, *(column for column in wanted if column["Name"].lower() not in types)]


def _table(target: Target, schema: StructType) -> dict[str, Any]:
    keys = [{"Name": name, "Type": "string"} for name in HOUR_PARTS]
    return {
        "Name": target.catalog_table,
        "Description": "Readings by the hour of their event, UTC",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": _PARAMETERS[target.format],
        "PartitionKeys": keys if target.format == "parquet" else [],
        "StorageDescriptor": {
            **_STORAGE,
            "Columns": _columns(target, schema),
            "Location": target.location,
        },
    }


def _partition(hour: str, location: str, target: Target, schema: StructType) -> dict[str, Any]:
    return {
        "Values": list(split_hour(hour)),
        "StorageDescriptor": {
            **_STORAGE,
            "Columns": _columns(target, schema),
            "Location": location,
        },
    }


def _columns(target: Target, schema: StructType) -> list[dict[str, str]]:
    columns = [{"Name": field.name, "Type": field.dataType.simpleString()} for field in schema]
    parts = [{"Name": name, "Type": "string"} for name in HOUR_PARTS]
    return columns if target.format == "parquet" else [*columns, *parts]


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

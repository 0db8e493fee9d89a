"""The landing table in the Data Catalog: its fields as text, and the arrival hours that are read.

Only the hours that a run is about to read are registered, each with the place where Firehose lands
it; nothing is crawled. The fields are text: what type a field has is for the target table to say,
and what does not fit it is a reject with its text, not a null.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.repartition.hours import hour_folder

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

PARTITION_KEYS = ("year", "month", "day", "hour")
REGISTERED_AT_ONCE = 100
_STORAGE = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}
_KEPT = ("Name", "Description", "TableType", "PartitionKeys", "Parameters", "StorageDescriptor")


class LandingTableRefused(Exception):
    """The catalog's table is not the stream's; names the table and the way out."""


@dataclass(frozen=True)
class LandingTable:
    """The catalog's table over a stream."""

    database: str
    name: str
    bucket: str
    stream: str
    fields: tuple[str, ...]

    @property
    def location(self) -> str:
        """Where the stream lands."""
        return f"s3://{self.bucket}/{self.stream}/"


def ensure_landing_table(glue: GlueClient, table: LandingTable) -> None:
    """Make the table, or add the fields that it does not have yet."""
    try:
        found: Any = glue.get_table(DatabaseName=table.database, Name=table.name)["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=table.database, TableInput=_definition(table))
        return
    _check_same(found, table)
    present = found["StorageDescriptor"]["Columns"]
    names = {column["Name"].lower() for column in present}
    added = [{"Name": name, "Type": "string"} for name in table.fields if name.lower() not in names]
    if added:
        kept: Any = {name: found[name] for name in _KEPT if name in found}
        kept["StorageDescriptor"] = {**found["StorageDescriptor"], "Columns": [*present, *added]}
        glue.update_table(DatabaseName=table.database, TableInput=kept)


def register_hours(glue: GlueClient, table: LandingTable, hours: Sequence[str]) -> int:
    """Register the hours as partitions of the table; returns how many it did not have yet."""
    registered = 0
    for chunk in _chunks(hours):
        inputs: Any = [_partition(table, hour) for hour in chunk]
        answer = glue.batch_create_partition(
            DatabaseName=table.database, TableName=table.name, PartitionInputList=inputs
        )
        failures = answer.get("Errors", [])
        for failure in failures:
            detail: Any = failure["ErrorDetail"]
            if detail["ErrorCode"] != "AlreadyExistsException":
                raise LandingTableRefused(
                    f"The arrival hour {'-'.join(failure['PartitionValues'])} of {table.database}."
                    f"{table.name} was not registered: {detail['ErrorCode']}: "
                    f"{detail['ErrorMessage']}"
                )
        registered += len(chunk) - len(failures)
    return registered


def _check_same(found: Any, table: LandingTable) -> None:
    location = str(found["StorageDescriptor"].get("Location", "")).rstrip("/")
    keys = tuple(key["Name"] for key in found.get("PartitionKeys", []))
    if location != table.location.rstrip("/") or keys != PARTITION_KEYS:
        raise LandingTableRefused(
            f"The table {table.database}.{table.name} is at {location or 'no place'} with the keys "
            f"{', '.join(keys) or 'none'}, not at {table.location} with the arrival hours' "
            f"{', '.join(PARTITION_KEYS)}. Choose another landing_table."
        )


def _definition(table: LandingTable) -> Any:
    return {
        "Name": table.name,
        "Description": f"What arrives in the stream {table.stream}, by the hour of its arrival",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "json", "compressionType": "gzip", "EXTERNAL": "TRUE"},
        "PartitionKeys": [{"Name": name, "Type": "string"} for name in PARTITION_KEYS],
        "StorageDescriptor": _descriptor(table, table.location),
    }


def _partition(table: LandingTable, hour: str) -> dict[str, Any]:
    return {
        "Values": hour.split("-"),
        "StorageDescriptor": _descriptor(table, table.location + hour_folder(hour)),
    }


def _descriptor(table: LandingTable, location: str) -> dict[str, Any]:
    columns = [{"Name": name, "Type": "string"} for name in table.fields]
    return {**_STORAGE, "Columns": columns, "Location": location}


def _chunks(hours: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(hours), REGISTERED_AT_ONCE):
        yield hours[start : start + REGISTERED_AT_ONCE]

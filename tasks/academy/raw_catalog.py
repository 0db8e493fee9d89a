"""The raw data in the Data Catalog: a table of lines for each folder, partitions as they are read.

A line is one JSON object, and files mix versions of the API, so a table has one column of text and
no types: what a line holds is decided where it is read. The flow adds the partitions that it reads
itself. A crawler would walk all of them every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tasks.academy.names import Names

BATCH = 100
COLUMN = {"Name": "record", "Type": "string", "Comment": "A line: one JSON object"}
KEY = {"Name": "dt", "Type": "string", "Comment": "The day that the partition tells of"}
# Fields end at a character that no JSON text may hold as it is: every line is one field.
SEPARATOR = "\x01"


class CatalogConflict(Exception):
    """The catalog has no such database, or a table of the name that is another; names it."""


def check_databases(glue: Any, names: Names) -> None:
    """Check that the catalog has both databases; raises CatalogConflict."""
    for parameter, database in (
        ("raw_database", names.raw_database),
        ("processed_database", names.processed_database),
    ):
        try:
            glue.get_database(Name=database)
        except glue.exceptions.EntityNotFoundException as error:
            raise CatalogConflict(
                f"The catalog has no database {database}: provision it, or name another in the "
                f"parameter `{parameter}`."
            ) from error


def register_partitions(glue: Any, names: Names, table: str, values: Sequence[str]) -> None:
    """See that the table of a folder and these partitions of it are in the catalog."""
    _ensure_table(glue, names, table)
    inputs = [
        {
            "Values": [value],
            "StorageDescriptor": _descriptor(f"s3://{names.bucket}/{names.prefix(table, value)}"),
        }
        for value in values
    ]
    for start in range(0, len(inputs), BATCH):
        answer = glue.batch_create_partition(
            DatabaseName=names.raw_database,
            TableName=names.raw_names[table],
            PartitionInputList=inputs[start : start + BATCH],
        )
        _check_errors(answer.get("Errors", []), names, table)


def _ensure_table(glue: Any, names: Names, table: str) -> None:
    name, database = names.raw_names[table], names.raw_database
    wanted = {
        "Name": name,
        "Description": f"Raw {table}: JSON lines as they arrived",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "csv", "EXTERNAL": "TRUE"},
        "PartitionKeys": [KEY],
        "StorageDescriptor": _descriptor(f"s3://{names.bucket}/{names.prefix(table)}"),
    }
    found = _find_table(glue, database, name)
    if found is None:
        _create_table(glue, database, wanted)
    elif _shape(found) != _shape(wanted):
        raise CatalogConflict(
            f"The table {name} of the catalog database {database} is not the one that this flow "
            f"made of s3://{names.bucket}/{names.prefix(table)}: delete it, or name another "
            "database in the parameter `raw_database`."
        )


def _find_table(glue: Any, database: str, name: str) -> dict[str, Any] | None:
    try:
        return dict(glue.get_table(DatabaseName=database, Name=name)["Table"])
    except glue.exceptions.EntityNotFoundException:
        return None


def _create_table(glue: Any, database: str, wanted: dict[str, Any]) -> None:
    try:
        glue.create_table(DatabaseName=database, TableInput=wanted)
    except glue.exceptions.AlreadyExistsException:
        return  # Another run made it at this moment.


def _shape(table: dict[str, Any]) -> tuple[str, list[str], list[str]]:
    """What makes a table another one: where it is, its columns, its partition keys."""
    descriptor = table["StorageDescriptor"]
    return (
        str(descriptor.get("Location", "")).rstrip("/"),
        [column["Name"] for column in descriptor.get("Columns", [])],
        [key["Name"] for key in table.get("PartitionKeys", [])],
    )


def _descriptor(location: str) -> dict[str, Any]:
    return {
        "Columns": [COLUMN],
        "Location": location,
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": SEPARATOR},
        },
    }


def _check_errors(errors: Iterable[dict[str, Any]], names: Names, table: str) -> None:
    """Raise for what could not be added; a partition that is there already is as it should be."""
    for error in errors:
        detail = error["ErrorDetail"]
        if detail["ErrorCode"] != "AlreadyExistsException":
            raise CatalogConflict(
                f"The partition {error['PartitionValues']} of {names.raw_database}."
                f"{names.raw_names[table]} could not be added to the catalog: "
                f"{detail['ErrorCode']}: {detail.get('ErrorMessage', 'no reason')}"
            )

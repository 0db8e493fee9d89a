"""Creating and updating the table and partitions that a sink has written.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from pyspark.sql import types as spark

from awsglue._refusals import as_flag, not_implemented
from awsglue._schema import without_marks
from awsglue._sources.catalog import catalog_request
from awsglue._type_names import catalog_type

_BATCH = 100
_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"

_STORAGE: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "json": (_TEXT_INPUT, _TEXT_OUTPUT, "org.openx.data.jsonserde.JsonSerDe", {}),
    "csv": (
        _TEXT_INPUT,
        _TEXT_OUTPUT,
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        {},
    ),
    "parquet": (
        f"{_PARQUET}.MapredParquetInputFormat",
        f"{_PARQUET}.MapredParquetOutputFormat",
        f"{_PARQUET}.serde.ParquetHiveSerDe",
        {"serialization.format": "1"},
    ),
}
# What GetTable returns and UpdateTable does not take.
_READ_ONLY = frozenset(
    {"DatabaseName", "CreateTime", "UpdateTime", "CreatedBy", "IsRegisteredWithLakeFormation",
     "CatalogId", "VersionId", "FederatedTable", "IsMultiDialectView", "Status",
     "IsMaterializedView"}
)  # fmt: skip


@dataclass(frozen=True)
class CatalogTarget:
    """The table that a sink describes its files by."""

    database: str
    table_name: str
    catalog_id: str | None
    partition_keys: tuple[str, ...]
    behavior: str
    format: str
    location: str
    format_options: Mapping[str, Any]


def update_catalog(
    target: CatalogTarget, schema: spark.StructType, partitions: Sequence[tuple[str, ...]]
) -> None:
    """Create the table or, by the update behavior, its schema; add the partitions.

    LOG leaves the schema, and adds partitions only when the written fields are among the table's.
    """
    if target.format not in _STORAGE:
        raise not_implemented("enableUpdateCatalog", f"the format {target.format!r}")
    if target.behavior not in ("UPDATE_IN_DATABASE", "LOG"):
        raise ValueError(
            f"updateBehavior {target.behavior!r} is neither UPDATE_IN_DATABASE nor LOG."
        )
    plain = without_marks(schema)
    glue = boto3.client("glue")
    table = _existing_table(glue, target)
    if table is None:
        _create_table(glue, target, plain)
    elif not _bring_up_to_date(glue, target, table, plain):
        return
    _add_partitions(glue, target, plain, partitions)


def _existing_table(glue: Any, target: CatalogTarget) -> dict[str, Any] | None:
    try:
        found = glue.get_table(
            DatabaseName=target.database,
            Name=target.table_name,
            **catalog_request(target.catalog_id),
        )
    except glue.exceptions.EntityNotFoundException:
        return None
    return dict(found["Table"])


def _create_table(glue: Any, target: CatalogTarget, schema: spark.StructType) -> None:
    glue.create_table(
        DatabaseName=target.database,
        TableInput={
            "Name": target.table_name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": _descriptor(target, schema, target.location),
            "PartitionKeys": [_column(schema[key]) for key in target.partition_keys],
            "Parameters": {"classification": target.format, "EXTERNAL": "TRUE"},
        },
        **catalog_request(target.catalog_id),
    )


def _bring_up_to_date(
    glue: Any, target: CatalogTarget, table: Mapping[str, Any], schema: spark.StructType
) -> bool:
    """Update the schema where the behavior says so; tell whether partitions may be added."""
    keys = tuple(column["Name"] for column in table.get("PartitionKeys", []))
    if tuple(key.lower() for key in target.partition_keys) != tuple(key.lower() for key in keys):
        raise ValueError(
            f"enableUpdateCatalog: partitionKeys {list(target.partition_keys)} must be those of "
            f"{target.database}.{target.table_name}, in order: {list(keys)}."
        )
    present = table["StorageDescriptor"].get("Columns", [])
    written = _data_columns(target, schema)
    if target.behavior == "LOG":
        names = {column["Name"].lower() for column in present}
        return all(column["Name"].lower() in names for column in written)
    if present != written:
        descriptor = {**table["StorageDescriptor"], "Columns": written}
        kept = {key: value for key, value in table.items() if key not in _READ_ONLY}
        glue.update_table(
            DatabaseName=target.database,
            TableInput={**kept, "StorageDescriptor": descriptor},
            **catalog_request(target.catalog_id),
        )
    return True


def _add_partitions(
    glue: Any,
    target: CatalogTarget,
    schema: spark.StructType,
    partitions: Sequence[tuple[str, ...]],
) -> None:
    inputs = list(_partition_inputs(target, schema, partitions))
    for start in range(0, len(inputs), _BATCH):
        response = glue.batch_create_partition(
            DatabaseName=target.database,
            TableName=target.table_name,
            PartitionInputList=inputs[start : start + _BATCH],
            **catalog_request(target.catalog_id),
        )
        for failure in response.get("Errors", []):
            detail = failure["ErrorDetail"]
            if detail["ErrorCode"] != "AlreadyExistsException":
                raise RuntimeError(
                    f"enableUpdateCatalog: the partition {failure['PartitionValues']} of "
                    f"{target.database}.{target.table_name} was not added: "
                    f"{detail['ErrorCode']}: {detail['ErrorMessage']}"
                )


def _partition_inputs(
    target: CatalogTarget, schema: spark.StructType, partitions: Sequence[tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    for values in partitions:
        folders = [
            f"{key}={_escaped(value)}"
            for key, value in zip(target.partition_keys, values, strict=True)
        ]
        location = "/".join([target.location.rstrip("/"), *folders]) + "/"
        yield {
            "Values": list(values),
            "StorageDescriptor": _descriptor(target, schema, location),
        }


def _escaped(value: str) -> str:
    """Return a partition value as Spark names its folder."""
    unsafe = set("\"#%'*/:=?\\{[]^\x7f")
    return "".join(f"%{ord(c):02X}" if c in unsafe or c < " " else c for c in value)


def _descriptor(target: CatalogTarget, schema: spark.StructType, location: str) -> dict[str, Any]:
    input_format, output_format, library, parameters = _STORAGE[target.format]
    return {
        "Columns": _data_columns(target, schema),
        "Location": location,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "SerdeInfo": {
            "SerializationLibrary": library,
            "Parameters": {**parameters, **_csv_parameters(target)},
        },
    }


def _csv_parameters(target: CatalogTarget) -> dict[str, str]:
    if target.format != "csv":
        return {}
    parameters = {"field.delim": str(target.format_options.get("separator", ","))}
    if as_flag(target.format_options.get("writeHeader", True)):
        parameters["skip.header.line.count"] = "1"
    return parameters


def _data_columns(target: CatalogTarget, schema: spark.StructType) -> list[dict[str, str]]:
    keys = _lower(target.partition_keys)
    return [column for column in _columns(schema) if column["Name"].lower() not in keys]


def _columns(schema: spark.StructType) -> list[dict[str, str]]:
    return [_column(field) for field in schema.fields]


def _column(field: spark.StructField) -> dict[str, str]:
    return {"Name": field.name, "Type": catalog_type(field.dataType)}


def _lower(names: Sequence[str]) -> set[str]:
    return {name.lower() for name in names}

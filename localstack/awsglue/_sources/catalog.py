"""Tables of the Data Catalog, as the Glue API describes them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-partitions.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from pyspark.sql import types as spark

from awsglue._databases.sql import quote_table
from awsglue._refusals import not_implemented
from awsglue._type_names import parse_type

_SERDE_FORMATS = {
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    "org.apache.hadoop.hive.serde2.JsonSerDe": "json",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
}
DELTA = "delta"
_SPARK_PROVIDER = "spark.sql.sources.provider"


@dataclass(frozen=True)
class Partition:
    """A partition: its values in the order of the table's keys, and where its files are."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class CatalogTable:
    """A table: where it is, what it holds and how it is parsed."""

    catalog_id: str | None
    database: str
    name: str
    definition: Mapping[str, Any]

    @property
    def location(self) -> str:
        """Where the table's files are; Spark keeps the path of its own tables with the SerDe."""
        descriptor = self.definition["StorageDescriptor"]
        if self.parameters.get(_SPARK_PROVIDER):
            path = descriptor.get("SerdeInfo", {}).get("Parameters", {}).get("path")
            return str(path or descriptor.get("Location", ""))
        return str(descriptor.get("Location", ""))

    @property
    def columns(self) -> spark.StructType:
        """The columns in the files."""
        return _fields(self.definition["StorageDescriptor"].get("Columns", []))

    @property
    def partition_keys(self) -> spark.StructType:
        """The columns whose values are the partitions'."""
        return _fields(self.definition.get("PartitionKeys", []))

    @property
    def schema(self) -> spark.StructType:
        """All columns, partition keys last."""
        return spark.StructType([*self.columns.fields, *self.partition_keys.fields])

    @property
    def format(self) -> str:
        """The format by the SerDe, else by the classification; Delta tables name a wrong SerDe."""
        marks = (self.classification, self.parameters.get("table_type", ""))
        if DELTA in map(str.lower, (*marks, self.parameters.get(_SPARK_PROVIDER, ""))):
            return DELTA
        descriptor = self.definition["StorageDescriptor"]
        if descriptor.get("InputFormat", "").endswith(".SymlinkTextInputFormat"):
            raise not_implemented(
                f"a read of the table {self.database}.{self.name}",
                "a manifest of symbolic links",
                "Read the Delta table itself by from_options.",
            )
        library = _serde_library(descriptor)
        found = _SERDE_FORMATS.get(library) or self.classification
        if not found:
            raise not_implemented(
                f"a read of the table {self.database}.{self.name}", f"the SerDe {library!r}"
            )
        return found

    @property
    def parameters(self) -> Mapping[str, str]:
        """The table's parameters."""
        return dict(self.definition.get("Parameters", {}))

    @property
    def classification(self) -> str:
        """What a crawler took the table's data for."""
        return self.parameters.get("classification", "")

    @property
    def connection_name(self) -> str:
        """The connection by which a crawler found the table in a database."""
        name = self.parameters.get("connectionName", "")
        if not name:
            raise ValueError(
                f"The table {self.database}.{self.name} is in a database, but its parameters "
                "have no connectionName."
            )
        return name

    def database_options(self) -> dict[str, str]:
        """Return the options of the database's table: its Location is database.schema.table."""
        parts = self.location.split(".", 2)
        if len(parts) != 3 or not all(parts):
            raise ValueError(
                f"The Location of {self.database}.{self.name} must be database.schema.table, and "
                f"it is {self.location!r}."
            )
        return {
            "connectionName": self.connection_name,
            "database": parts[0],
            "dbtable": quote_table((parts[1], parts[2])),
        }

    def format_options(self) -> dict[str, Any]:
        """Return what the SerDe's and the table's parameters say about the files."""
        if self.format == "csv":
            return self._csv_options()
        # A crawler whose classifier has a path leaves it here.
        if self.format == "json" and "jsonPath" in self.parameters:
            return {"jsonPath": self.parameters["jsonPath"]}
        return {}

    def _csv_options(self) -> dict[str, Any]:
        descriptor = self.definition["StorageDescriptor"]
        serde = descriptor.get("SerdeInfo", {})
        parameters = {**self.parameters, **serde.get("Parameters", {})}
        separator = parameters.get("separatorChar") or parameters.get("field.delim")
        options: dict[str, Any] = {"separator": separator or parameters.get("delimiter") or ","}
        if "quoteChar" in parameters:
            options["quoteChar"] = parameters["quoteChar"]
        escaper = parameters.get("escapeChar") or parameters.get("escape.delim")
        if escaper:
            options["escaper"] = escaper
        self._refuse_lines(parameters)
        if int(parameters.get("skip.header.line.count", 0)) > 0:
            options["skipFirst"] = True
        return options

    def _refuse_lines(self, parameters: Mapping[str, str]) -> None:
        """Raise where more lines than a header are to be passed over: they would be records."""
        for name, most in (("skip.header.line.count", 1), ("skip.footer.line.count", 0)):
            if int(parameters.get(name, 0)) > most:
                raise not_implemented(
                    f"a read of the table {self.database}.{self.name}",
                    f"{name} = {parameters[name]}",
                )


def get_table(database: str, table_name: str, catalog_id: str | None) -> CatalogTable:
    """Return a table; the Glue API's own error when there is none."""
    request = {"DatabaseName": database, "Name": table_name, **catalog_request(catalog_id)}
    glue: Any = boto3.client("glue")
    definition = glue.get_table(**request)["Table"]
    return CatalogTable(catalog_id, database, table_name, definition)


def get_partitions(table: CatalogTable, expression: str = "") -> list[Partition]:
    """Return the table's partitions, those that the expression selects on the server."""
    request = {"DatabaseName": table.database, "TableName": table.name}
    request |= catalog_request(table.catalog_id)
    if expression:
        request["Expression"] = expression
    glue: Any = boto3.client("glue")
    pages = glue.get_paginator("get_partitions").paginate(**request)
    return list(_read_partitions(table, pages))


def _read_partitions(
    table: CatalogTable, pages: Iterable[Mapping[str, Any]]
) -> Iterator[Partition]:
    library = _serde_library(table.definition["StorageDescriptor"])
    for page in pages:
        for found in page["Partitions"]:
            descriptor = found.get("StorageDescriptor", {})
            values = tuple(found["Values"])
            if _serde_library(descriptor) not in ("", library):
                raise not_implemented(
                    f"a read of the table {table.database}.{table.name}",
                    f"the partition {list(values)}, whose SerDe is another than the table's",
                )
            yield Partition(values, descriptor.get("Location", ""))


def _serde_library(descriptor: Mapping[str, Any]) -> str:
    return str(descriptor.get("SerdeInfo", {}).get("SerializationLibrary", ""))


def catalog_request(catalog_id: str | None) -> dict[str, str]:
    """Return the CatalogId of a request, where a script names one."""
    return {"CatalogId": catalog_id} if catalog_id else {}


def _fields(columns: Sequence[Mapping[str, str]]) -> spark.StructType:
    return spark.StructType(
        [spark.StructField(column["Name"], parse_type(column["Type"])) for column in columns]
    )

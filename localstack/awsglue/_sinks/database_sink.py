"""What sinks of databases have in common: one table, no format, no table of the catalog.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pyspark.sql import DataFrame
from pyspark.sql import types as spark

from awsglue._databases import endpoint as endpoints
from awsglue._databases.endpoint import Endpoint
from awsglue._databases.sql import parse_table, quote_name, quote_table
from awsglue._refusals import not_implemented


class DatabaseSink(ABC):
    """A table of a database that frames are added to."""

    vendor: ClassVar[str]

    def __init__(self, options: Mapping[str, Any], catalog_id: str | None = None) -> None:
        self._call = f"write to {self.vendor}"
        self._endpoint: Endpoint = endpoints.endpoint_of_options(
            self._call, self.vendor, options, catalog_id
        )

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Refuse a format: a database has its own."""
        if format:
            raise not_implemented(self._call, f"the format {format!r}")

    def set_catalog_info(self, database: str, table_name: str, catalog_id: str | None) -> None:
        """Refuse: enableUpdateCatalog is for files."""
        raise not_implemented(self._call, "setCatalogInfo")

    def write(self, frame: DataFrame, below: str = "") -> None:
        """Add the frame's rows to the table."""
        if below:
            raise ValueError(
                f"{self._call}: a collection has many frames, and dbtable is one table."
            )
        if not frame.schema.fields:
            raise ValueError(f"{self._call}: the frame has no fields.")
        self._add(frame)

    @abstractmethod
    def _add(self, frame: DataFrame) -> None:
        """Add the rows of a frame that has fields."""


def read_table(call: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of the name that 'dbtable' is."""
    if not options.get("dbtable"):
        raise ValueError(f"{call}: connection_options must have 'dbtable', as schema.table.")
    return parse_table(str(options["dbtable"]))


def create_statement(
    table: tuple[str, ...],
    schema: spark.StructType,
    column_type: Callable[[spark.StructField], str],
) -> str:
    """Return the statement that makes the table for a frame's fields."""
    columns = ", ".join(f"{quote_name(field.name)} {column_type(field)}" for field in schema)
    return f"CREATE TABLE IF NOT EXISTS {quote_table(table)} ({columns})"

"""The sinks, by the connection type that scripts give, and the sink of a table."""

from collections.abc import Mapping
from typing import Any, Protocol

from pyspark.sql import DataFrame

from awsglue._refusals import not_implemented
from awsglue._sinks.file_sink import FileSink
from awsglue._sources.catalog import CatalogTable, get_table

_FILE_CONNECTIONS = frozenset({"s3", "file"})


class Sink(Protocol):
    """What a DataSink delegates to."""

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format and its options."""

    def set_catalog_info(self, database: str, table_name: str, catalog_id: str | None) -> None:
        """Choose the table to describe the records by."""

    def write(self, frame: DataFrame, below: str = "") -> None:
        """Add the frame's records."""


def sink_for(connection_type: str, options: Mapping[str, Any]) -> Sink:
    """Return the sink of a connection type; NotImplementedError names one that is not there."""
    if connection_type.lower() not in _FILE_CONNECTIONS:
        raise not_implemented("getSink", f"the connection type {connection_type!r}")
    return FileSink(options)


def table_sink(
    database: str, table_name: str, catalog_id: str | None, options: Mapping[str, Any]
) -> Sink:
    """Return the sink of a table: its location, its format, and the options of the script."""
    table = get_table(database, table_name, catalog_id)
    sink = FileSink({"path": table.location, **options})
    found = table.format
    sink.set_format("glueparquet" if found == "parquet" else found, _written_like(table))
    sink.set_catalog_info(database, table_name, catalog_id)
    return sink


def _written_like(table: CatalogTable) -> dict[str, Any]:
    """Return the format options that make files like those that the table describes."""
    if table.format != "csv":
        return {}
    described = table.format_options()
    return {
        "separator": described["separator"],
        "writeHeader": described.get("skipFirst", False),
    }

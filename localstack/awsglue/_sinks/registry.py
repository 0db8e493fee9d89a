"""The sinks, by the connection type that scripts give, and the sink of a table."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pyspark.sql import DataFrame

from awsglue._databases.connection import read_connection
from awsglue._databases.jdbc_url import parse_jdbc_url
from awsglue._refusals import not_implemented
from awsglue._sinks.file_sink import FileSink
from awsglue._sinks.postgres_sink import PostgresSink
from awsglue._sinks.redshift_sink import RedshiftSink
from awsglue._sources.catalog import CatalogTable, get_table

_FILE_CONNECTIONS = frozenset({"s3", "file", "delta"})


class Sink(Protocol):
    """What a DataSink delegates to."""

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format and its options."""

    def set_catalog_info(self, database: str, table_name: str, catalog_id: str | None) -> None:
        """Choose the table to describe the records by."""

    def write(self, frame: DataFrame, below: str = "") -> None:
        """Add the frame's records."""


_DATABASES: dict[str, Callable[[Mapping[str, Any], str | None], Sink]] = {
    "postgresql": PostgresSink,
    "redshift": RedshiftSink,
}


def sink_for(
    connection_type: str, options: Mapping[str, Any], catalog_id: str | None = None
) -> Sink:
    """Return the sink of a connection type; NotImplementedError names one that is not there."""
    kind = connection_type.lower()
    if kind in _DATABASES:
        return _DATABASES[kind](options, catalog_id)
    if kind not in _FILE_CONNECTIONS:
        raise not_implemented("getSink", f"the connection type {connection_type!r}")
    return FileSink(options, format="delta" if kind == "delta" else None)


def connection_sink(name: str, options: Mapping[str, Any], catalog_id: str | None) -> Sink:
    """Return the sink of a JDBC connection of the catalog."""
    vendor = parse_jdbc_url(read_connection(name, catalog_id).url).vendor
    return sink_for(vendor, {**options, "connectionName": name}, catalog_id)


def table_sink(
    database: str,
    table_name: str,
    catalog_id: str | None,
    options: Mapping[str, Any],
    redshift_tmp_dir: str = "",
) -> Sink:
    """Return the sink of a table: its location, its format, and the options of the script."""
    table = get_table(database, table_name, catalog_id)
    if table.classification in _DATABASES:
        chosen = {**with_tmp_dir(options, redshift_tmp_dir), **table.database_options()}
        return sink_for(table.classification, chosen, catalog_id)
    sink = FileSink({"path": table.location, **options})
    found = table.format
    sink.set_format("glueparquet" if found == "parquet" else found, _written_like(table))
    sink.set_catalog_info(database, table_name, catalog_id)
    return sink


def with_tmp_dir(options: Mapping[str, Any], redshift_tmp_dir: str) -> dict[str, Any]:
    """Return the options with the temporary folder that a call has as an argument."""
    return {**options, **({"redshiftTmpDir": redshift_tmp_dir} if redshift_tmp_dir else {})}


def _written_like(table: CatalogTable) -> dict[str, Any]:
    """Return the format options that make files like those that the table describes."""
    if table.format != "csv":
        return {}
    described = table.format_options()
    return {
        "separator": described["separator"],
        "writeHeader": described.get("skipFirst", False),
    }

"""The sources, by the connection type that scripts give."""

from collections.abc import Mapping
from typing import Any, Protocol

from pyspark.sql import SparkSession

from awsglue._formats.contract import Parsed
from awsglue._refusals import not_implemented
from awsglue._sources.catalog import CatalogTable
from awsglue._sources.catalog_source import CatalogSource
from awsglue._sources.database_source import PARALLEL_OPTIONS, PostgresSource
from awsglue._sources.file_source import FileSource
from awsglue._sources.redshift_source import RedshiftSource


class Source(Protocol):
    """What a DataSource delegates to."""

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format and its options."""

    def read(self) -> Parsed:
        """Return the records and the error records."""


# "file" reads what a job writes when it tries things out without S3.
_FILE_CONNECTIONS: dict[str, str | None] = {
    "s3": None, "file": None, "parquet": "parquet", "delta": "delta",
}  # fmt: skip

_DATABASES = frozenset({"postgresql", "redshift"})


def source_for(
    session: SparkSession, connection_type: str, options: Mapping[str, Any], transformation_ctx: str
) -> Source:
    """Return the source of a connection type; NotImplementedError names one that is not there."""
    kind = connection_type.lower()
    if kind in _DATABASES:
        return _database_source(session, kind, options, transformation_ctx)
    if kind not in _FILE_CONNECTIONS:
        raise not_implemented("getSource", f"the connection type {connection_type!r}")
    return FileSource(session, options, transformation_ctx, _FILE_CONNECTIONS[kind])


def table_source(
    session: SparkSession,
    table: CatalogTable,
    push_down_predicate: str,
    options: Mapping[str, Any],
    transformation_ctx: str,
    redshift_tmp_dir: str = "",
) -> Source:
    """Return the source of a table: its files, or the table of the database that it describes."""
    if table.classification not in _DATABASES:
        return CatalogSource(session, table, push_down_predicate, options, transformation_ctx)
    if push_down_predicate:
        raise not_implemented(f"a read of {table.classification}", "push_down_predicate")
    parallel = {name: value for name, value in table.parameters.items() if name in PARALLEL_OPTIONS}
    chosen = {
        **parallel,
        **({"redshiftTmpDir": redshift_tmp_dir} if redshift_tmp_dir else {}),
        **options,
        **table.database_options(),
    }
    return _database_source(
        session, table.classification, chosen, transformation_ctx, table.catalog_id
    )


def _database_source(
    session: SparkSession,
    vendor: str,
    options: Mapping[str, Any],
    transformation_ctx: str,
    catalog_id: str | None = None,
) -> Source:
    if vendor == "redshift":
        return RedshiftSource(session, options, transformation_ctx, catalog_id)
    return PostgresSource(session, options, transformation_ctx, catalog_id)

"""The sources, by the connection type that scripts give."""

from collections.abc import Mapping
from typing import Any, Protocol

from pyspark.sql import SparkSession

from awsglue._formats.contract import Parsed
from awsglue._refusals import not_implemented
from awsglue._sources.file_source import FileSource


class Source(Protocol):
    """What a DataSource delegates to."""

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format and its options."""

    def read(self) -> Parsed:
        """Return the records and the error records."""


# "file" reads what a job writes when it tries things out without S3.
_FILE_CONNECTIONS: dict[str, str | None] = {"s3": None, "file": None, "parquet": "parquet"}


def source_for(
    session: SparkSession, connection_type: str, options: Mapping[str, Any], transformation_ctx: str
) -> Source:
    """Return the source of a connection type; NotImplementedError names one that is not there."""
    if connection_type.lower() not in _FILE_CONNECTIONS:
        raise not_implemented("getSource", f"the connection type {connection_type!r}")
    format = _FILE_CONNECTIONS[connection_type.lower()]
    return FileSource(session, options, transformation_ctx, format)

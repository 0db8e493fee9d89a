"""Files in a folder, and the table of the Data Catalog that describes them.

https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame

from awsglue._formats import delta
from awsglue._formats.contract import WriteRequest
from awsglue._formats.registry import format_named
from awsglue._nested import top_column
from awsglue._refusals import as_flag, not_implemented, refuse_unknown_options
from awsglue._sinks.catalog_update import CatalogTarget, update_catalog

_OPTIONS = frozenset(
    {"path", "partitionKeys", "compression", "enableUpdateCatalog", "updateBehavior", "groupFiles",
     "groupSize", "useS3ListImplementation"}
)  # fmt: skip
_CODECS = {"gzip": "gzip", "bzip2": "bzip2", "snappy": "snappy", "none": "none",
           "uncompressed": "none", "lzo": "lzo", "zstd": "zstd", "lz4": "lz4"}  # fmt: skip


@dataclass
class FileSink:
    """A folder that frames are added to."""

    options: Mapping[str, Any]
    format: str | None = None
    format_options: Mapping[str, Any] | None = None
    table: tuple[str, str, str | None] | None = None

    def __post_init__(self) -> None:
        refuse_unknown_options("write to s3", dict(self.options), _OPTIONS)

    def set_format(self, format: str | None, options: Mapping[str, Any]) -> None:
        """Choose the format and its options; the connection may have chosen the format already."""
        self.format, self.format_options = format or self.format, dict(options)

    def set_catalog_info(self, database: str, table_name: str, catalog_id: str | None) -> None:
        """Choose the table that enableUpdateCatalog creates or updates."""
        self.table = (database, table_name, catalog_id)

    def write(self, frame: DataFrame, below: str = "") -> None:
        """Add the frame's records to the folder, or to one below it, and update the catalog."""
        options = dict(self.format_options or {})
        if str(self.format).lower() == delta.NAME:
            self._append_to_delta(frame, below, options)
            return
        chosen = format_named(self.format)
        refuse_unknown_options(f"format {self.format!r}", options, chosen.write_options)
        keys = self._partition_keys(frame)
        request = WriteRequest(frame, self._path(below), options, keys, self._codec())
        target = self._catalog_target(keys)
        if target is None:
            chosen.write(request)
        else:
            _write_and_update(request, chosen.write, target)

    def _append_to_delta(self, frame: DataFrame, below: str, options: dict[str, Any]) -> None:
        if as_flag(self.options.get("enableUpdateCatalog", False)):
            raise not_implemented("enableUpdateCatalog", "the format 'delta'")
        if "compression" in self.options:
            raise not_implemented("format 'delta'", "the option 'compression'")
        delta.append_rows(frame, self._path(below), self._partition_keys(frame), options)

    def _path(self, below: str) -> str:
        path = self.options.get("path")
        if not path:
            raise ValueError("write to s3: connection_options must have 'path', an s3:// URI.")
        return f"{str(path).rstrip('/')}/{below}" if below else str(path)

    def _partition_keys(self, frame: DataFrame) -> tuple[str, ...]:
        keys = tuple(self.options.get("partitionKeys") or ())
        for key in keys:
            if key not in frame.columns:
                raise ValueError(
                    f"write to s3: the partition key {key!r} is no field of the frame: "
                    f"{frame.columns}."
                )
        return keys

    def _codec(self) -> str | None:
        compression = self.options.get("compression")
        if compression is None:
            return None
        if str(compression).lower() not in _CODECS:
            raise not_implemented("write to s3", f"compression {compression!r}")
        return _CODECS[str(compression).lower()]

    def _catalog_target(self, keys: tuple[str, ...]) -> CatalogTarget | None:
        if not as_flag(self.options.get("enableUpdateCatalog", False)):
            return None
        if self.table is None:
            raise ValueError(
                "enableUpdateCatalog: no table is named; call setCatalogInfo(catalogDatabase=..., "
                "catalogTableName=...) before writeFrame."
            )
        behavior = str(self.options.get("updateBehavior", "UPDATE_IN_DATABASE"))
        database, name, catalog_id = self.table
        return CatalogTarget(
            database=database,
            table_name=name,
            catalog_id=catalog_id,
            partition_keys=keys,
            behavior=behavior,
            format=self._catalog_format(),
            location=self._path(""),
            format_options=self.format_options or {},
        )

    def _catalog_format(self) -> str:
        """Return the format of the table; Glue updates tables of Parquet by its own writer only."""
        name = str(self.format).lower()
        if name == "parquet" and not as_flag(
            (self.format_options or {}).get("useGlueParquetWriter", False)
        ):
            raise ValueError(
                "enableUpdateCatalog: format 'parquet' needs the format option "
                "useGlueParquetWriter=True, or the format 'glueparquet'."
            )
        return "parquet" if name == "glueparquet" else name


def _write_and_update(request: WriteRequest, write: Any, target: CatalogTarget) -> None:
    """Write once, and take the partitions from what was written."""
    frame = request.frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        held = WriteRequest(
            frame, request.path, request.options, request.partition_keys, request.compression
        )
        write(held)
        update_catalog(target, frame.schema, _partition_values(frame, target.partition_keys))
    finally:
        frame.unpersist()


def _partition_values(frame: DataFrame, keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not keys:
        return []
    text = frame.select([top_column(key).cast("string").alias(key) for key in keys]).distinct()
    return sorted(
        tuple("__HIVE_DEFAULT_PARTITION__" if value in (None, "") else value for value in row)
        for row in text.collect()
    )

"""The forms in which staged rows lie in S3, each with how COPY is told to read it.

https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
https://docs.aws.amazon.com/redshift/latest/mgmt/spark-redshift-connector-other-config.html
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.parquet

from awsglue._databases.csv_text import csv_lines
from awsglue._databases.sql import quote_text


class StagedForm(Protocol):
    """How rows are written into objects, and read from them."""

    @property
    def suffix(self) -> str:
        """How the keys of objects end."""

    @property
    def copy_options(self) -> str:
        """What COPY of a manifest has to be told."""

    def write(self, file: IO[bytes], batches: Iterator[pa.RecordBatch], limit: int) -> None:
        """Write batches until about so many bytes are full."""


@dataclass(frozen=True)
class CsvForm:
    """CSV: the text of a null, and whether objects are compressed."""

    null_text: str
    compressed: bool = False

    @property
    def suffix(self) -> str:
        """How the keys of objects end."""
        return ".csv.gz" if self.compressed else ".csv"

    @property
    def copy_options(self) -> str:
        """What COPY of a manifest has to be told."""
        compression = "GZIP " if self.compressed else ""
        return f"FORMAT AS CSV NULL AS {quote_text(self.null_text)} {compression}MANIFEST"

    def write(self, file: IO[bytes], batches: Iterator[pa.RecordBatch], limit: int) -> None:
        """Write batches until about so many bytes are full, before compression."""
        written = 0
        target: Any = gzip.GzipFile(fileobj=file, mode="wb") if self.compressed else file
        for batch in batches:
            text = csv_lines(batch, self.null_text)
            target.write(text)
            written += len(text)
            if written >= limit:
                break
        if self.compressed:
            target.close()


@dataclass(frozen=True)
class ParquetForm:
    """Parquet, whose columns COPY takes by position and without converting them."""

    suffix = ".parquet"
    copy_options = "FORMAT AS PARQUET SERIALIZETOJSON MANIFEST"

    def write(self, file: IO[bytes], batches: Iterator[pa.RecordBatch], limit: int) -> None:
        """Write batches until about so many bytes are full, as they are in memory."""
        written = 0
        writer = None
        for batch in map(_in_copys_types, batches):
            writer = writer or pyarrow.parquet.ParquetWriter(file, batch.schema)
            writer.write_batch(batch)
            written += batch.nbytes
            if written >= limit:
                break
        if writer is not None:
            writer.close()


def _in_copys_types(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with instants as TIMESTAMP holds them: local times, here in UTC."""
    fields = [
        pa.field(field.name, pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
        for field in batch.schema
    ]
    return batch.cast(pa.schema(fields))

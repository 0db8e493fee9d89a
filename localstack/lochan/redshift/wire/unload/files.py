"""The files of an UNLOAD: rows are written to disk and put as objects when a file is full.

https://docs.aws.amazon.com/redshift/latest/dg/t_Unloading_tables.html
"""

import bz2
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import pyarrow
import pyarrow.parquet

from lochan.redshift.wire.copy.statement import Compression, Parquet, S3Location
from lochan.redshift.wire.unload.statement import UnloadStatement
from lochan.redshift.wire.unload.texts import TextFormat, header_line, text_lines

# What one node of the smallest cluster has.
SLICES = 2
_EXTENSIONS = {
    None: "",
    Compression.GZIP: ".gz",
    Compression.BZIP2: ".bz2",
    Compression.ZSTD: ".zst",
}


@dataclass(frozen=True)
class UnloadedFile:
    """An object that was put."""

    location: S3Location
    size: int
    rows: int


class RowWriter(Protocol):
    """Writes batches in one format to one file."""

    def write(self, batch: pyarrow.RecordBatch) -> int:
        """Write rows; tells how many bytes they took, before compression."""

    def close(self) -> None:
        """Write what ends the file."""


class _TextWriter:
    def __init__(self, file: IO[bytes], schema: pyarrow.Schema, statement: UnloadStatement) -> None:
        assert not isinstance(statement.format, Parquet)
        self._format: TextFormat = statement.format
        self._null_as = statement.null_as
        self._target = _compressed(file, statement.compression)
        self._closes = statement.compression is not None
        if statement.header:
            self._target.write(header_line(schema.names, self._format))

    def write(self, batch: pyarrow.RecordBatch) -> int:
        return int(self._target.write(text_lines(batch, self._format, null_as=self._null_as)))

    def close(self) -> None:
        if self._closes:
            self._target.close()


class _ParquetWriter:
    def __init__(self, file: IO[bytes], schema: pyarrow.Schema) -> None:
        self._writer = pyarrow.parquet.ParquetWriter(
            file, schema, compression="snappy", coerce_timestamps="us", store_schema=False
        )

    def write(self, batch: pyarrow.RecordBatch) -> int:
        self._writer.write_batch(batch)
        return int(batch.nbytes)

    def close(self) -> None:
        self._writer.close()


def _compressed(file: IO[bytes], compression: Compression | None) -> Any:
    match compression:
        case Compression.GZIP:
            return gzip.GzipFile(fileobj=file, mode="wb")
        case Compression.BZIP2:
            return bz2.BZ2File(file, "wb")
        case Compression.ZSTD:
            return pyarrow.CompressedOutputStream(pyarrow.PythonFile(file, "w"), "zstd")
    return file


@dataclass
class FileSequence:
    """The files of one slice, one after the other; each ends when it is large enough."""

    s3: Any
    statement: UnloadStatement
    schema: pyarrow.Schema
    slice_number: int
    files: list[UnloadedFile] = field(default_factory=list)
    _file: IO[bytes] | None = None
    _writer: RowWriter | None = None
    _rows: int = 0
    _bytes: int = 0

    def write(self, batch: pyarrow.RecordBatch) -> None:
        """Write rows to the current file."""
        writer = self._writer or self._open()
        self._bytes += writer.write(batch)
        self._rows += batch.num_rows
        if self._bytes >= self.statement.max_file_bytes:
            self.finish()

    def finish(self) -> None:
        """Put the current file, if there is one."""
        if self._writer is None or self._file is None:
            return
        self._writer.close()
        size = self._file.seek(0, 2)
        self._file.seek(0)
        location = S3Location(self.statement.location.bucket, self._next_key())
        self.s3.upload_fileobj(self._file, location.bucket, location.key)
        self.files.append(UnloadedFile(location, size, self._rows))
        self.discard()

    def discard(self) -> None:
        """Forget the current file."""
        if self._file is not None:
            self._file.close()
        self._file = self._writer = None
        self._rows = self._bytes = 0

    def _open(self) -> RowWriter:
        self._file = TemporaryFile()  # noqa: SIM115 - closed by discard()
        writer: RowWriter
        if isinstance(self.statement.format, Parquet):
            writer = _ParquetWriter(self._file, self.schema)
        else:
            writer = _TextWriter(self._file, self.schema, self.statement)
        self._writer = writer
        return writer

    def _next_key(self) -> str:
        return self.statement.location.key + file_name(
            self.statement, self.slice_number, len(self.files)
        )

    def ensure_file(self) -> None:
        """Open a file if there has been none: an empty result has one file too."""
        if self._writer is None and not self.files:
            self._open()


def file_name(statement: UnloadStatement, slice_number: int, part: int) -> str:
    """Return what follows the prefix: `0000_part_00`, or `000` in one sequence."""
    number = f"{slice_number:04}_part_{part:02}" if statement.parallel else f"{part:03}"
    if isinstance(statement.format, Parquet):
        return f"{number}.parquet"
    return f"{number}{_EXTENSIONS[statement.compression]}"


@contextmanager
def open_files(
    s3: Any, statement: UnloadStatement, schema: pyarrow.Schema
) -> Iterator[list[FileSequence]]:
    """Give a sequence of files for each slice; what is open at the end is put, unless it failed."""
    count = SLICES if statement.parallel else 1
    sequences = [FileSequence(s3, statement, schema, number) for number in range(count)]
    try:
        yield sequences
        sequences[0].ensure_file()
        for sequence in sequences:
            sequence.finish()
    finally:
        for sequence in sequences:
            sequence.discard()

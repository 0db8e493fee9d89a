"""PostgreSQL to S3 in the layout of a DMS full load: <prefix>/<schema>/<table>/LOAD00000001.csv.

A DMS task with an S3 target writes the same objects, so it can take this export's place: settings
DataFormat=csv, CsvDelimiter=",", Rfc4180=true, AddColumnName=true, CsvNullValue="" (its default is
the text NULL), IncludeOpForFullLoad=false, and BucketFolder is the prefix.
https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html
https://docs.aws.amazon.com/dms/latest/APIReference/API_S3Settings.html

The rows stream from COPY into multipart uploads: one part is in memory at a time. All tables are
read in one snapshot, and S3 shows none of the objects before the last row of the last table is
uploaded. Equal rows make equal objects with equal ETags, so an export that changes nothing is no
new snapshot to whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import IsolationLevel

from tasks.books import statements
from tasks.books.tables import TABLES, SourceTable
from tasks.postgres import Database

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes at most 10,000 parts of an object; DMS begins a new file after 1 GB (MaxFileSize).
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES = 16 * 1024 * 1024
FILE_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True)
class ExportedTable:
    """A table as it was exported: its rows, and its files by their keys."""

    table: str
    rows: int
    bytes: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class _Upload:
    """A file that is uploaded and not to be seen yet."""

    key: str
    upload_id: str
    parts: tuple[CompletedPartTypeDef, ...]
    bytes: int


@dataclass(frozen=True)
class Exporter:
    """Where to export to, and in what sizes."""

    s3: S3Client
    bucket: str
    prefix: str
    part_bytes: int = PART_BYTES
    file_bytes: int = FILE_BYTES

    def export(self, database: Database) -> list[ExportedTable]:
        """Export every table; one export runs at a time, and what a broken one left is aborted."""
        with _locked(database):
            self._abort_uploads()
            return self._export(database)

    def _export(self, database: Database) -> list[ExportedTable]:
        database.isolation_level = IsolationLevel.REPEATABLE_READ
        database.read_only = True
        exported, uploads = [], []
        with database.transaction():
            for table in TABLES:
                done, files = self._export_table(database, table)
                exported.append(done)
                uploads += files
        for upload in uploads:
            self._show(upload)
        self._delete_others({upload.key for upload in uploads})
        return exported

    def _folder(self, table: SourceTable) -> str:
        return f"{self.prefix}/{statements.SCHEMA}/{table.name}/"

    def _export_table(
        self, database: Database, table: SourceTable
    ) -> tuple[ExportedTable, list[_Upload]]:
        counted = _Counted()
        with database.cursor() as cursor, cursor.copy(statements.copy_out(table)) as copy:
            lines = counted.count(bytes(line) for line in copy)
            header = next(lines)
            files = [
                self._upload(f"{self._folder(table)}LOAD{number:08X}.csv", file)
                for number, file in enumerate(_split_files(header, lines, self.file_bytes), 1)
            ]
        size = sum(file.bytes for file in files)
        keys = tuple(file.key for file in files)
        return ExportedTable(table.name, counted.lines - 1, size, keys), files

    def _upload(self, key: str, lines: Iterable[bytes]) -> _Upload:
        started = self.s3.create_multipart_upload(
            Bucket=self.bucket, Key=key, ContentType="text/csv"
        )
        upload_id = started["UploadId"]
        parts: list[CompletedPartTypeDef] = []
        size = 0
        for number, part in enumerate(_split_parts(lines, self.part_bytes), 1):
            answer = self.s3.upload_part(
                Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=part
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
            size += len(part)
        return _Upload(key, upload_id, tuple(parts), size)

    def _show(self, upload: _Upload) -> None:
        self.s3.complete_multipart_upload(
            Bucket=self.bucket,
            Key=upload.key,
            UploadId=upload.upload_id,
            MultipartUpload={"Parts": list(upload.parts)},
        )

    def _abort_uploads(self) -> None:
        """Abort what a broken export left: its parts cost money and no listing shows them."""
        prefix = f"{self.prefix}/{statements.SCHEMA}/"
        pages = self.s3.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            for upload in page.get("Uploads", []):
                self.s3.abort_multipart_upload(
                    Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )

    def _delete_others(self, keys: set[str]) -> None:
        """Delete the files of an export that had more."""
        pages = self.s3.get_paginator("list_objects_v2")
        for table in TABLES:
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._folder(table)):
                for found in page.get("Contents", []):
                    if found["Key"] not in keys:
                        self.s3.delete_object(Bucket=self.bucket, Key=found["Key"])


@contextmanager
def _locked(database: Database) -> Iterator[None]:
    with database.transaction():
        database.execute(statements.LOCK_EXPORT)
    yield
    # After an error the connection is closed, and the lock ends with it.
    with database.transaction():
        database.execute(statements.UNLOCK_EXPORT)


@dataclass
class _Counted:
    """Counts the rows that pass; COPY gives a row, or its header, at a time."""

    lines: int = 0

    def count(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.lines += 1
            yield line


def _split_files(
    header: bytes, lines: Iterator[bytes], file_bytes: int
) -> Iterator[Iterator[bytes]]:
    """Split rows into files that each begin with the header; a table without rows has one file."""
    ahead = next(lines, None)

    def one_file() -> Iterator[bytes]:
        nonlocal ahead
        size = len(header)
        yield header
        while ahead is not None:
            yield ahead
            size += len(ahead)
            ahead = next(lines, None)
            if size >= file_bytes:
                return

    yield one_file()
    while ahead is not None:
        yield one_file()


def _split_parts(lines: Iterable[bytes], part_bytes: int) -> Iterator[bytes]:
    """Gather rows into parts of exactly so many bytes, so that equal rows have equal ETags."""
    gathered = bytearray()
    for line in lines:
        gathered += line
        while len(gathered) >= part_bytes:
            yield bytes(gathered[:part_bytes])
            del gathered[:part_bytes]
    if gathered:
        yield bytes(gathered)

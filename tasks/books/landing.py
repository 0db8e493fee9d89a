"""The files that lie in the landing zone, and what names the load of each."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from tasks.books.tables import SourceTable, table_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DATASET = "books"
_CHUNK_BYTES = 1 << 18


class LandingError(Exception):
    """The landing zone does not hold what it should; the message says what to do."""


@dataclass(frozen=True)
class LandedFile:
    """A file of one of the tables; etag without quotes, the time in UTC without a zone."""

    bucket: str
    key: str
    etag: str
    bytes: int
    landed_at: datetime
    table: SourceTable

    @property
    def uri(self) -> str:
        """The file's address."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def load_id(self) -> str:
        """The load's name: the same object is the same load."""
        return hashlib.sha256(json.dumps([DATASET, self.key, self.etag]).encode()).hexdigest()


def list_files(s3: S3Client, bucket: str, prefix: str) -> list[LandedFile]:
    """List the files under a prefix, oldest first; raises LandingError.

    What begins with an underscore or a dot, and folders, are no files.
    """
    files = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page.get("Contents", []):
                name = found["Key"].rpartition("/")[2]
                if not name or name[0] in "_.":
                    continue
                moment = found["LastModified"].astimezone(UTC).replace(tzinfo=None, microsecond=0)
                table = _require_table(bucket, found["Key"])
                etag, size = found["ETag"].strip('"'), found["Size"]
                files.append(LandedFile(bucket, found["Key"], etag, size, moment, table))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LandingError(
                f"The bucket {bucket} does not exist: provision it, or name the one that does."
            ) from error
        raise
    if not files:
        raise LandingError(
            f"s3://{bucket}/{prefix} holds no files. Put CSV files of books, users and ratings "
            "there; their names tell which is which (BX-Books.csv, BX-Users.csv, BX-Ratings.csv)."
        )
    return sorted(files, key=lambda file: (file.landed_at, file.key))


def read_chunks(s3: S3Client, file: LandedFile) -> Iterator[bytes]:
    """Read a file as it was listed, a part at a time; raises LandingError where it has changed."""
    try:
        answer = s3.get_object(Bucket=file.bucket, Key=file.key, IfMatch=file.etag)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("PreconditionFailed", "NoSuchKey"):
            raise LandingError(
                f"{file.uri} was replaced or deleted while it was about to be read; run again."
            ) from error
        raise
    body = cast(IO[bytes], answer["Body"])
    opened = gzip.GzipFile(fileobj=body) if file.key.endswith(".gz") else body
    try:
        while chunk := opened.read(_CHUNK_BYTES):
            yield chunk
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise LandingError(f"{file.uri} is no whole gzip file: {error}. Land it again.") from error


def _require_table(bucket: str, key: str) -> SourceTable:
    table = table_of(key)
    if table is None:
        raise LandingError(
            f"s3://{bucket}/{key} tells by its name neither books, users nor ratings. Rename it, "
            "or keep it elsewhere."
        )
    return table

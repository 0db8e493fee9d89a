"""What the source bucket holds: partitions by table, and the objects of a partition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tasks.academy.names import Names, parse_partition
from tasks.processed import ProcessedZoneError, StoredObject, hash_load, list_objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class SourceUnusable(Exception):
    """The source cannot be synchronized; the message names it and the way out."""


@dataclass(frozen=True)
class FoundPartitions:
    """The days that have a folder, and what else lies in the table's folder and is no partition."""

    values: tuple[str, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True)
class SourcePartition:
    """The data objects of a partition; `source_id` is the same for the same objects."""

    source_id: str
    objects: tuple[StoredObject, ...]

    @property
    def bytes(self) -> int:
        """How large they are together."""
        return sum(stored.bytes for stored in self.objects)


def get_partitions_from_s3(s3: S3Client, names: Names, table: str) -> FoundPartitions:
    """Find the partitions of a table by delimiter alone, so that no object of theirs is listed.

    What is named otherwise than `dt=2026-11-20/` is passed over: other folders, days that no
    calendar has, objects beside the folders. Names that begin with `_` or `.` are scratch.
    Raises SourceUnusable where the bucket or the table's folder is missing.
    """
    prefix = names.prefix(table)
    with _explained(names):
        entries = list(_list_entries(s3, names.bucket, prefix))
    if not entries:
        raise SourceUnusable(
            f"s3://{names.bucket}/{prefix} holds nothing: name the folder that holds {table}, or "
            f"leave {table} out of the tables to synchronize."
        )
    values, passed_over = [], []
    for entry in entries:
        value = parse_partition(entry.rstrip("/")) if entry.endswith("/") else None
        if value is not None:
            values.append(value)
        elif entry and not entry.startswith(("_", ".")):
            passed_over.append(entry)
    return FoundPartitions(tuple(sorted(values)), tuple(passed_over))


def read_partition(s3: S3Client, names: Names, table: str, value: str) -> SourcePartition:
    """List the data objects of a partition."""
    prefix = names.prefix(table, value)
    with _explained(names):
        listed = list_objects(s3, names.bucket, prefix)
    objects = tuple(stored for stored in listed if _is_data(stored.key, prefix))
    return SourcePartition(hash_load(f"s3://{names.bucket}", prefix, objects), objects)


def _list_entries(s3: S3Client, bucket: str, prefix: str) -> Iterator[str]:
    """Name what lies directly below the prefix: folders with a slash, objects, itself as ''."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, Delimiter="/"
    )
    for page in pages:
        for common in page.get("CommonPrefixes", []):
            yield common["Prefix"].removeprefix(prefix)
        for found in page.get("Contents", []):
            yield found["Key"].removeprefix(prefix)


def _is_data(key: str, prefix: str) -> bool:
    """Tell data from folder markers and from names that Hadoop hides: `_SUCCESS`, `.part.crc`."""
    parts = key.removeprefix(prefix).split("/")
    return bool(parts[-1]) and not any(part.startswith(("_", ".")) for part in parts)


@contextmanager
def _explained(names: Names) -> Iterator[None]:
    """Turn the answers that a person can mend into sentences."""
    try:
        yield
    except (ClientError, ProcessedZoneError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else "NoSuchBucket"
        if code == "NoSuchBucket":
            reason = "does not exist"
        elif code in ("AccessDenied", "403", "AllAccessDisabled"):
            reason = "is not ours to list: it is somebody else's, or s3:ListBucket is missing"
        else:
            raise
        raise SourceUnusable(
            f"The bucket {names.bucket} {reason}. Name the bucket of the raw data in the "
            "parameter `bucket`."
        ) from error

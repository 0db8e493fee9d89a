"""What the export holds now, and what the Glue job made of it.

A snapshot is named after the exported objects, so equal exports are the same snapshot, whoever
wrote them. The job names it by the same rule (spark/books/snapshot.py) and lays what it made
under `books/snapshot=<id>/`, the completion marker last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tasks.processed import (
    MARKER_NAME,
    PartitionMarker,
    ProcessedZoneError,
    StoredObject,
    hash_load,
    list_objects,
    list_partitions,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DATASET = "books"


@dataclass(frozen=True)
class Snapshot:
    """The exported objects of all tables and the name that they give."""

    snapshot_id: str
    objects: tuple[StoredObject, ...]

    @property
    def prefix(self) -> str:
        """Where the processed zone has what the job made of it."""
        return f"{DATASET}/snapshot={self.snapshot_id}/"


@dataclass(frozen=True)
class MadeTable:
    """A table of the star as the job laid it: its rows by natural keys, its objects.

    `input` are the exported rows that it was made of, `inferred` the members that only ratings
    know of.
    """

    table: str
    rows: int
    input: int
    inferred: int
    objects: tuple[StoredObject, ...]


@dataclass(frozen=True)
class MadeSnapshot:
    """What the job made of a snapshot, and how its rules came out."""

    snapshot: Snapshot
    tables: tuple[MadeTable, ...]
    quality: Mapping[str, Any]

    @property
    def marker(self) -> PartitionMarker:
        """All objects of all tables."""
        objects = tuple(stored for table in self.tables for stored in table.objects)
        return PartitionMarker(
            self.snapshot.prefix, sum(table.rows for table in self.tables), objects
        )


def find_snapshot(s3: S3Client, bucket: str, prefix: str) -> Snapshot:
    """Name what lies in the export; raises ProcessedZoneError where nothing does."""
    objects = [
        stored
        for stored in list_objects(s3, bucket, f"{prefix}/")
        if stored.key.rpartition("/")[2].startswith("LOAD")
    ]
    if not objects:
        raise ProcessedZoneError(
            f"s3://{bucket}/{prefix}/ holds no export: run export_books, or the DMS task in its "
            "place."
        )
    return Snapshot(hash_load(DATASET, "export", objects), tuple(objects))


def read_made(s3: S3Client, bucket: str, snapshot: Snapshot) -> MadeSnapshot | None:
    """Read what the job made of a snapshot; None where it has not."""
    key = snapshot.prefix + MARKER_NAME
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    try:
        document = json.loads(text)
        tables = tuple(_read_table(name, made) for name, made in document["tables"].items())
        return MadeSnapshot(snapshot, tables, document["quality"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProcessedZoneError(
            f"s3://{bucket}/{key} is no completion marker: {error!r}. Delete it and run "
            "model_books again."
        ) from error


def forget_others(s3: S3Client, bucket: str, snapshot: Snapshot) -> None:
    """Delete what was made of other snapshots: Redshift has it, and no one reads it again."""
    for partition in list_partitions(s3, bucket, f"{DATASET}/"):
        folder = f"{DATASET}/{partition}/"
        if partition.startswith("snapshot=") and folder != snapshot.prefix:
            # The marker first: without it the rest is not there.
            s3.delete_object(Bucket=bucket, Key=folder + MARKER_NAME)
            for stored in list_objects(s3, bucket, folder):
                s3.delete_object(Bucket=bucket, Key=stored.key)


def _read_table(name: str, made: Mapping[str, Any]) -> MadeTable:
    objects = tuple(
        StoredObject(str(one["key"]), str(one["etag"]).strip('"'), int(one["bytes"]))
        for one in made["objects"]
    )
    return MadeTable(name, int(made["rows"]), int(made["input"]), int(made["inferred"]), objects)

"""The processed zone: where a dataset's partitions lie, and what its markers name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from spark.tables import EVENT_DATE

MARKER = "_complete.json"
# About 128 MB of compressed tweets, the size at which Redshift splits a Parquet file by itself.
# https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-use-multiple-files.html
ROWS_PER_FILE = 400_000
DELETE_BATCH = 1000


class PartitionDamaged(Exception):
    """A partition is not as its completion marker says; names the object."""


@dataclass(frozen=True)
class StoredObject:
    """An object of a partition; etag without quotes."""

    key: str
    etag: str
    bytes: int
    records: int


@dataclass(frozen=True)
class Zone:
    """The processed zone of one dataset."""

    s3: Any
    bucket: str
    dataset: str

    def folder(self, table: str, event_date: str | None = None) -> str:
        """Name the prefix of a table or of one of its partitions."""
        partition = "" if event_date is None else f"{EVENT_DATE}={event_date}/"
        return f"{self.dataset}/{table}/{partition}"

    def uri(self, key: str) -> str:
        """Name a key of the zone for Spark."""
        return f"s3://{self.bucket}/{key}"


def delete_objects(zone: Zone, keys: Iterable[str]) -> None:
    """Delete objects in batches; raises where S3 could not."""
    wanted = sorted(keys)
    for start in range(0, len(wanted), DELETE_BATCH):
        batch = [{"Key": key} for key in wanted[start : start + DELETE_BATCH]]
        answer = zone.s3.delete_objects(
            Bucket=zone.bucket, Delete={"Objects": batch, "Quiet": True}
        )
        for error in answer.get("Errors", []):
            raise PartitionDamaged(
                f"{zone.uri(error['Key'])} could not be deleted: {error['Message']}"
            )

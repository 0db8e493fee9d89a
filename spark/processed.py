"""Writing the processed zone: partitions that readers see change in one step.

A partition is what its completion marker names. New objects are laid beside the old ones, then one
PUT switches the marker, then everything that it does not name is deleted. A crash before the switch
leaves the old set, one after it the new set, and the next run that touches the partition sweeps
what is left over. One run at a time may write: the job allows one concurrent run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.schemas import EVENT_DATE, Table

MARKER = "_complete.json"
# About 128 MB of compressed tweets, the size at which Redshift splits a Parquet file by itself.
# https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-use-multiple-files.html
ROWS_PER_FILE = 400_000
FOOTER_BYTES = 65536
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
class Marker:
    """What a partition holds."""

    table: str
    partition: str
    rows: int
    digest: str
    objects: tuple[StoredObject, ...]


@dataclass(frozen=True)
class Partition:
    """A partition as it is found: its marker, if it has one, and the keys that lie in it."""

    table: str
    event_date: str
    marker: Marker | None
    keys: frozenset[str]


@dataclass(frozen=True)
class Description:
    """What a partition should hold, as describe_partitions counts it."""

    table_name: str
    event_date: str
    row_count: int
    input_rows: int
    loaded_rows: int
    digest: str

    @property
    def files(self) -> int:
        """How many files the partition is planned to have."""
        return math.ceil(self.row_count / ROWS_PER_FILE)


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


def find_partition(zone: Zone, table: str, event_date: str) -> Partition:
    """Read what is there of a partition, and check that what its marker names is there."""
    folder = zone.folder(table, event_date)
    listed = _list_objects(zone, folder)
    marker = _read_marker(zone, folder + MARKER) if folder + MARKER in listed else None
    for stored in marker.objects if marker else ():
        if listed.get(stored.key, ("", 0))[0] != stored.etag:
            raise PartitionDamaged(
                f"{zone.uri(stored.key)} is gone or another object, though {folder}{MARKER} names "
                f"it with ETag {stored.etag}. Delete {zone.uri(folder)} and process its windows "
                "again."
            )
    return Partition(table, event_date, marker, frozenset(listed) - {folder + MARKER})


def read_existing(
    spark: SparkSession, zone: Zone, table: Table, partitions: Iterable[Partition]
) -> DataFrame | None:
    """Read the rows that the partitions' markers name; None where there are none."""
    uris = [
        zone.uri(stored.key)
        for partition in partitions
        if partition.marker
        for stored in partition.marker.objects
    ]
    if not uris:
        return None
    return (
        spark.read.schema(table.partitioned)
        .option("basePath", zone.uri(zone.folder(table.name)))
        .parquet(*uris)
    )


def write_rows(rows: DataFrame, zone: Zone, table: Table, plan: Sequence[Description]) -> None:
    """Lay the planned partitions' rows beside what is there, in the planned number of files."""
    dates = [description.event_date for description in plan]
    (
        rows.where(F.col(EVENT_DATE).isin([F.lit(date).cast("date") for date in dates]))
        .repartition(EVENT_DATE, _file_number(table, plan))
        .sortWithinPartitions(EVENT_DATE, *table.keys)
        .select(*table.partitioned.names)
        .write.mode("append")
        .option("maxRecordsPerFile", ROWS_PER_FILE)
        # The marker decides what counts, so tasks may commit straight into place.
        .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
        .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .partitionBy(EVENT_DATE)
        .parquet(zone.uri(zone.folder(table.name)))
    )


def publish_partition(zone: Zone, before: Partition, description: Description) -> Marker:
    """Switch the marker to the objects that were written since `before`, then delete the others."""
    folder = zone.folder(before.table, before.event_date)
    listed = _list_objects(zone, folder)
    new = sorted(listed.keys() - before.keys - {folder + MARKER})
    marker = Marker(
        table=before.table,
        partition=f"{EVENT_DATE}={before.event_date}",
        rows=description.row_count,
        digest=description.digest,
        objects=tuple(_describe_objects(zone, {key: listed[key] for key in new}, description)),
    )
    body = json.dumps(asdict(marker), indent=1).encode()
    zone.s3.put_object(Bucket=zone.bucket, Key=folder + MARKER, Body=body)
    delete_objects(zone, before.keys)
    return marker


def sweep_partition(zone: Zone, partition: Partition) -> Marker:
    """Delete what a broken run left in a partition that stays as it is; return its marker."""
    marker = partition.marker
    if marker is None:
        raise ValueError(f"{partition.table} {partition.event_date} has no marker to stay by.")
    delete_objects(zone, partition.keys - {stored.key for stored in marker.objects})
    return marker


def sweep_attempts(zone: Zone, table: str) -> None:
    """Delete what Spark's committer of an earlier, broken run left below the table."""
    delete_objects(zone, _list_objects(zone, f"{zone.folder(table)}_temporary/"))


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


def _file_number(table: Table, plan: Sequence[Description]) -> Column:
    """Spread the rows of a partition with several files over as many numbers."""
    number: Column = F.lit(0)
    for description in plan:
        if description.files > 1:
            spread = F.pmod(F.xxhash64(*table.keys), F.lit(description.files)).cast("int")
            is_date = F.col(EVENT_DATE) == F.lit(description.event_date).cast("date")
            number = F.when(is_date, spread).otherwise(number)
    return number


def _describe_objects(
    zone: Zone, new: Mapping[str, tuple[str, int]], description: Description
) -> list[StoredObject]:
    counts = (
        [description.row_count]
        if len(new) == 1
        else [_count_rows(zone, key, size) for key, (_, size) in new.items()]
    )
    if sum(counts) != description.row_count:
        raise PartitionDamaged(
            f"{len(new)} new objects of {description.table_name} {EVENT_DATE}="
            f"{description.event_date} hold {sum(counts)} rows instead of "
            f"{description.row_count}: does another run write the same table?"
        )
    return [
        StoredObject(key, etag, size, count)
        for (key, (etag, size)), count in zip(new.items(), counts, strict=True)
    ]


def _count_rows(zone: Zone, key: str, size: int) -> int:
    """Read a Parquet object's row count from its footer.

    https://parquet.apache.org/docs/file-format/
    """
    tail = _read_tail(zone, key, FOOTER_BYTES)
    needed = int.from_bytes(tail[-8:-4], "little") + 8
    if needed > len(tail) and len(tail) < size:
        tail = _read_tail(zone, key, needed)
    rows: int = pq.read_metadata(pa.BufferReader(tail)).num_rows
    return rows


def _read_tail(zone: Zone, key: str, length: int) -> bytes:
    answer = zone.s3.get_object(Bucket=zone.bucket, Key=key, Range=f"bytes=-{length}")
    tail: bytes = answer["Body"].read()
    return tail


def _read_marker(zone: Zone, key: str) -> Marker:
    fields = json.loads(zone.s3.get_object(Bucket=zone.bucket, Key=key)["Body"].read())
    objects = tuple(StoredObject(**stored) for stored in fields.pop("objects"))
    return Marker(**fields, objects=objects)


def _list_objects(zone: Zone, prefix: str) -> dict[str, tuple[str, int]]:
    pages = zone.s3.get_paginator("list_objects_v2").paginate(Bucket=zone.bucket, Prefix=prefix)
    return {
        found["Key"]: (found["ETag"].strip('"'), found["Size"])
        for page in pages
        for found in page.get("Contents", [])
    }

"""Writing the processed zone: partitions that readers see change in one step.

A partition is what its completion marker names. New objects are laid beside the old ones, then one
PUT switches the marker to the objects that the tasks say they put, then everything that it does not
name is deleted. A crash before the switch leaves the old set, one after it the new set, and the
next run that touches the partition sweeps what is left over, as it does what repeated attempts of a
task put in vain. One run at a time may write: the job allows one concurrent run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial, reduce
from operator import or_

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.documents import put_json
from spark.parquet import FILE_NUMBER
from spark.tables import EVENT_DATE, Table
from spark.twitter.objects import WRITTEN_OBJECT, Target, WrittenObject, write_objects
from spark.twitter.schemas import TABLE_NAME, TABLES
from spark.zone import MARKER, ROWS_PER_FILE, PartitionDamaged, StoredObject, Zone, delete_objects


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

    @property
    def bytes(self) -> int:
        """How large its rows are, as they are stored."""
        return sum(stored.bytes for stored in self.marker.objects) if self.marker else 0


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
    def place(self) -> tuple[str, str]:
        """Name the partition by table and event date."""
        return self.table_name, self.event_date

    @property
    def files(self) -> int:
        """How many files the partition is planned to have."""
        return math.ceil(self.row_count / ROWS_PER_FILE)


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
    """Read the table's rows that the partitions' markers name; None where there are none."""
    uris = [
        zone.uri(stored.key)
        for partition in partitions
        if partition.table == table.name and partition.marker
        for stored in partition.marker.objects
    ]
    if not uris:
        return None
    return (
        spark.read.schema(table.partitioned)
        .option("basePath", zone.uri(zone.folder(table.name)))
        .parquet(*uris)
    )


def write_rows(rows: DataFrame, zone: Zone, plan: Sequence[Description]) -> list[WrittenObject]:
    """Lay the planned partitions' rows beside what is there, in the planned number of files.

    The rows are stacked: one job writes every table.
    """
    target = Target(zone.bucket, zone.dataset, zone.s3.meta.region_name)
    objects = (
        rows.where(_planned(plan))
        .withColumn(FILE_NUMBER, _file_number(plan))
        .repartition(TABLE_NAME, EVENT_DATE, FILE_NUMBER)
        .sortWithinPartitions(
            TABLE_NAME,
            EVENT_DATE,
            FILE_NUMBER,
            *(f"{table.name}.{key}" for table in TABLES for key in table.keys),
        )
        .select(TABLE_NAME, EVENT_DATE, FILE_NUMBER, *(table.name for table in TABLES))
        .mapInArrow(partial(write_objects, target), WRITTEN_OBJECT)
    )
    return [WrittenObject(**row.asDict()) for row in objects.collect()]


def publish_partition(
    zone: Zone, before: Partition, description: Description, written: Iterable[WrittenObject]
) -> Marker:
    """Switch the marker to the objects that were written, then delete the others."""
    folder = zone.folder(before.table, before.event_date)
    objects = [StoredObject(one.key, one.etag, one.bytes, one.records) for one in written]
    _check_rows(objects, description)
    marker = Marker(
        table=before.table,
        partition=f"{EVENT_DATE}={before.event_date}",
        rows=description.row_count,
        digest=description.digest,
        objects=tuple(sorted(objects, key=lambda stored: stored.key)),
    )
    put_json(zone.s3, zone.bucket, folder + MARKER, asdict(marker))
    delete_objects(zone, before.keys)
    return marker


def sweep_partition(zone: Zone, partition: Partition) -> Marker:
    """Delete what a broken run left in a partition that stays as it is; return its marker."""
    marker = partition.marker
    if marker is None:
        raise ValueError(f"{partition.table} {partition.event_date} has no marker to stay by.")
    delete_objects(zone, partition.keys - {stored.key for stored in marker.objects})
    return marker


def _planned(plan: Sequence[Description]) -> Column:
    """Tell whether a row is of a planned partition."""
    dates: dict[str, list[Column]] = {}
    for description in plan:
        date = F.lit(description.event_date).cast("date")
        dates.setdefault(description.table_name, []).append(date)
    return reduce(
        or_,
        ((F.col(TABLE_NAME) == name) & F.col(EVENT_DATE).isin(own) for name, own in dates.items()),
    )


def _file_number(plan: Sequence[Description]) -> Column:
    """Spread the rows of a partition with several files over as many numbers."""
    keys = {table.name: table.keys for table in TABLES}
    number: Column = F.lit(0)
    for description in plan:
        if description.files > 1:
            columns = [f"{description.table_name}.{key}" for key in keys[description.table_name]]
            spread = F.pmod(F.xxhash64(*columns), F.lit(description.files)).cast("int")
            number = F.when(_planned([description]), spread).otherwise(number)
    return number


def _check_rows(objects: Sequence[StoredObject], description: Description) -> None:
    found = sum(stored.records for stored in objects)
    if found != description.row_count:
        raise PartitionDamaged(
            f"{len(objects)} new objects of {description.table_name} {EVENT_DATE}="
            f"{description.event_date} hold {found} rows instead of {description.row_count}. "
            "Run the job again."
        )


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

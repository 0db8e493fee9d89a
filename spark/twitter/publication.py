"""Merging the input into the partitions that it touches, and publishing those that change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.tables import EVENT_DATE, Table
from spark.tuning import hold
from spark.twitter.census import Census
from spark.twitter.objects import WrittenObject
from spark.twitter.partitions import (
    Description,
    Marker,
    Partition,
    find_partition,
    publish_partition,
    read_existing,
    sweep_partition,
    write_rows,
)
from spark.twitter.schemas import TABLE_NAME, TABLES
from spark.twitter.transforms.rows import add_existing, flatten_records
from spark.twitter.transforms.versions import describe_partitions, merge_versions
from spark.zone import Zone

S3_THREADS = 16


@dataclass(frozen=True)
class Merged:
    """The rows of every touched partition, stacked, and the partitions as they are found.

    The partitions are by table name and event date; without any there are no rows.
    """

    rows: DataFrame | None
    before: Mapping[tuple[str, str], Partition]


@dataclass(frozen=True)
class Touched:
    """A partition that the input falls in, with the marker that it has now."""

    description: Description
    marker: Marker
    changed: bool


def find_touched(census: Census, zone: Zone) -> dict[tuple[str, str], Partition]:
    """Find every partition that the input falls in, by table name and event date."""
    places = [(name, date) for name, dates in census.event_dates.items() for date in dates]
    with ThreadPoolExecutor(S3_THREADS) as threads:
        found = threads.map(lambda place: find_partition(zone, *place), places)
        return dict(zip(places, found, strict=True))


def merge_input(
    records: DataFrame,
    before: Mapping[tuple[str, str], Partition],
    zone: Zone,
    compressed_bytes: int,
) -> Merged:
    """Merge the records with the existing rows of the partitions that they touch."""
    if not before:
        return Merged(None, before)
    existing = {
        table: frame
        for table in TABLES
        if (frame := read_existing(records.sparkSession, zone, table, before.values())) is not None
    }
    rows = add_existing(flatten_records(records), existing)
    return Merged(hold(merge_versions(rows), compressed_bytes), before)


def describe_merged(merged: Merged) -> list[Description]:
    """Count and hash every touched partition; the action that computes the merged rows."""
    if merged.rows is None:
        return []
    return [
        Description(**row.asDict() | {EVENT_DATE: row[EVENT_DATE].isoformat()})
        for row in describe_partitions(merged.rows).collect()
    ]


def rows_of(stacked: DataFrame, table: Table) -> DataFrame:
    """Return the rows of one table out of stacked ones, with event_date."""
    own = stacked.where(F.col(TABLE_NAME) == table.name)
    return own.select(f"{table.name}.*", EVENT_DATE)


def publish_merged(merged: Merged, described: Sequence[Description], zone: Zone) -> list[Touched]:
    """Write and switch the partitions whose rows changed, sweep the others."""
    changes = [one for one in described if _digest(merged.before[one.place]) != one.digest]
    written: dict[tuple[str, str], list[WrittenObject]] = {change.place: [] for change in changes}
    if merged.rows is not None and changes:
        for one in write_rows(merged.rows, zone, changes):
            written[one.table_name, one.event_date].append(one)

    def finish(description: Description) -> Touched:
        before = merged.before[description.place]
        if description.place not in written:
            return Touched(description, sweep_partition(zone, before), False)
        objects = written[description.place]
        return Touched(description, publish_partition(zone, before, description, objects), True)

    with ThreadPoolExecutor(S3_THREADS) as threads:
        return list(threads.map(finish, described))


def _digest(partition: Partition) -> str | None:
    return partition.marker.digest if partition.marker else None

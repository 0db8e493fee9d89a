"""Merging the input into the partitions that it touches, and publishing those that change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from pyspark import inheritable_thread_target
from pyspark.sql import DataFrame

from spark.census import Census
from spark.processed import (
    Description,
    Marker,
    Partition,
    Zone,
    find_partition,
    publish_partition,
    read_existing,
    sweep_attempts,
    sweep_partition,
    write_rows,
)
from spark.schemas import EVENT_DATE, TABLES, TWEETS, USER_FOLLOWERS, USERS, Table
from spark.transforms.tweets import flatten_entities, flatten_tweets
from spark.transforms.users import flatten_followers, flatten_users
from spark.transforms.versions import describe_partitions, merge_versions

S3_THREADS = 16
# Writing a small table is waiting for the driver and for S3, not for the cores.
WRITE_THREADS = 4

FLATTEN: Mapping[str, Callable[[DataFrame], DataFrame]] = {
    TWEETS.name: flatten_tweets,
    USERS.name: flatten_users,
    USER_FOLLOWERS.name: flatten_followers,
}


@dataclass(frozen=True)
class MergedTable:
    """The rows of every touched partition of a table, and these partitions as they were found."""

    table: Table
    rows: DataFrame
    before: Mapping[str, Partition]


@dataclass(frozen=True)
class Touched:
    """A partition that the input falls in, with the marker that it has now."""

    description: Description
    marker: Marker
    changed: bool


def merge_input(records: DataFrame, census: Census, zone: Zone) -> list[MergedTable]:
    """Merge the records with the existing rows of the partitions that they touch."""
    touched = [table for table in TABLES if census.event_dates[table.name]]
    with ThreadPoolExecutor(S3_THREADS) as threads:
        found = {
            table.name: list(
                threads.map(
                    partial(find_partition, zone, table.name), census.event_dates[table.name]
                )
            )
            for table in touched
        }
    return [_merge_table(records, table, found[table.name], zone) for table in touched]


def describe_merged(merged: Sequence[MergedTable]) -> list[Description]:
    """Count and hash every touched partition; the action that computes the merged rows."""
    if not merged:
        return []
    frames = {one.table: one.rows for one in merged}
    return [
        Description(**row.asDict() | {EVENT_DATE: row[EVENT_DATE].isoformat()})
        for row in describe_partitions(frames).collect()
    ]


def publish_merged(
    merged: Sequence[MergedTable], described: Sequence[Description], zone: Zone
) -> list[Touched]:
    """Write and switch the partitions whose rows changed, sweep the others."""
    publish = inheritable_thread_target(_publish_table)
    with ThreadPoolExecutor(WRITE_THREADS) as threads:
        running = [
            threads.submit(
                publish, one, [d for d in described if d.table_name == one.table.name], zone
            )
            for one in merged
        ]
        return [touched for publication in running for touched in publication.result()]


def _merge_table(
    records: DataFrame, table: Table, found: Sequence[Partition], zone: Zone
) -> MergedTable:
    flatten = FLATTEN.get(table.name, partial(flatten_entities, table=table))
    existing = read_existing(records.sparkSession, zone, table, found)
    rows = merge_versions(flatten(records), existing, table).persist()
    return MergedTable(table, rows, {partition.event_date: partition for partition in found})


def _publish_table(
    merged: MergedTable, described: Sequence[Description], zone: Zone
) -> list[Touched]:
    changes = [d for d in described if _digest(merged.before[d.event_date]) != d.digest]
    if changes:
        sweep_attempts(zone, merged.table.name)
        write_rows(merged.rows, zone, merged.table, changes)
    changed = {change.event_date for change in changes}

    def finish(description: Description) -> Touched:
        before = merged.before[description.event_date]
        if description.event_date in changed:
            return Touched(description, publish_partition(zone, before, description), True)
        return Touched(description, sweep_partition(zone, before), False)

    with ThreadPoolExecutor(S3_THREADS) as threads:
        return list(threads.map(finish, described))


def _digest(partition: Partition) -> str | None:
    return partition.marker.digest if partition.marker else None

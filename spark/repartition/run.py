"""From asked arrival hours to published event hours: the steps of repartition_by_event_time.

The order makes a kill harmless. The hours' records are put last: an hour without one is read
again, and what an earlier attempt published of it is found to be there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.documents import put_json
from spark.quality import Evaluate, RuleOutcome, RulesMissing, check_rules, read_rules
from spark.rejects import lay_aside, with_lines
from spark.repartition.arrivals import Arrivals, Read, read_arrivals, reject_frame
from spark.repartition.generations import Generation, Shelf
from spark.repartition.plan import PlannedHour, plan_files
from spark.repartition.readings import ARRIVED_AT, EVENT_HOUR, EVENT_TIME, REASON, table_schema
from spark.repartition.recognition import recognition
from spark.repartition.request import Request
from spark.repartition.summary import Summary, WrittenHour
from spark.repartition.tables import DeltaTable, ParquetTable, Place, Table, rows_of
from spark.repartition.versions import IS_LOADED, IS_NEW, keep_newest
from spark.tables import Counts
from spark.tuning import fit_to_size
from spark.zone import Zone


class TooManyRejects(Exception):
    """More is unusable than the run may bear; nothing was published."""


@dataclass(frozen=True)
class Clients:
    """The clients of AWS that a run needs."""

    s3: Any
    glue: Any


@dataclass(frozen=True)
class MergedHour:
    """An event hour after merging: its rows, those that came with this run, those of its input."""

    rows: int
    new: int
    loaded: int


def repartition(
    spark: SparkSession, clients: Clients, request: Request, read: Read, evaluate: Evaluate
) -> Summary:
    """Put the readings of the arrival hours into their event hours; safe to repeat at any time."""
    _configure(spark)
    table = open_table(spark, clients, request)
    swept = table.prepare()
    request = without_done_hours(clients.s3, request)
    if not request.hours:
        return _nothing_to_do(request, swept)
    fit_to_size(spark, request.bytes)
    arrivals = read_arrivals(clients.s3, request, read)
    quarantine_uri = quarantine(arrivals, request, clients.s3)
    enforce_limit(arrivals, request.limits.rejects, quarantine_uri)
    existing = table.find(sorted(arrivals.hours))
    planned = plan_files(
        arrivals.hours,
        existing,
        input_bytes=request.bytes,
        file_bytes=request.limits.file_bytes,
    )
    fit_to_size(spark, request.bytes + sum(one.bytes for one in existing.values()))
    rows = merge(arrivals, table.read(existing), request, planned)
    merged = count_merged(rows)
    arrivals.readings.unpersist()
    changed = sorted(hour for hour, one in merged.items() if one.new)
    outcomes = check(rows, changed, request, evaluate)
    places = (
        table.publish(rows_of(rows, changed), {hour: merged[hour].rows for hour in changed})
        if changed
        else {}
    )
    rows.unpersist()
    return Summary(
        load_id=request.load_id,
        table=f"{request.target.database}.{request.target.catalog_table}",
        format=request.target.format,
        hours=tuple(one.hour for one in request.hours),
        objects=len(arrivals.files) + len(arrivals.damaged),
        bookmark_used=arrivals.bookmark_used,
        counts=count(arrivals, merged),
        written=written_hours(arrivals, merged, planned, existing, places),
        quarantine_uri=quarantine_uri,
        swept_objects=swept,
        outcomes=tuple(outcome.as_dict() for outcome in outcomes),
    )


def record_hours(s3: Any, request: Request, summary: Summary) -> None:
    """Leave a record of each hour that is done, then move the frontier: the run's last words."""
    done = set(summary.hours)
    for one in request.hours:
        if one.hour in done:
            objects = [{"key": item.key, "etag": item.etag} for item in one.objects]
            body = {"hour": one.hour, "load_id": request.load_id, "objects": objects}
            put_json(s3, request.target.bucket, one.record_key, body)
    if request.frontier is not None:
        body = {"sealed_through": request.frontier}
        put_json(s3, request.target.bucket, request.frontier_key, body)


def open_table(spark: SparkSession, clients: Clients, request: Request) -> Table:
    """Return the target in its format."""
    shelf, schema = Shelf(clients.s3, clients.glue, request.target), table_schema(request.shape)
    if request.target.format == "delta":
        return DeltaTable(spark, shelf, request, schema)
    return ParquetTable(spark, shelf, request, schema, datetime.now(UTC))


def without_done_hours(s3: Any, request: Request) -> Request:
    """Leave out the hours that another run has done since this one was planned."""
    if request.refresh:
        return request
    bucket = request.target.bucket
    todo = [one for one in request.hours if not _exists(s3, bucket, one.record_key)]
    return replace(request, hours=tuple(todo))


def quarantine(arrivals: Arrivals, request: Request, s3: Any) -> str | None:
    """Lay aside what cannot be used as JSON lines, in a folder named after the input."""
    if not arrivals.rejected:
        return None
    zone = Zone(s3, request.target.bucket, request.target.dataset)
    uri = zone.uri(f"quarantine/{zone.dataset}/load_id={request.load_id}/")
    rejects, how = reject_frame(arrivals), recognition(request.shape, request.event_time)
    lay_aside(with_lines(rejects, request.source.bucket, s3.meta.region_name, how), uri)
    return uri


def enforce_limit(arrivals: Arrivals, limit: int, quarantine_uri: str | None) -> None:
    """Raise TooManyRejects above the limit."""
    if arrivals.rejected > limit:
        raise TooManyRejects(
            f"{arrivals.rejected} of {arrivals.input} readings are unusable, the limit is {limit}; "
            f"nothing was published. Look at {quarantine_uri}, then raise reject_limit or mend "
            "the source."
        )


def merge(
    arrivals: Arrivals,
    existing: DataFrame | None,
    request: Request,
    planned: Mapping[str, PlannedHour],
) -> DataFrame:
    """Merge what arrived with what is there; the result is kept on disk, for it is used thrice."""
    usable = arrivals.readings.where(F.col(REASON).isNull())
    files = {hour: one.files for hour, one in planned.items()}
    rows = keep_newest(usable, existing, request.shape, files)
    return rows.persist(StorageLevel.DISK_ONLY)


def count_merged(rows: DataFrame) -> dict[str, MergedHour]:
    """Count every touched hour; the action that computes the merged rows."""
    counted = rows.groupBy(EVENT_HOUR).agg(
        F.count("*").alias("rows"),
        F.count_if(IS_NEW).alias("new"),
        F.count_if(IS_LOADED).alias("loaded"),
    )
    return {
        row[EVENT_HOUR]: MergedHour(row["rows"], row["new"], row["loaded"])
        for row in counted.collect()
    }


def check(
    rows: DataFrame, changed: list[str], request: Request, evaluate: Evaluate
) -> tuple[RuleOutcome, ...]:
    """Check what is about to be published; raises RulesFailed naming rows."""
    if not changed:
        return ()
    names = [*request.shape.columns, EVENT_TIME, ARRIVED_AT]
    return check_rules(
        rows_of(rows, changed).select(*names),
        table=f"{request.target.dataset}.{request.target.table}",
        rules=request.rules or own_rules(request),
        evaluate=evaluate,
        keys=[request.shape.id_field],
    )


def own_rules(request: Request) -> str:
    """Return the rules that lie beside the table; where none do, that each row has its key."""
    try:
        return read_rules(request.target.dataset, request.target.table)
    except RulesMissing:
        names = (request.shape.id_field, EVENT_TIME)
        return "Rules = [" + ", ".join(f'IsComplete "{name}"' for name in names) + "]"


def count(arrivals: Arrivals, merged: Mapping[str, MergedHour]) -> Counts:
    """Add up what became of the input."""
    loaded = sum(one.loaded for one in merged.values())
    duplicate = arrivals.input - arrivals.rejected - loaded
    return Counts(arrivals.input, loaded, arrivals.rejected, duplicate)


def written_hours(
    arrivals: Arrivals,
    merged: Mapping[str, MergedHour],
    planned: Mapping[str, PlannedHour],
    existing: Mapping[str, Generation],
    places: Mapping[str, Place],
) -> tuple[WrittenHour, ...]:
    """Describe every touched hour as it is now, beside what was planned of it."""
    described = []
    for hour in sorted(merged):
        before = existing.get(hour)
        place = places.get(hour)
        described.append(
            WrittenHour(
                hour=hour,
                arrived=arrivals.hours[hour],
                rows=merged[hour].rows,
                changed=place is not None,
                planned_files=planned[hour].files,
                planned_bytes=planned[hour].bytes,
                files=place.files if place else len(before.objects) if before else 0,
                bytes=place.bytes if place else before.bytes if before else 0,
                location=place.location if place else "",
            )
        )
    return tuple(described)


def _nothing_to_do(request: Request, swept: int) -> Summary:
    return Summary(
        load_id=request.load_id,
        table=f"{request.target.database}.{request.target.catalog_table}",
        format=request.target.format,
        hours=(),
        objects=0,
        bookmark_used=False,
        counts=Counts(0, 0, 0, 0),
        written=(),
        quarantine_uri=None,
        swept_objects=swept,
        outcomes=(),
    )


def _configure(spark: SparkSession) -> None:
    """Set what the rows depend on, rather than trust the cluster's defaults."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    # A stream that is cut off must not pass for one that ends there.
    spark.conf.set("spark.sql.files.ignoreCorruptFiles", "false")


def _exists(s3: Any, bucket: str, key: str) -> bool:
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return any(one["Key"] == key for one in found.get("Contents", []))

"""From planned partitions of the source to published partitions: what the job sync_partitions does.

All tables go through each step together, so that a limit or a rule that one of them breaks leaves
everything as it was.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.academy.plan import Plan, PlannedTable
from spark.academy.publication import (
    DATASET,
    FoundObject,
    Work,
    check_source,
    find_work,
    find_written,
    folder_of,
    publish,
)
from spark.academy.records import GET_DATA, keep_newest
from spark.quality import Checked, Evaluate, RuleOutcome, check_tables, read_rules
from spark.rejects import Recognition, lay_aside, with_lines
from spark.tables import REJECT, Counts, Table
from spark.tuning import fit_to_size
from spark.twitter.landing import LandingIncomplete, find_damage
from spark.zone import ROWS_PER_FILE, Zone

FILES_PER_TASK = 50


class TooManyRejects(Exception):
    """More lines are unusable than the run may bear; nothing was published."""


class SourceDamaged(Exception):
    """An object of the source cannot be read; names it."""


class Frames(Protocol):
    """How raw tables are read and processed ones are written: with Glue, in the job."""

    def read_lines(self, table: PlannedTable, values: Sequence[str]) -> DataFrame:
        """Return the lines of the partitions: record, and dt as text."""

    def write_rows(self, table: PlannedTable, rows: DataFrame, uri: str) -> None:
        """Add the rows, whose last column is dt, to the table's folder."""


@dataclass(frozen=True)
class Part:
    """The part of a table that this run writes: its lines as checked records."""

    planned: PlannedTable
    works: Sequence[Work]
    records: DataFrame

    @property
    def table(self) -> Table:
        """What the rows are."""
        return self.planned.table


@dataclass(frozen=True)
class Summary:
    """What a run did: counts by table and partition value, and what became of the rules."""

    plan_id: str
    partitions: Mapping[str, Mapping[str, Counts]]
    rules: Mapping[str, Sequence[Mapping[str, Any]]]
    quarantine_uri: str | None


def sync_partitions(
    spark: SparkSession, s3: Any, frames: Frames, evaluate: Evaluate, plan: Plan
) -> Summary:
    """Synchronize what is planned and not published yet; safe to repeat after any crash."""
    zone = Zone(s3, plan.processed_bucket, DATASET)
    _configure(spark, plan.bytes)
    parts = _open_parts(frames, zone, plan)
    if not parts:
        return Summary(plan.plan_id, {}, {}, None)
    rows = {part.table.name: keep_newest(part.records, part.table).persist() for part in parts}
    with _diagnosed(s3, plan, parts):
        counts = _count_lines(parts, rows)
    quarantine_uri = _quarantine(parts, counts, zone, plan)
    rules = _check_rules(parts, rows, counts, evaluate)
    written = {part.table.name: _write(frames, zone, part, rows, counts) for part in parts}
    check_source(s3, plan, (work for part in parts for work in part.works))
    read_back = _read_back(spark, zone, written)
    for part in parts:
        _publish(zone, part, written[part.table.name], counts[part.table.name], read_back)
    return Summary(plan.plan_id, counts, rules, quarantine_uri)


def _configure(spark: SparkSession, source_bytes: int) -> None:
    """Set what the rows depend on, rather than trust the cluster's defaults."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # What Redshift's COPY reads as TIMESTAMP; Spark's default is the deprecated INT96.
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    fit_to_size(spark, source_bytes)


def _open_parts(frames: Frames, zone: Zone, plan: Plan) -> list[Part]:
    parts = []
    for planned in plan.tables:
        works = find_work(zone, planned)
        if works:
            lines = frames.read_lines(planned, [work.planned.value for work in works])
            records = GET_DATA[planned.table](_prepare_lines(lines, plan, planned))
            parts.append(Part(planned, works, records.persist()))
    return parts


def _prepare_lines(lines: DataFrame, plan: Plan, planned: PlannedTable) -> DataFrame:
    """Leave blank lines out; name each line's file, or its folder where Glue does not tell."""
    folder = F.concat(F.lit(f"s3://{plan.source_bucket}/{planned.raw_name}/dt="), "dt", F.lit("/"))
    file = F.coalesce(F.nullif(F.input_file_name(), F.lit("")), folder)
    return lines.where(F.trim("record") != "").select(
        F.col("dt").cast("date").alias("dt"), file.alias("file"), "record"
    )


@contextmanager
def _diagnosed(s3: Any, plan: Plan, parts: Sequence[Part]) -> Iterator[None]:
    """Name the damaged object where it is one that makes the reading within fail."""
    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        works = (work for part in parts for work in part.works)
        keys = (key for work in works for key in work.planned.etags if key.endswith(".gz"))
        found = _first_damage(s3, plan.source_bucket, keys)
        if found is None:
            raise
        key, reason = found
        raise SourceDamaged(
            f"s3://{plan.source_bucket}/{key} cannot be read: {reason}. Nothing was published. "
            "Put a sound object in its place, or take it away, and run again."
        ) from error


def _first_damage(s3: Any, bucket: str, keys: Iterable[str]) -> tuple[str, str] | None:
    for key in keys:
        try:
            return next(find_damage(s3, bucket, [key]))
        except LandingIncomplete:  # what find_damage says of a sound object
            continue
    return None


def _count_lines(
    parts: Sequence[Part], rows: Mapping[str, DataFrame]
) -> dict[str, dict[str, Counts]]:
    """Add up what became of the lines, by table and partition value; the action that reads them.

    One action for all tables: for small inputs the number of actions is most of the time.
    """
    seen = [
        part.records.groupBy("dt").agg(
            F.lit(part.table.name), F.count("*"), F.count("reason"), F.lit(0)
        )
        for part in parts
    ]
    kept = [
        frame.groupBy("dt").agg(F.lit(name), F.lit(0), F.lit(0), F.count("*"))
        for name, frame in rows.items()
    ]
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for day, name, lines, refused, loaded in reduce(DataFrame.unionAll, [*seen, *kept]).collect():
        sums[name, day.isoformat()].update(lines=lines, refused=refused, loaded=loaded)
    counts: dict[str, dict[str, Counts]] = {part.table.name: {} for part in parts}
    for (name, value), sum_ in sums.items():
        lines, refused, loaded = sum_["lines"], sum_["refused"], sum_["loaded"]
        counts[name][value] = Counts(lines, loaded, refused, lines - refused - loaded)
    return counts


def _quarantine(
    parts: Sequence[Part], counts: Mapping[str, Mapping[str, Counts]], zone: Zone, plan: Plan
) -> str | None:
    """Lay rejected lines aside; raises TooManyRejects above the limit.

    The folder is named after the plan, so that a repeated run replaces what it wrote before.
    """
    refused = {name: sum(one.rejected for one in by.values()) for name, by in counts.items()}
    if not any(refused.values()):
        return None
    uri = zone.uri(f"quarantine/{DATASET}/load_id={plan.plan_id}/")
    rejects = reduce(DataFrame.unionAll, map(_rejects, parts))
    # The record is the line, but for the end that Windows gives it.
    how, region = Recognition(str.rstrip), zone.s3.meta.region_name
    lay_aside(with_lines(rejects, plan.source_bucket, region, how), uri)
    total = sum(refused.values())
    if total > plan.reject_limit:
        by_table = ", ".join(f"{count} of {name}" for name, count in refused.items() if count)
        raise TooManyRejects(
            f"{total} lines are unusable ({by_table}), the limit is {plan.reject_limit}; nothing "
            f"was published. Look at {uri}, then raise reject_limit or mend the source."
        )
    return uri


def _rejects(part: Part) -> DataFrame:
    columns = {"table_name": F.lit(part.table.name), "position": F.lit(None).cast("string")}
    return part.records.where(F.col("reason").isNotNull()).select(
        *(columns.get(name, F.col(name)).alias(name) for name in REJECT.names)
    )


def _check_rules(
    parts: Sequence[Part],
    rows: Mapping[str, DataFrame],
    counts: Mapping[str, Mapping[str, Counts]],
    evaluate: Evaluate,
) -> dict[str, list[Mapping[str, Any]]]:
    """Check the rows of each table that has any; raises RulesFailed."""
    checked = [
        Checked(
            part.table.name,
            rows[part.table.name],
            read_rules(DATASET, part.table.name),
            keys=("dt", *part.table.keys),
        )
        for part in parts
        if any(one.loaded for one in counts[part.table.name].values())
    ]
    outcomes: Mapping[str, Sequence[RuleOutcome]] = check_tables(checked, evaluate=evaluate)
    return {name: [one.as_dict() for one in found] for name, found in outcomes.items()}


def _write(
    frames: Frames,
    zone: Zone,
    part: Part,
    rows: Mapping[str, DataFrame],
    counts: Mapping[str, Mapping[str, Counts]],
) -> dict[str, list[FoundObject]]:
    """Lay the rows beside what is there; return the new objects."""
    name = part.table.name
    files = plan_files(counts[name])
    if files:
        frames.write_rows(
            part.planned, arrange(rows[name], part.table, files), zone.uri(folder_of(name))
        )
    return find_written(zone, part.works)


def plan_files(counts: Mapping[str, Counts]) -> dict[str, int]:
    """Plan in how many files each partition value's rows go; none where there are no rows."""
    return {
        value: math.ceil(one.loaded / ROWS_PER_FILE) for value, one in counts.items() if one.loaded
    }


def arrange(rows: DataFrame, table: Table, files: Mapping[str, int]) -> DataFrame:
    """Bring the rows of each planned file into one task, sorted by partition and key.

    A task writes its files one after the other, so that many small ones take several tasks.
    """
    number: Column = F.lit(0)
    for value, count in files.items():
        if count > 1:
            spread = F.pmod(F.xxhash64(*table.keys), F.lit(count)).cast("int")
            number = F.when(F.col("dt") == value, spread).otherwise(number)
    by_size = int(str(rows.sparkSession.conf.get("spark.sql.shuffle.partitions")))
    tasks = max(by_size, sum(files.values()) // FILES_PER_TASK)
    return rows.repartition(tasks, "dt", number).sortWithinPartitions("dt", *table.keys)


def _publish(
    zone: Zone,
    part: Part,
    written: Mapping[str, list[FoundObject]],
    counts: Mapping[str, Counts],
    read_back: Mapping[tuple[str, str], int],
) -> None:
    none = Counts(0, 0, 0, 0)
    for work in part.works:
        name, value = part.table.name, work.planned.value
        rows = read_back.get((name, value), 0)
        publish(zone, name, work, written[value], counts.get(value, none), rows)


def _read_back(
    spark: SparkSession, zone: Zone, written: Mapping[str, Mapping[str, list[FoundObject]]]
) -> dict[tuple[str, str], int]:
    """Count the rows of the new objects, by table and partition value."""
    counted = []
    for name, partitions in written.items():
        uris = [zone.uri(one.key) for objects in partitions.values() for one in objects]
        if uris:
            reader = spark.read.option("basePath", zone.uri(folder_of(name)))
            frame = reader.parquet(*uris).groupBy("dt").count()
            counted.append(frame.select(F.lit(name), F.col("dt").cast("string"), "count"))
    if not counted:
        return {}
    return {(row[0], row[1]): row[2] for row in reduce(DataFrame.unionAll, counted).collect()}


def summary_lines(summary: Summary) -> list[str]:
    """Say what a run did, for its log: a line for each table."""
    return [
        f"{table}: {len(partitions)} partitions, "
        f"{sum(one.input for one in partitions.values())} input, "
        f"{sum(one.loaded for one in partitions.values())} loaded, "
        f"{sum(one.rejected for one in partitions.values())} rejected, "
        f"{sum(one.duplicate for one in partitions.values())} duplicate"
        for table, partitions in summary.partitions.items()
    ] or ["Everything that is planned is published already."]

"""Reading the asked arrival hours: through the catalog, by predicate, past a bookmark.

The bookmark lets a run read only what came to an hour since the last one. It goes by modification
times, across all hours, so it may also hide what never was read: an object that was put before
others that a run has seen, in an hour that no run had been asked for. The plan knows which objects
are new. Where the bookmark hides one of those, the hours are read again without it.
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.repartition.readings import (
    EVENT_HOUR,
    FILE,
    REASON,
    RECORD,
    read_readings,
)
from spark.repartition.request import Request
from spark.repartition.times import HOUR_PARTS, split_hour

NOT_JSON = "the line is no JSON record"
# Packed bytes at a time: gzip makes up to a thousand of each.
_CHUNK = 1 << 14
# Paths as Spark and error records spell them.
_KEY = r"^[a-z0-9]+:/+[^/]+/"


@dataclass(frozen=True)
class Selection:
    """What to read: both predicates, exclusions as Glue takes them, and the bookmark's context."""

    predicate: str
    catalog_predicate: str
    exclusions: tuple[str, ...] = ()
    transformation_ctx: str = ""


@dataclass(frozen=True)
class Found:
    """What a read gives: records with a column `file`, and the error records of Glue."""

    records: DataFrame
    errors: DataFrame


Read = Callable[[Selection], Found]


@dataclass(frozen=True)
class Arrivals:
    """What arrived, typed and cached, and how much of it there is.

    `files` are the rows by key, `hours` the usable rows by event hour; `damaged` are objects that
    could not be read, with what is wrong. `bad_lines` have file, reason and record.
    """

    readings: DataFrame
    bad_lines: DataFrame
    files: dict[str, int]
    hours: dict[str, int]
    rejected_rows: int
    bad_line_count: int
    damaged: tuple[tuple[str, str], ...]
    bookmark_used: bool

    @property
    def input(self) -> int:
        """How many records arrived; a damaged object counts as one."""
        return sum(self.files.values()) + self.bad_line_count + len(self.damaged)

    @property
    def rejected(self) -> int:
        """How many of them cannot be used."""
        return self.rejected_rows + self.bad_line_count + len(self.damaged)


def read_arrivals(s3: Any, request: Request, read: Read) -> Arrivals:
    """Read the hours of the request; what cannot be read at all is named as damaged."""
    selection = Selection(
        predicate=hours_predicate([one.hour for one in request.hours]),
        catalog_predicate=bounding_predicate([one.hour for one in request.hours]),
        transformation_ctx="" if request.refresh else bookmark_context(request),
    )
    try:
        arrivals = _read(request, selection, read, ())
    except Py4JJavaError:
        damaged = tuple(find_damage(s3, request.source.bucket, sorted(request.objects)))
        if not damaged:
            raise
        return _read_past_damage(request, selection, read, damaged)
    unread = find_unread(request, arrivals)
    if not unread:
        return arrivals
    # Read without the bookmark, or sound and yet without a row: then there is nothing in it.
    damaged = tuple(find_damage(s3, request.source.bucket, unread))
    arrivals.readings.unpersist()
    return _read_past_damage(request, replace(selection, transformation_ctx=""), read, damaged)


def bookmark_context(request: Request) -> str:
    """Name the bookmark: each table that a stream feeds has read as far as it has."""
    return f"arrivals_{request.target.catalog_table}"


def find_unread(request: Request, arrivals: Arrivals) -> list[str]:
    """Name the new objects that gave nothing."""
    new = {key for key, one in request.objects.items() if one.is_new or request.refresh}
    return sorted(new - arrivals.files.keys() - {key for key, _ in arrivals.damaged})


def find_damage(s3: Any, bucket: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Tell for each object whose gzip stream does not hold what is wrong with it."""
    for key in keys:
        wrong = _check_gzip(s3.get_object(Bucket=bucket, Key=key)["Body"])
        if wrong:
            yield key, wrong


def hours_predicate(hours: Sequence[str]) -> str:
    """Select exactly these hours, as Spark SQL over the partition keys: push_down_predicate."""
    names = ", ".join(f"'{hour}'" for hour in hours)
    return f"concat_ws('-', {', '.join(HOUR_PARTS)}) in ({names})"


def bounding_predicate(hours: Sequence[str]) -> str:
    """Select little more than these hours, as GetPartitions takes it, on the server's side.

    Without it the whole list of partitions would come, for the other predicate to choose from.
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-pushdown.html
    """
    first, last = split_hour(min(hours)), split_hour(max(hours))
    terms = []
    for name, low, high in zip(HOUR_PARTS, first, last, strict=True):
        if low != high:
            terms.append(f"{name} >= '{low}' and {name} <= '{high}'")
            break
        terms.append(f"{name} = '{low}'")
    return " and ".join(terms)


def _read_past_damage(
    request: Request, selection: Selection, read: Read, damaged: tuple[tuple[str, str], ...]
) -> Arrivals:
    excluded = tuple(f"s3://{request.source.bucket}/{key}" for key, _ in damaged)
    return _read(request, replace(selection, exclusions=excluded), read, damaged)


def _read(
    request: Request, selection: Selection, read: Read, damaged: tuple[tuple[str, str], ...]
) -> Arrivals:
    found = read(selection)
    raw = found.records.withColumn(FILE, F.regexp_replace(FILE, _KEY, ""))
    # On disk, where the size of the input does not matter: the text is parsed once.
    readings = read_readings(raw, request.shape, request.event_time).persist(StorageLevel.DISK_ONLY)
    by_file = readings.groupBy(FILE).agg(
        F.count("*").alias("rows"), F.count(REASON).alias("rejected")
    )
    files = {unquote(row[FILE]): (row["rows"], row["rejected"]) for row in by_file.collect()}
    by_hour = readings.where(F.col(REASON).isNull()).groupBy(EVENT_HOUR).count()
    bad_lines = _bad_lines(found.errors)
    bad = {unquote(row[FILE] or ""): row["count"] for row in _count_by_file(bad_lines)}
    return Arrivals(
        readings=readings,
        bad_lines=bad_lines,
        files={key: files.get(key, (0, 0))[0] for key in (files.keys() | bad.keys()) - {""}},
        hours={row[EVENT_HOUR]: row["count"] for row in by_hour.collect()},
        rejected_rows=sum(rejected for _, rejected in files.values()),
        bad_line_count=sum(bad.values()),
        damaged=damaged,
        bookmark_used=bool(selection.transformation_ctx),
    )


def _bad_lines(errors: DataFrame) -> DataFrame:
    path = F.regexp_extract("error.msg", r"([a-z0-9]+:/+\S+?)\.?$", 1)
    return errors.select(
        F.regexp_replace(path, _KEY, "").alias(FILE),
        F.lit(NOT_JSON).alias(REASON),
        F.col("error.dynamicRecord").alias(RECORD),
    )


def _count_by_file(bad_lines: DataFrame) -> list[Any]:
    return bad_lines.groupBy(FILE).count().collect()


def _check_gzip(body: Any) -> str | None:
    """Read a gzip stream through, a piece at a time; return what is wrong with it."""
    size = 0
    stream = zlib.decompressobj(wbits=31)
    try:
        for piece in body.iter_chunks(_CHUNK):
            size += len(piece)
            while piece:
                stream.decompress(piece)
                piece = stream.unused_data if stream.eof else b""
                if piece:
                    stream = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        return f"the object is no gzip stream: {error}"
    if not size:
        return "the object is empty"
    if not stream.eof:
        return f"the object is cut off: its gzip stream ends early at {size} bytes"
    return None


def reject_frame(arrivals: Arrivals) -> DataFrame:
    """Return everything that cannot be used: file, position (not known yet), reason, record."""
    rows = arrivals.readings.where(F.col(REASON).isNotNull()).select(FILE, REASON, RECORD)
    session = rows.sparkSession
    damaged = json.dumps([{FILE: key, REASON: reason} for key, reason in arrivals.damaged])
    kind = f"array<struct<{FILE}: string, {REASON}: string, {RECORD}: string>>"
    objects = session.range(1).select(F.inline(F.from_json(F.lit(damaged), kind)))
    everything = rows.unionByName(arrivals.bad_lines).unionByName(objects)
    return everything.select(FILE, F.lit(None).cast("string").alias("position"), REASON, RECORD)

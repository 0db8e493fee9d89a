"""Lines of CSV as records; one with other fields than its file has columns has no values.

A reader that knows the columns fills up what is missing, drops what is too much and says nothing: a
broken quote or a line break inside a value would load as if it were right. Here such a line keeps
its text, its file and its number, and is rejected.

The files are read twice: once to number their lines and to see their headers, once to parse them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from urllib.parse import unquote

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.lake.folders import key_column
from spark.lake.plan import (
    FILE,
    LOAD_ID,
    POSITION,
    REASON,
    RECORD,
    CsvLayout,
    Folder,
    LoadPlan,
)

_TEXT, _PATH, _BLOCK, _PLACE = "lochan_text", "lochan_path", "lochan_block", "lochan_place"
_SHIFT, _HEADER, _FIELDS, _BAD = "lochan_shift", "lochan_header", "lochan_fields", "lochan_bad"
_NUMBER = "lochan_number"


@dataclass(frozen=True)
class Block:
    """A part of a file that one task reads: its first line's place among the task's lines."""

    path: str
    start: int
    place: int
    lines: int
    first_line: str


def read_lines(spark: SparkSession, plan: LoadPlan, layout: CsvLayout) -> DataFrame:
    """Read each line that is a record: the plan's fields as text, and where they are from.

    That is its load, file, position and text as the record; a line that is none of the table's has
    a reason.
    """
    lines = _list_lines(spark, plan)
    blocks = _find_blocks(lines)
    headers = _find_headers(blocks, layout)
    located = _locate_blocks(spark, blocks, plan, headers)
    numbered = (
        lines.join(F.broadcast(located), [_PATH, _BLOCK])
        .withColumn(_NUMBER, F.col(_PLACE) + F.col(_SHIFT))
        .where(F.trim(_TEXT) != "")
    )
    if layout.has_header:
        numbered = numbered.where(F.col(_NUMBER) > 1)
    orders = sorted({*headers.values()}) or [tuple(range(len(layout.columns)))]
    parsed = numbered.withColumn(_FIELDS, _parse(layout, orders))
    return parsed.select(*_select_fields(plan, layout), *_describe_lines(layout))


def order_fields(header: Sequence[str], columns: Sequence[str]) -> tuple[int, ...]:
    """Give the column of each field of a file, by its header.

    A header of the columns' names in another order, or of some of them, says where its fields go.
    Any other is taken for the columns in their order: crawlers mend names, and a file that does not
    have as many fields has its lines rejected.
    """
    places = {name.strip().lower(): place for place, name in enumerate(columns)}
    found = [places.get(name) for name in header]
    known = tuple(place for place in found if place is not None)
    if len(known) == len(header) and len(set(known)) == len(known):
        return known
    return tuple(range(len(columns)))


def match_open_quote(layout: CsvLayout) -> str:
    """Match a line whose last field begins with a quote that nothing closes; Spark closes it."""
    quote, delimiter = re.escape(layout.quote), re.escape(layout.delimiter)
    text = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+"
    bare = f"[^{quote}{delimiter}][^{delimiter}]*+"
    return f"^(?:(?:{quote}{text}{quote}|{bare}|){delimiter})*+{quote}{text}$"


def show_path(path: str) -> str:
    """Show a file as S3 names it: Spark writes paths URL-encoded, and S3 by its client's name."""
    scheme, colon, rest = unquote(path).partition("://")
    return f"s3://{rest}" if colon and scheme.startswith("s3") else unquote(path)


def _list_lines(spark: SparkSession, plan: LoadPlan) -> DataFrame:
    return (
        spark.read.option("recursiveFileLookup", "true")
        .text([folder.uri for folder in plan.folders])
        .select(
            F.col("value").alias(_TEXT),
            F.col("_metadata.file_path").alias(_PATH),
            F.col("_metadata.file_block_start").alias(_BLOCK),
            # A task reads its blocks from their beginnings to their ends.
            F.monotonically_increasing_id().alias(_PLACE),
        )
    )


def _find_blocks(lines: DataFrame) -> list[Block]:
    found = lines.groupBy(_PATH, _BLOCK).agg(
        F.min(_PLACE), F.count("*"), F.min_by(_TEXT, F.col(_PLACE))
    )
    return sorted((Block(*row) for row in found.collect()), key=lambda b: (b.path, b.start))


def _find_headers(blocks: Sequence[Block], layout: CsvLayout) -> dict[str, tuple[int, ...]]:
    """Tell for each file that begins with a header which columns its fields are."""
    if not layout.has_header:
        return {}
    firsts = {block.path: block.first_line for block in reversed(blocks)}
    return {
        path: order_fields(_read_header(line, layout), layout.columns)
        for path, line in firsts.items()
    }


def _read_header(line: str, layout: CsvLayout) -> list[str]:
    named = next(csv.reader([line], delimiter=layout.delimiter, quotechar=layout.quote), [])
    return [name.strip().lower() for name in named]


def _locate_blocks(
    spark: SparkSession,
    blocks: Sequence[Block],
    plan: LoadPlan,
    headers: Mapping[str, tuple[int, ...]],
) -> DataFrame:
    """Hold for each block what its lines need: numbers, form of the header, folder."""
    before: Counter[str] = Counter()
    forms = {order: form for form, order in enumerate(sorted({*headers.values()}))}
    by_uri = {folder.uri.rstrip("/"): folder for folder in plan.folders}
    rows: list[tuple[object, ...]] = []
    for block in blocks:
        shift = before[block.path] + 1 - block.place
        before[block.path] += block.lines
        file, form = show_path(block.path), forms.get(headers.get(block.path, ()), 0)
        folder = _folder_of(file, by_uri)
        rows.append((block.path, block.start, shift, form, file, folder.load_id, *folder.values))
    keys = [f"{key_column(place)} string" for place in range(len(plan.partition_keys))]
    types = [f"{_PATH} string", f"{_BLOCK} bigint", f"{_SHIFT} bigint", f"{_HEADER} int"]
    own = [f"{FILE} string", f"{LOAD_ID} string"]
    return spark.createDataFrame(rows, ", ".join([*types, *own, *keys]))


def _folder_of(file: str, by_uri: Mapping[str, Folder]) -> Folder:
    """Find the folder that a file was read from: its own, or one above where that is the unit."""
    place = file
    while "/" in place:
        place = place.rpartition("/")[0]
        if place in by_uri:
            return by_uri[place]
    raise ValueError(f"{file} lies in none of the folders that were read: {', '.join(by_uri)}.")


def _parse(layout: CsvLayout, orders: Sequence[tuple[int, ...]]) -> Column:
    """Parse a line by the form of its file's header into the table's columns."""
    parsed = [_parse_as(layout, order) for order in orders]
    chosen = parsed[0]
    for form, one in enumerate(parsed[1:], start=1):
        chosen = F.when(F.col(_HEADER) == form, one).otherwise(chosen)
    return chosen


def _parse_as(layout: CsvLayout, order: tuple[int, ...]) -> Column:
    options = {
        "sep": layout.delimiter,
        "quote": layout.quote,
        "escape": layout.quote,
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": _BAD,
    }
    names = [f"field_{column} string" for column in order]
    read = F.from_csv(_TEXT, ", ".join([*names, f"{_BAD} string"]), options)
    fields = [
        (read.getField(f"field_{place}") if place in order else F.lit(None).cast("string")).alias(
            f"field_{place}"
        )
        for place in range(len(layout.columns))
    ]
    problem = F.when(
        F.col(_TEXT).rlike(match_open_quote(layout)), F.lit("ends within a quoted field")
    ).when(
        read.getField(_BAD).isNotNull(),
        F.lit(f"does not have the {len(order)} fields of its file, with {layout.delimiter!r}"),
    )
    return F.struct(*fields, problem.alias(_BAD))


def _select_fields(plan: LoadPlan, layout: CsvLayout) -> Iterator[Column]:
    for column in plan.columns:
        name = column.path[0]
        if name in plan.partition_keys:
            yield F.col(key_column(plan.partition_keys.index(name))).alias(column.name)
        else:
            place = layout.columns.index(name)
            yield F.col(_FIELDS).getField(f"field_{place}").alias(column.name)


def _describe_lines(layout: CsvLayout) -> Iterator[Column]:
    yield F.col(LOAD_ID)
    yield F.col(FILE)
    yield F.concat(F.lit("line "), F.col(_NUMBER)).alias(POSITION)
    problem = F.col(_FIELDS).getField(_BAD)
    if layout.has_header:
        again = problem.isNull() & _names_columns(layout)
        problem = F.when(again, F.lit("the header again")).otherwise(problem)
    yield problem.alias(REASON)
    yield F.col(_TEXT).alias(RECORD)


def _names_columns(layout: CsvLayout) -> Column:
    """Tell whether a line's fields are the names of the columns: a header within a file."""
    same = (
        F.lower(F.trim(F.col(_FIELDS).getField(f"field_{place}"))) == name.strip().lower()
        for place, name in enumerate(layout.columns)
    )
    return reduce(lambda one, other: one & F.coalesce(other, F.lit(False)), same, F.lit(True))

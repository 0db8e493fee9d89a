"""Of the readings with one id in one event hour the newest stays; the others are duplicates.

Newest is by the version column, where the readings have one, then the one that arrived first; a
table without versions takes what arrived last. What is left is settled by the rows' contents, so
that the same readings give the same table in whatever order their hours are processed.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark.parquet import FILE_NUMBER
from spark.repartition.readings import ARRIVED_AT, EVENT_HOUR, table_schema
from spark.repartition.request import Shape

IS_NEW, IS_LOADED = "is_new", "is_loaded"
_HASH, _NEXT, _RANK = "row_hash", "next_row", "row_rank"


def keep_newest(
    arrived: DataFrame, existing: DataFrame | None, shape: Shape, files: dict[str, int]
) -> DataFrame:
    """Merge what arrived with what is there, a row for each id and hour, sorted file by file.

    `files` is the planned number by event hour. IS_NEW says that the row came with this run,
    IS_LOADED that it is a row of this run's input, also where an earlier attempt loaded it.
    """
    rows = _rows(arrived, shape, is_new=True)
    if existing is not None:
        rows = rows.unionByName(_rows(existing, shape, is_new=False))
    # One shuffle and one sort serve the window, the files and the order in them.
    placed = rows.withColumn(FILE_NUMBER, _file_number(shape.id_field, files)).repartition(
        EVENT_HOUR, FILE_NUMBER
    )
    window = Window.partitionBy(EVENT_HOUR, FILE_NUMBER, shape.id_field).orderBy(*_order(shape))
    following = F.lead(F.struct(IS_NEW, ARRIVED_AT, _HASH)).over(window)
    ranked = placed.withColumn(_RANK, F.row_number().over(window)).withColumn(_NEXT, following)
    return ranked.where(F.col(_RANK) == 1).select(
        EVENT_HOUR,
        FILE_NUMBER,
        IS_NEW,
        (F.col(IS_NEW) | _is_repeated()).alias(IS_LOADED),
        *table_schema(shape).names,
    )


def _rows(frame: DataFrame, shape: Shape, *, is_new: bool) -> DataFrame:
    names = table_schema(shape).names
    content = [name for name in names if name != ARRIVED_AT]
    return frame.select(
        EVENT_HOUR, *names, F.xxhash64(*content).alias(_HASH), F.lit(is_new).alias(IS_NEW)
    )


def _order(shape: Shape) -> list[Column]:
    arrived = F.col(ARRIVED_AT)
    newest = (
        [F.col(shape.version_field).desc_nulls_last(), arrived.asc()]
        if shape.version_field
        else [arrived.desc()]
    )
    # What is there already goes first: a row that is the same is not a change.
    return [*newest, F.col(_HASH).asc(), F.col(IS_NEW).asc()]


def _is_repeated() -> Column:
    """Tell that the kept row lies there because an attempt at this very input put it there."""
    following = F.col(_NEXT)
    same = (following[ARRIVED_AT] == F.col(ARRIVED_AT)) & (following[_HASH] == F.col(_HASH))
    return F.coalesce(following[IS_NEW] & same, F.lit(False))


def _file_number(id_field: str, files: dict[str, int]) -> Column:
    """Spread an hour's rows over its files by id, so that all rows of an id meet in one."""
    by_count: dict[int, list[str]] = {}
    for hour, count in files.items():
        if count > 1:
            by_count.setdefault(count, []).append(hour)
    number: Column = F.lit(0)
    for count, hours in by_count.items():
        spread = F.pmod(F.xxhash64(id_field), F.lit(count)).cast("int")
        number = F.when(F.col(EVENT_HOUR).isin(hours), spread).otherwise(number)
    return number


def is_among(hours: list[str]) -> Column:
    """Tell whether a row's event hour is one of these."""
    # A list of thousands would make a plan that takes seconds to compile.
    chunks = [hours[start : start + 500] for start in range(0, len(hours), 500)]
    return reduce(or_, (F.col(EVENT_HOUR).isin(chunk) for chunk in chunks), F.lit(False))

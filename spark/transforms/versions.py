"""Several versions of a row in, the newest of each out, with what that cost in counts."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.schemas import EVENT_DATE, VERSION, Table

# How many rows of this input stand behind a row: 0 where the row was there before.
INPUT_ROWS = "input_rows"


def merge_versions(new: DataFrame, existing: DataFrame | None, table: Table) -> DataFrame:
    """Keep the newest version of each key within its event date, and count the new rows behind it.

    Newest is the greatest retrieved_at. Where that is equal, the greatest row by its other columns
    from left to right: content alone decides, so any order of runs gives the same rows. Out come
    the table's columns, event_date and input_rows.
    """
    counted = new.select(*_columns(table), F.lit(1).alias(INPUT_ROWS))
    if existing is not None:
        counted = counted.unionByName(existing.select(*_columns(table), F.lit(0).alias(INPUT_ROWS)))
    rest = [name for name in table.columns.names if name not in (*table.keys, VERSION)]
    newest = counted.groupBy(EVENT_DATE, *table.keys).agg(
        F.max(F.struct(VERSION, *rest)).alias("newest"),
        F.sum(INPUT_ROWS).alias(INPUT_ROWS),
    )
    return newest.select(
        *(F.col(name if name in table.keys else f"newest.{name}") for name in table.columns.names),
        EVENT_DATE,
        INPUT_ROWS,
    )


def describe_partitions(merged: Mapping[Table, DataFrame]) -> DataFrame:
    """Describe each partition of each merged table in one row.

    Out come table_name, event_date, row_count, input_rows (new rows seen), loaded_rows (keys that
    the input holds) and digest, a hash of the rows that their order does not change: where it is
    equal to the digest of what is there, nothing has to be written.
    """
    rows = [_fingerprints(frame, table) for table, frame in merged.items()]
    together = rows[0]
    for more in rows[1:]:
        together = together.unionByName(more)
    return together.groupBy("table_name", EVENT_DATE).agg(
        F.count("*").alias("row_count"),
        F.sum(INPUT_ROWS).alias(INPUT_ROWS),
        F.count_if(F.col(INPUT_ROWS) > 0).alias("loaded_rows"),
        F.sum("fingerprint").cast("string").alias("digest"),
    )


def _columns(table: Table) -> list[str]:
    return table.partitioned.names


def _fingerprints(frame: DataFrame, table: Table) -> DataFrame:
    return frame.select(
        F.lit(table.name).alias("table_name"),
        EVENT_DATE,
        INPUT_ROWS,
        _fingerprint(table).alias("fingerprint"),
    )


def _fingerprint(table: Table) -> Column:
    """Hash a row; a decimal, because a sum of bigints may overflow.

    xxhash64 passes over nulls, so which columns are null is hashed as well.
    """
    names = table.columns.names
    nulls = [F.isnull(name) for name in names]
    return F.xxhash64(*names, *nulls).cast("decimal(20,0)")

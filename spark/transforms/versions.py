"""Several versions of a row in, the newest of each out, with what that cost in counts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.schemas import EVENT_DATE, TABLE_NAME, VERSION, Table

# How many rows of this input stand behind a row: 0 where the row was there before.
INPUT_ROWS = "input_rows"
FINGERPRINT = "fingerprint"


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


def stack_tables(merged: Mapping[Table, DataFrame]) -> DataFrame:
    """Stack the rows of several merged tables, so that each later step is one query for all.

    Out come table_name, event_date, input_rows, fingerprint (a hash of the row) and for each table
    a struct of its columns, null where the row is another table's.
    """
    return reduce(
        DataFrame.unionAll,
        (
            frame.select(
                F.lit(table.name).alias(TABLE_NAME),
                EVENT_DATE,
                INPUT_ROWS,
                _fingerprint(table).alias(FINGERPRINT),
                *(_columns_of(other, own=other == table) for other in merged),
            )
            for table, frame in merged.items()
        ),
    )


def describe_partitions(stacked: DataFrame) -> DataFrame:
    """Describe each partition of the tables of stack_tables in one row.

    Out come table_name, event_date, row_count, input_rows (new rows seen), loaded_rows (keys that
    the input holds) and digest, a hash of the rows that their order does not change: where it is
    equal to the digest of what is there, nothing has to be written.
    """
    return stacked.groupBy(TABLE_NAME, EVENT_DATE).agg(
        F.count("*").alias("row_count"),
        F.sum(INPUT_ROWS).alias(INPUT_ROWS),
        F.count_if(F.col(INPUT_ROWS) > 0).alias("loaded_rows"),
        F.sum(FINGERPRINT).cast("string").alias("digest"),
    )


def _columns(table: Table) -> list[str]:
    return table.partitioned.names


def _columns_of(table: Table, *, own: bool) -> Column:
    columns = F.struct(*table.columns.names) if own else F.lit(None).cast(table.columns)
    return columns.alias(table.name)


def _fingerprint(table: Table) -> Column:
    """Hash a row; a decimal, because a sum of bigints may overflow.

    xxhash64 passes over nulls, so which columns are null is hashed as well.
    """
    names = table.columns.names
    nulls = [F.isnull(name) for name in names]
    return F.xxhash64(*names, *nulls).cast("decimal(20,0)")

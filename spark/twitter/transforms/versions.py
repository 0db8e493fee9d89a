"""Several versions of a row in, the newest of each key out, with what that cost in counts."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.tables import EVENT_DATE, Table
from spark.twitter.schemas import TABLE_NAME, TABLES, VERSION
from spark.twitter.transforms.rows import INPUT_ROWS, case_of_table

FINGERPRINT = "fingerprint"

_NAMES = tuple(table.name for table in TABLES)


def merge_versions(rows: DataFrame) -> DataFrame:
    """Keep the newest version of each key within its event date, and count the new rows behind it.

    Newest is the greatest retrieved_at. Where that is equal, the greatest row by its other columns
    from left to right: content alone decides, so any order of runs gives the same rows. Out come
    stacked rows with fingerprint, a hash of the row.
    """
    newest = rows.groupBy(TABLE_NAME, EVENT_DATE, _key().alias("key")).agg(
        F.max(F.struct(_version(), *_NAMES)).alias("newest"),
        F.sum(INPUT_ROWS).alias(INPUT_ROWS),
    )
    return newest.select(
        TABLE_NAME, EVENT_DATE, INPUT_ROWS, *(f"newest.{name}" for name in _NAMES)
    ).withColumn(FINGERPRINT, _fingerprint())


def describe_partitions(merged: DataFrame) -> DataFrame:
    """Describe each partition of the rows of merge_versions in one row.

    Out come table_name, event_date, row_count, input_rows (new rows seen), loaded_rows (keys that
    the input holds) and digest, a hash of the rows that their order does not change: where it is
    equal to the digest of what is there, nothing has to be written.
    """
    return merged.groupBy(TABLE_NAME, EVENT_DATE).agg(
        F.count("*").alias("row_count"),
        F.sum(INPUT_ROWS).alias(INPUT_ROWS),
        F.count_if(F.col(INPUT_ROWS) > 0).alias("loaded_rows"),
        F.sum(FINGERPRINT).cast("string").alias("digest"),
    )


def _version() -> Column:
    return F.coalesce(*(F.col(f"{name}.{VERSION}") for name in _NAMES)).alias(VERSION)


def _key() -> Column:
    """Hold the values of the row's own keys."""
    return case_of_table(
        TABLE_NAME,
        lambda table: f"array({', '.join(f'bigint({table.name}.{key})' for key in table.keys)})",
    )


def _fingerprint() -> Column:
    """Hash a row; a decimal, because a sum of bigints may overflow.

    xxhash64 passes over nulls, so which columns are null is hashed as well.
    """

    def hash_of(table: Table) -> str:
        names = [f"{table.name}.{name}" for name in table.columns.names]
        return f"xxhash64({', '.join([*names, *(f'isnull({name})' for name in names)])})"

    return case_of_table(TABLE_NAME, hash_of).cast("decimal(20,0)")

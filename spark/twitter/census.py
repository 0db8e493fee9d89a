"""What a set of records touches and what is wrong with it, counted in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.tables import Table
from spark.twitter.schemas import TABLES, TWEETS, USER_FOLLOWERS, USERS, VERSION
from spark.twitter.transforms.pages import ERROR
from spark.twitter.transforms.records import PAGES


@dataclass(frozen=True)
class Census:
    """The files that gave text, errors that the API reported, and by table: dates, rejects."""

    files: frozenset[str]
    api_errors: int
    event_dates: Mapping[str, tuple[str, ...]]
    rejected: Mapping[str, int]


def take_census(records: DataFrame) -> Census:
    """Count the records of read_records; the one action that also fills their cache."""
    names = [table.name for table in TABLES]
    counts = records.agg(
        F.collect_set("file").alias("files"),
        F.count_if(F.col("kind") == ERROR).alias("api_errors"),
        *(_event_dates(table).alias(f"{table.name}_dates") for table in TABLES),
        *(_rejected(name).alias(f"{name}_rejected") for name in (PAGES, *names)),
    ).collect()[0]
    return Census(
        files=frozenset(counts["files"]),
        api_errors=counts["api_errors"],
        event_dates={
            name: tuple(sorted(date.isoformat() for date in counts[f"{name}_dates"]))
            for name in names
        },
        rejected={name: counts[f"{name}_rejected"] or 0 for name in (PAGES, *names)},
    )


def _event_dates(table: Table) -> Column:
    """Collect the partitions of a table that the records fall in."""
    if table == USERS:
        has_rows, moment = F.col("user").isNotNull(), F.col(VERSION)
    elif table == USER_FOLLOWERS:
        has_rows, moment = F.col("follower").isNotNull(), F.col(VERSION)
    elif table == TWEETS:
        has_rows, moment = F.col("tweet").isNotNull(), F.col("tweet.created_at")
    else:
        has_rows = F.exists(f"tweet.{table.name}", lambda entity: entity["reason"].isNull())
        moment = F.col("tweet.created_at")
    return F.collect_set(F.when(has_rows, F.to_date(moment)))


def _rejected(name: str) -> Column:
    return F.sum(F.size(F.filter("rejects", lambda reject: reject["table_name"] == name)))

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.tables import Table
from spark.twitter.schemas import TWEET_HASHTAGS, USER_FOLLOWERS
from spark.twitter.transforms.rows import add_existing, flatten_records
from spark.twitter.transforms.versions import describe_partitions, merge_versions

pytestmark = pytest.mark.spark
FrameOf = Callable[[str, str], DataFrame]
Merge = Callable[[DataFrame, DataFrame | None, Table], DataFrame]
AssertTable = Callable[[DataFrame, str], None]

TYPES = "tweet_id bigint, position int, hashtag string, retrieved_at timestamp, event_date date"
NEW = """
tweet_id | position | hashtag | retrieved_at        | event_date
1        | 0        | older   | 2026-11-20 10:00:00 | 2026-11-19
1        | 0        | newer   | 2026-11-20 11:00:00 | 2026-11-19
1        | 1        | other   | 2026-11-20 10:00:00 | 2026-11-19
2        | 0        | tie-a   | 2026-11-20 10:00:00 | 2026-11-19
2        | 0        | tie-b   | 2026-11-20 10:00:00 | 2026-11-19
"""
EXISTING = """
tweet_id | position | hashtag | retrieved_at        | event_date
1        | 0        | newest  | 2026-11-20 12:00:00 | 2026-11-19
1        | 1        | stale   | 2026-11-20 09:00:00 | 2026-11-19
3        | 0        | kept    | 2026-11-20 09:00:00 | 2026-11-19
"""


@pytest.fixture
def merge(records: Callable[..., DataFrame]) -> Merge:
    """merge_versions of one table's new and existing rows, its columns beside the common ones."""
    none = flatten_records(records())

    def merged(new: DataFrame, existing: DataFrame | None, table: Table) -> DataFrame:
        rows = add_existing(none, {table: new}).withColumn("input_rows", F.lit(1))
        if existing is not None:
            rows = add_existing(rows, {table: existing})
        return merge_versions(rows).select("*", f"{table.name}.*")

    return merged


def test_the_newest_version_of_each_key_stays(
    merge: Merge, frame_of: FrameOf, assert_table: AssertTable
) -> None:
    assert_table(
        merge(frame_of(NEW, TYPES), None, TWEET_HASHTAGS),
        """
        tweet_id | position | hashtag | input_rows
        1        | 0        | newer   | 2
        1        | 1        | other   | 1
        2        | 0        | tie-b   | 2
        """,
    )


def test_existing_rows_win_only_if_newer(
    merge: Merge, frame_of: FrameOf, assert_table: AssertTable
) -> None:
    merged = merge(frame_of(NEW, TYPES), frame_of(EXISTING, TYPES), TWEET_HASHTAGS)
    assert_table(
        merged,
        """
        tweet_id | position | hashtag | input_rows
        1        | 0        | newest  | 2
        1        | 1        | other   | 1
        2        | 0        | tie-b   | 2
        3        | 0        | kept    | 0
        """,
    )
    assert_table(
        describe_partitions(merged),
        """
        table_name     | event_date | row_count | input_rows | loaded_rows
        tweet_hashtags | 2026-11-19 | 4         | 5          | 3
        """,
    )


def test_the_same_key_on_two_days_is_two_rows(
    merge: Merge, frame_of: FrameOf, assert_table: AssertTable
) -> None:
    rows = """
    user_id | follower_id | retrieved_at        | event_date
    1       | 2           | 2026-11-19 10:00:00 | 2026-11-19
    1       | 2           | 2026-11-20 10:00:00 | 2026-11-20
    """
    types = "user_id bigint, follower_id bigint, retrieved_at timestamp, event_date date"
    merged = merge(frame_of(rows, types), None, USER_FOLLOWERS)
    assert_table(
        describe_partitions(merged),
        """
        event_date | row_count
        2026-11-19 | 1
        2026-11-20 | 1
        """,
    )


def test_the_digest_does_not_depend_on_order_or_on_who_is_new(
    merge: Merge, frame_of: FrameOf
) -> None:
    header, *lines = NEW.strip().splitlines()
    digests = set()
    for seed in range(2):
        random.Random(seed).shuffle(lines)
        frame = frame_of("\n".join([header, *lines]), TYPES)
        for existing in (None, frame):
            merged = merge(frame, existing, TWEET_HASHTAGS)
            digests |= {row.digest for row in describe_partitions(merged).collect()}
    assert len(digests) == 1


def test_the_digest_tells_a_null_from_its_place(merge: Merge, frame_of: FrameOf) -> None:
    types = "user_id bigint, follower_id bigint, retrieved_at timestamp, event_date date"
    digests = {
        describe_partitions(
            merge(
                frame_of(
                    f"""
                    user_id | follower_id | retrieved_at        | event_date
                    {cells} | 2026-11-19 10:00:00 | 2026-11-19
                    """,
                    types,
                ),
                None,
                USER_FOLLOWERS,
            )
        )
        .collect()[0]
        .digest
        for cells in ("1 | -", "- | 1")
    }
    assert len(digests) == 2

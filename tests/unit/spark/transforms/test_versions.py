from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame

from spark.schemas import TWEET_HASHTAGS, USER_FOLLOWERS, Table
from spark.transforms.versions import describe_partitions, merge_versions, stack_tables

pytestmark = pytest.mark.spark
FrameOf = Callable[[str, str], DataFrame]
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


def describe(frame: DataFrame, table: Table = TWEET_HASHTAGS) -> DataFrame:
    return describe_partitions(stack_tables({table: frame}))


def test_the_newest_version_of_each_key_stays(frame_of: FrameOf, assert_table: AssertTable) -> None:
    assert_table(
        merge_versions(frame_of(NEW, TYPES), None, TWEET_HASHTAGS),
        """
        tweet_id | position | hashtag | input_rows
        1        | 0        | newer   | 2
        1        | 1        | other   | 1
        2        | 0        | tie-b   | 2
        """,
    )


def test_existing_rows_win_only_if_newer(frame_of: FrameOf, assert_table: AssertTable) -> None:
    merged = merge_versions(frame_of(NEW, TYPES), frame_of(EXISTING, TYPES), TWEET_HASHTAGS)
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
        describe(merged),
        """
        table_name     | event_date | row_count | input_rows | loaded_rows
        tweet_hashtags | 2026-11-19 | 4         | 5          | 3
        """,
    )


def test_the_same_key_on_two_days_is_two_rows(frame_of: FrameOf, assert_table: AssertTable) -> None:
    rows = """
    user_id | follower_id | retrieved_at        | event_date
    1       | 2           | 2026-11-19 10:00:00 | 2026-11-19
    1       | 2           | 2026-11-20 10:00:00 | 2026-11-20
    """
    types = "user_id bigint, follower_id bigint, retrieved_at timestamp, event_date date"
    merged = merge_versions(frame_of(rows, types), None, USER_FOLLOWERS)
    assert_table(
        describe(merged, USER_FOLLOWERS),
        """
        event_date | row_count
        2026-11-19 | 1
        2026-11-20 | 1
        """,
    )


def test_the_digest_does_not_depend_on_order_or_on_who_is_new(frame_of: FrameOf) -> None:
    header, *lines = NEW.strip().splitlines()
    digests = set()
    for seed in range(2):
        random.Random(seed).shuffle(lines)
        frame = frame_of("\n".join([header, *lines]), TYPES)
        for existing in (None, frame):
            merged = merge_versions(frame, existing, TWEET_HASHTAGS)
            digests |= {row.digest for row in describe(merged).collect()}
    assert len(digests) == 1


def test_the_digest_tells_a_null_from_its_place(frame_of: FrameOf) -> None:
    types = "user_id bigint, follower_id bigint, retrieved_at timestamp, event_date date"
    digests = {
        describe(
            merge_versions(
                frame_of(
                    f"""
                    user_id | follower_id | retrieved_at        | event_date
                    {cells} | 2026-11-19 10:00:00 | 2026-11-19
                    """,
                    types,
                ),
                None,
                USER_FOLLOWERS,
            ),
            USER_FOLLOWERS,
        )
        .collect()[0]
        .digest
        for cells in ("1 | -", "- | 1")
    }
    assert len(digests) == 2

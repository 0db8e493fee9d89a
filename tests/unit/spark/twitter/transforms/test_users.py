from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame

from spark.tables import Table
from spark.twitter.schemas import USER_FOLLOWERS, USERS

pytestmark = pytest.mark.spark
Records = Callable[..., DataFrame]
Flatten = Callable[[DataFrame, Table], DataFrame]
AssertTable = Callable[[DataFrame, str], None]

PAGE = {
    "data": [
        {
            "id": "119369819",
            "username": "DoDirty78",
            "name": "Do &amp; Dirty",
            "created_at": "2010-03-03T12:49:24.000Z",
            "verified": False,
            "pinned_tweet_id": "1434874170039545862",
            "public_metrics": {"followers_count": 580, "following_count": 518},
        },
        {"id": "2", "username": "b"},
    ]
}


@pytest.fixture(scope="module")
def followers(records: Records) -> DataFrame:
    """The page as followers of user 99, parsed once for all tests."""
    return records(PAGE, kind="follower", subject_id="99").cache()


def test_users_lie_on_the_day_of_their_retrieval(
    flatten: Flatten, followers: DataFrame, assert_table: AssertTable
) -> None:
    rows = flatten(followers, USERS)
    assert rows.schema == USERS.partitioned
    assert_table(
        rows,
        """
        user_id   | username  | name       | created_at          | followers_count | event_date
        119369819 | DoDirty78 | Do &amp; Dirty | 2010-03-03 12:49:24 | 580             | 2026-11-20
        2         | b         | -          | -                   | -               | 2026-11-20
        """,
    )


def test_followers_are_edges_to_the_subject(
    flatten: Flatten, followers: DataFrame, assert_table: AssertTable
) -> None:
    rows = flatten(followers, USER_FOLLOWERS)
    assert rows.schema == USER_FOLLOWERS.partitioned
    assert_table(
        rows,
        """
        user_id | follower_id | event_date
        99      | 119369819   | 2026-11-20
        99      | 2           | 2026-11-20
        """,
    )


def test_following_are_edges_from_the_subject(
    flatten: Flatten, records: Records, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(records(PAGE, kind="following", subject_id="99"), USER_FOLLOWERS),
        """
        user_id   | follower_id
        119369819 | 99
        2         | 99
        """,
    )

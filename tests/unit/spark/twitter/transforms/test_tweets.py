from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame

from spark.tables import Table
from spark.twitter.schemas import (
    REFERENCED_TWEETS,
    TWEET_HASHTAGS,
    TWEET_MENTIONS,
    TWEET_URLS,
    TWEETS,
)

pytestmark = pytest.mark.spark
Records = Callable[..., DataFrame]
Flatten = Callable[[DataFrame, Table], DataFrame]
AssertTable = Callable[[DataFrame, str], None]

FULL: dict[str, Any] = {
    "id": "1576994789110992896",
    "author_id": "337119125",
    "text": "Q&amp;A\u0000 #one #two @a https://t.co/x",
    "lang": "en",
    "created_at": "2022-10-03T23:59:59.000Z",
    "conversation_id": "1576994789110992896",
    "in_reply_to_user_id": "12",
    "edit_history_tweet_ids": ["1576994746135764992", "1576994789110992896"],
    "source": "Twitter Web App",
    "reply_settings": "everyone",
    "possibly_sensitive": False,
    "geo": {"place_id": "a6c", "coordinates": {"type": "Point", "coordinates": [-80.5, 36.25]}},
    "public_metrics": {
        "like_count": 27,
        "retweet_count": 2,
        "reply_count": 12,
        "quote_count": 3,
        "bookmark_count": 1,
        "impression_count": 99,
    },
    "entities": {
        "hashtags": [{"start": 4, "end": 8, "tag": "one"}, {"start": 9, "end": 13, "tag": "two"}],
        "mentions": [{"username": "a", "id": "5"}, {"username": "gone"}],
        "urls": [{"url": "https://t.co/x", "expanded_url": "https://e.org/?a=1&b=2", "title": "T"}],
    },
    "referenced_tweets": [{"type": "quoted", "id": "8"}, {"type": "replied_to", "id": "9"}],
}
BARE = {"id": "2", "author_id": "7", "text": "t", "created_at": "2022-10-04T00:00:00.000Z"}


@pytest.fixture(scope="module")
def page(records: Records) -> DataFrame:
    """The full tweet as data and the bare one as included, parsed once for all tests."""
    return records({"data": [FULL], "includes": {"tweets": [BARE]}}).cache()


def test_a_tweet_becomes_a_row_of_its_columns(flatten: Flatten, page: DataFrame) -> None:
    rows = flatten(page, TWEETS).where("tweet_id > 2")
    assert rows.schema == TWEETS.partitioned
    [row] = rows.drop("event_date", "created_at", "retrieved_at").collect()
    assert row.asDict() == {
        "tweet_id": 1576994789110992896,
        "author_id": 337119125,
        "text": "Q&amp;A #one #two @a https://t.co/x",
        "lang": "en",
        "conversation_id": 1576994789110992896,
        "in_reply_to_user_id": 12,
        "original_tweet_id": 1576994746135764992,
        "source": "Twitter Web App",
        "reply_settings": "everyone",
        "possibly_sensitive": False,
        "place_id": "a6c",
        "longitude": -80.5,
        "latitude": 36.25,
        "like_count": 27,
        "retweet_count": 2,
        "reply_count": 12,
        "quote_count": 3,
        "bookmark_count": 1,
        "impression_count": 99,
    }


def test_what_a_tweet_lacks_is_null(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(page, TWEETS).where("tweet_id = 2"),
        """
        tweet_id | original_tweet_id | lang | place_id | longitude | like_count | possibly_sensitive
        2        | 2                 | -    | -        | -         | -          | -
        """,
    )


def test_included_tweets_are_tweets_on_their_own_utc_day(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(page, TWEETS),
        """
        tweet_id            | event_date | created_at          | retrieved_at
        1576994789110992896 | 2022-10-03 | 2022-10-03 23:59:59 | 2026-11-20 10:00:00
        2                   | 2022-10-04 | 2022-10-04 00:00:00 | 2026-11-20 10:00:00
        """,
    )


def test_hashtags_keep_their_position(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    rows = flatten(page, TWEET_HASHTAGS)
    assert_table(
        rows,
        """
        tweet_id            | position | hashtag | event_date
        1576994789110992896 | 0        | one     | 2022-10-03
        1576994789110992896 | 1        | two     | 2022-10-03
        """,
    )


def test_mentions_of_gone_accounts_have_no_id(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(page, TWEET_MENTIONS),
        """
        position | username | user_id
        0        | a        | 5
        1        | gone     | -
        """,
    )


def test_urls_are_left_as_they_are(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(page, TWEET_URLS),
        """
        position | url            | expanded_url           | display_url | title
        0        | https://t.co/x | https://e.org/?a=1&b=2 | -           | T
        """,
    )


def test_references_need_not_be_included(
    flatten: Flatten, page: DataFrame, assert_table: AssertTable
) -> None:
    assert_table(
        flatten(page, REFERENCED_TWEETS),
        """
        position | referenced_tweet_id | reference_type
        0        | 8                   | quoted
        1        | 9                   | replied_to
        """,
    )


@pytest.mark.parametrize(
    "table", [TWEET_HASHTAGS, TWEET_MENTIONS, TWEET_URLS, REFERENCED_TWEETS], ids=lambda t: t.name
)
def test_entities_have_their_tables_columns_in_order(
    flatten: Flatten, page: DataFrame, table: Table
) -> None:
    rows = flatten(page, table)
    assert rows.dtypes == [(f.name, f.dataType.simpleString()) for f in table.partitioned]

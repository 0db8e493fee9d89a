"""Lines of both versions of the API, sound and broken; expected values are read off the lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.academy.records import (
    get_data_followers,
    get_data_tweets,
    get_data_users,
    keep_newest,
)
from spark.academy.version_1 import convert_moment
from spark.twitter.schemas import TWEETS, USERS

Lines = Callable[..., DataFrame]

TWEET = {
    "id": "10",
    "author_id": "7",
    "text": "a &amp; b",
    "created_at": "2026-11-20T12:00:00.000Z",
    "public_metrics": {"like_count": 3, "retweet_count": 1},
    "__twarc": {"retrieved_at": "2026-11-21T01:00:00+00:00"},
}
# The shape of https://developer.x.com/en/docs/tweets/data-dictionary/overview/intro-to-tweet-json
OLD_TWEET = {
    "created_at": "Sun Aug 31 00:29:15 +0000 2014",
    "id": 11,
    "id_str": "11",
    "text": "old",
    "source": '<a href="http://twitter.com/download/iphone" rel="nofollow">Twitter for iPhone</a>',
    "in_reply_to_user_id": 8,
    "in_reply_to_user_id_str": "8",
    "user": {"id": 7, "id_str": "7", "screen_name": "seven"},
    "geo": {"type": "Point", "coordinates": [55.9, -4.6]},
    "coordinates": {"type": "Point", "coordinates": [-4.6, 55.9]},
    "place": {"id": "07d9db48bc083000"},
    "retweet_count": 2,
    "favorite_count": 5,
    "lang": "ja",
}
USER = {
    "id": "7",
    "username": "seven",
    "created_at": "2013-02-16T13:40:25.000Z",
    "public_metrics": {"followers_count": 262},
}
OLD_USER = {
    "id": 8,
    "id_str": "8",
    "screen_name": "eight",
    "name": "Eight",
    "location": "",
    "created_at": "Sat Feb 16 13:40:25 +0000 2013",
    "profile_image_url_https": "https://pbs.example/8.png",
    "followers_count": 262,
    "friends_count": 252,
    "statuses_count": 1769,
    "listed_count": 0,
    "verified": False,
    "entities": {"description": {"urls": []}},
}


@pytest.fixture(scope="session")
def lines(spark: SparkSession) -> Lines:
    """Lines of the partition of 20 November 2026."""

    def build(*records: Any) -> DataFrame:
        texts = [one if isinstance(one, str) else json.dumps(one) for one in records]
        rows = [("2026-11-20", f"s3://b/t/part-{n}", text) for n, text in enumerate(texts)]
        frame = spark.createDataFrame(rows, "dt string, file string, record string")
        return frame.withColumn("dt", F.col("dt").cast("date"))

    return build


def rows_of(records: DataFrame) -> list[dict[str, Any]]:
    return [row["row"].asDict() for row in records.where("row is not null").collect()]


def reasons_of(records: DataFrame) -> list[str | None]:
    return [row["reason"] for row in records.collect()]


def test_tweets_of_both_versions_are_rows_of_one_table(lines: Lines) -> None:
    records = get_data_tweets(lines(TWEET, OLD_TWEET))
    new, old = sorted(rows_of(records), key=lambda row: int(row["tweet_id"]))
    assert (new["tweet_id"], new["author_id"], new["text"]) == (10, 7, "a &amp; b")
    assert (new["like_count"], new["retweet_count"], new["quote_count"]) == (3, 1, None)
    assert f"{new['created_at']} {new['retrieved_at']}" == "2026-11-20 12:00:00 2026-11-21 01:00:00"
    assert {name: old[name] for name in ("tweet_id", "author_id", "in_reply_to_user_id")} == {
        "tweet_id": 11,
        "author_id": 7,
        "in_reply_to_user_id": 8,
    }
    assert (old["source"], old["lang"], old["place_id"]) == (
        "Twitter for iPhone",
        "ja",
        "07d9db48bc083000",
    )
    assert (old["longitude"], old["latitude"]) == (-4.6, 55.9)
    assert (old["like_count"], old["retweet_count"], old["impression_count"]) == (5, 2, None)
    # It does not tell when it was retrieved: the day of its partition.
    assert f"{old['created_at']} {old['retrieved_at']}" == "2014-08-31 00:29:15 2026-11-20 00:00:00"


def test_users_of_both_versions_are_rows_of_one_table(lines: Lines) -> None:
    new, old = sorted(rows_of(get_data_users(lines(USER, OLD_USER))), key=lambda r: r["user_id"])
    assert (new["user_id"], new["username"], new["followers_count"]) == (7, "seven", 262)
    expected = {
        "user_id": 8,
        "username": "eight",
        "name": "Eight",
        "location": "",
        "profile_image_url": "https://pbs.example/8.png",
        "verified": False,
        "verified_type": None,
        "followers_count": 262,
        "following_count": 252,
        "tweet_count": 1769,
        "listed_count": 0,
    }
    assert {name: old[name] for name in expected} == expected
    assert str(old["created_at"]) == "2013-02-16 13:40:25"


def test_followers_are_pairs_of_identifiers(lines: Lines) -> None:
    records = get_data_followers(
        lines(
            {"user_id": "7", "follower_id": 8, "retrieved_at": "2026-11-20T06:00:00Z"},
            {"user_id": "7", "follower_id": "nobody"},
            {"user_id": "7"},
        )
    )
    assert [(r["user_id"], r["follower_id"], r["retrieved_at"].hour) for r in rows_of(records)] == [
        (7, 8, 6)
    ]
    assert reasons_of(records) == [
        None,
        "follower_id is not a number: nobody",
        "follower_id is missing",
    ]


MISFIT = (
    "the line is no tweet object: it is cut off, other text follows it, or a field has another type"
)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "10", "text": "cut', MISFIT),
        (json.dumps(TWEET) + "}", MISFIT),
        (json.dumps(TWEET) + json.dumps(TWEET), MISFIT),
        ("[1]", MISFIT),
        ("no JSON", MISFIT),
        ({**TWEET, "public_metrics": "many"}, MISFIT),
        ({**OLD_TWEET, "user": "seven"}, MISFIT),
        ({**TWEET, "id": None}, "id is missing"),
        ({**TWEET, "id": "ten"}, "id is not a number: ten"),
        ({**OLD_TWEET, "user": None}, "author_id is missing"),
        (
            {**TWEET, "created_at": "yesterday"},
            "created_at does not parse as a timestamp: yesterday",
        ),
        (
            {**OLD_TWEET, "created_at": "Sun Aug 31 00:29:15 +0900 2014"},
            "created_at does not parse as a timestamp: Sun Aug 31 00:29:15 +0900 2014",
        ),
        (
            {**TWEET, "created_at": "2026-11-23T12:00:00.000Z"},
            "created_at lies after the record was retrieved",
        ),
        # The day west of Greenwich ends later than that of UTC.
        ({**OLD_TWEET, "created_at": "Sat Nov 21 11:59:59 +0000 2026"}, None),
        (
            {**OLD_TWEET, "created_at": "Sat Nov 21 12:00:01 +0000 2026"},
            "created_at lies after the record was retrieved",
        ),
    ],
)
def test_a_line_that_is_no_sound_tweet_says_why(lines: Lines, line: Any, reason: str) -> None:
    records = get_data_tweets(lines(line))
    assert reasons_of(records) == [reason]
    assert bool(rows_of(records)) == (reason is None)


def test_the_newest_row_of_a_day_is_kept_whatever_the_order(lines: Lines) -> None:
    def liked(count: int, retrieved: str) -> dict[str, Any]:
        return {**TWEET, "public_metrics": {"like_count": count}, "retrieved_at": retrieved}

    versions = [
        liked(9, "2026-11-20T13:00:00Z"),
        liked(4, "2026-11-20T14:00:00Z"),
        liked(5, "2026-11-20T14:00:00Z"),
    ]
    for order in (versions, versions[::-1]):
        kept = keep_newest(get_data_tweets(lines(*order)), TWEETS)
        assert kept.columns == [*TWEETS.columns.names, "dt"]
        assert [(row["tweet_id"], row["like_count"]) for row in kept.collect()] == [(10, 5)]


def test_days_keep_rows_of_their_own(lines: Lines) -> None:
    today = lines(USER)
    tomorrow = today.withColumn("dt", F.date_add("dt", 1))
    kept = keep_newest(get_data_users(today.unionByName(tomorrow)), USERS)
    assert sorted(str(row["dt"]) for row in kept.collect()) == ["2026-11-20", "2026-11-21"]


@pytest.mark.parametrize(
    ("text", "converted"),
    [
        ("Sun Aug 31 00:29:15 +0000 2014", "2014-08-31T00:29:15Z"),
        ("Sat Dec 01 23:59:59 +0000 2012", "2012-12-01T23:59:59Z"),
        ("2014-08-31T00:29:15Z", "2014-08-31T00:29:15Z"),
        ("Sun Aux 31 00:29:15 +0000 2014", "Sun Aux 31 00:29:15 +0000 2014"),
    ],
)
def test_moments_are_written_as_version_2_does(
    value_of: Callable[[Column], Any], text: str, converted: str
) -> None:
    assert value_of(convert_moment(F.lit(text))) == converted

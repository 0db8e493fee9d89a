"""Every row that the transforms make of real pages, against what plain Python reads off them.

The expectations share no code with the transforms: they walk the recorded JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
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
    USERS,
)
from spark.twitter.transforms.records import flatten_rejects

pytestmark = pytest.mark.spark
Json = dict[str, Any]
Flatten = Callable[[DataFrame, Table], DataFrame]

# Files whose lines name an endpoint of ours without being one of its pages.
NO_PAGES = {"counts", "flat", "lists", "streaming_output_with_error"}
NO_PAGES |= {"tweets_compliance", "users_compliance"}


@pytest.fixture(scope="module")
def lines(real_data: Path) -> dict[str, list[str]]:
    folder = real_data / "tweets_v2_twarc"
    return {
        path.stem: path.read_text(encoding="utf-8").splitlines()
        for path in sorted(folder.glob("*.jsonl"))
    }


@pytest.fixture(scope="module")
def pages(lines: dict[str, list[str]]) -> list[Json]:
    return [json.loads(line) for name in lines if name not in NO_PAGES for line in lines[name]]


def is_of_users(page: Json) -> bool:
    return page["__twarc"]["url"].startswith("https://api.twitter.com/2/users?")


@pytest.fixture(scope="module")
def read(records: Callable[..., DataFrame], pages: list[Json]) -> DataFrame:
    """The records of all pages, parsed once."""
    tweets = records(*(page for page in pages if not is_of_users(page)))
    users = records(*(page for page in pages if is_of_users(page)), kind="user")
    return tweets.unionByName(users).cache()


@pytest.fixture(scope="module")
def tweets(pages: list[Json]) -> list[Json]:
    def walk() -> Iterator[Json]:
        for page in pages:
            yield from [] if is_of_users(page) else page["data"]
            yield from page.get("includes", {}).get("tweets", [])

    return list(walk())


def sorted_rows(frame: DataFrame, *expressions: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in frame.selectExpr(*expressions).collect()), key=repr)


def test_every_tweet_of_data_and_includes_is_a_row(
    flatten: Flatten, read: DataFrame, tweets: list[Json]
) -> None:
    found = sorted_rows(
        flatten(read, TWEETS),
        "CAST(tweet_id AS string)",
        "CAST(author_id AS string)",
        "text",
        "date_format(created_at, \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\")",
        "CAST(event_date AS string)",
        "lang",
        "like_count",
        "impression_count",
        "place_id",
    )
    assert found == sorted(
        (
            (
                tweet["id"],
                tweet["author_id"],
                tweet["text"],
                tweet["created_at"],
                tweet["created_at"][:10],
                tweet.get("lang"),
                tweet["public_metrics"]["like_count"],
                tweet["public_metrics"].get("impression_count"),
                tweet.get("geo", {}).get("place_id"),
            )
            for tweet in tweets
        ),
        key=repr,
    )


@pytest.mark.parametrize(
    ("table", "path", "columns", "fields"),
    [
        (TWEET_HASHTAGS, "hashtags", ["hashtag"], ["tag"]),
        (TWEET_MENTIONS, "mentions", ["username", "CAST(user_id AS string)"], ["username", "id"]),
        (TWEET_URLS, "urls", ["url", "expanded_url"], ["url", "expanded_url"]),
    ],
    ids=["hashtags", "mentions", "urls"],
)
def test_every_entity_is_a_row(
    flatten: Flatten,
    read: DataFrame,
    tweets: list[Json],
    table: Table,
    path: str,
    columns: list[str],
    fields: list[str],
) -> None:
    found = sorted_rows(flatten(read, table), "CAST(tweet_id AS string)", "position", *columns)
    assert found == sorted(
        (
            (tweet["id"], position, *(entity.get(field) for field in fields))
            for tweet in tweets
            for position, entity in enumerate(tweet.get("entities", {}).get(path, []))
        ),
        key=repr,
    )


def test_every_reference_is_a_row(flatten: Flatten, read: DataFrame, tweets: list[Json]) -> None:
    found = sorted_rows(
        flatten(read, REFERENCED_TWEETS),
        "CAST(tweet_id AS string)",
        "CAST(referenced_tweet_id AS string)",
        "reference_type",
    )
    assert found == sorted(
        (
            (tweet["id"], reference["id"], reference["type"])
            for tweet in tweets
            for reference in tweet.get("referenced_tweets", [])
        ),
        key=repr,
    )


def test_every_user_of_data_and_includes_is_a_row(
    flatten: Flatten, read: DataFrame, pages: list[Json]
) -> None:
    users = [
        user
        for page in pages
        for user in [
            *(page["data"] if is_of_users(page) else []),
            *page.get("includes", {}).get("users", []),
        ]
    ]
    found = sorted_rows(
        flatten(read, USERS), "CAST(user_id AS string)", "username", "name", "followers_count"
    )
    assert found == sorted(
        (
            (
                user["id"],
                user["username"],
                user["name"],
                user.get("public_metrics", {}).get("followers_count"),
            )
            for user in users
        ),
        key=repr,
    )


def test_nothing_of_a_sound_page_is_refused(read: DataFrame) -> None:
    assert flatten_rejects(read).collect() == []


def test_lines_that_are_no_pages_are_refused_whole_or_in_every_record(
    records: Callable[..., DataFrame], lines: dict[str, list[str]]
) -> None:
    refused = [line for name in sorted(NO_PAGES) for line in lines[name]]
    frame = records(*refused).cache()
    assert frame.where("kind = 'tweet' AND tweet IS NOT NULL").count() == 0
    assert flatten_rejects(frame).select("file").distinct().count() == len(refused)

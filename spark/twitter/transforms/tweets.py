"""Tweets, and what hangs on them: hashtags, mentions, URLs, references.

What hangs on a tweet is keyed by the tweet and its position in the API's list. The text of a tweet
id never changes (an edit gets an id of its own), so neither do these lists: merging them row by row
leaves no stale row behind. https://docs.x.com/x-api/fundamentals/edit-posts
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from spark.tables import Table
from spark.twitter.schemas import (
    CORRUPT,
    REFERENCED_TWEETS,
    TWEET_HASHTAGS,
    TWEET_MENTIONS,
    TWEET_URLS,
    TWEETS,
    VERSION,
)
from spark.twitter.transforms.checks import (
    RecordRules,
    identifier,
    plausible,
    present,
    timestamp,
    within_bytes,
)
from spark.twitter.transforms.clean import parse_id, parse_timestamp, remove_controls

METRICS = (
    "like_count",
    "retweet_count",
    "reply_count",
    "quote_count",
    "bookmark_count",
    "impression_count",
)


@dataclass(frozen=True)
class Entity:
    """One list of a tweet that becomes a table: where it is, its columns and what it must have."""

    table: Table
    path: str
    columns: Callable[[Column], dict[str, Column]]
    reason: Callable[[Column], Column]


def hashtag_columns(entity: Column) -> dict[str, Column]:
    """Name the columns of a hashtag."""
    return {"hashtag": remove_controls(entity["tag"])}


def mention_columns(entity: Column) -> dict[str, Column]:
    """Name the columns of a mention; X leaves the id out for accounts that are gone."""
    return {"username": remove_controls(entity["username"]), "user_id": parse_id(entity["id"])}


def url_columns(entity: Column) -> dict[str, Column]:
    """Name the columns of a URL."""
    links = ("url", "expanded_url", "display_url", "unwound_url")
    return {name: remove_controls(entity[name]) for name in links} | {
        "title": remove_controls(entity["title"])
    }


def reference_columns(entity: Column) -> dict[str, Column]:
    """Name the columns of a reference to another tweet."""
    return {
        "referenced_tweet_id": parse_id(entity["id"]),
        "reference_type": remove_controls(entity["type"]),
    }


ENTITIES = (
    Entity(
        TWEET_HASHTAGS, "entities.hashtags", hashtag_columns, lambda e: present(e["tag"], "tag")
    ),
    Entity(
        TWEET_MENTIONS,
        "entities.mentions",
        mention_columns,
        lambda e: F.coalesce(present(e["username"], "username"), identifier(e["id"], "id")),
    ),
    Entity(TWEET_URLS, "entities.urls", url_columns, lambda e: present(e["url"], "url")),
    Entity(
        REFERENCED_TWEETS,
        "referenced_tweets",
        reference_columns,
        lambda e: F.coalesce(
            present(e["id"], "id"), identifier(e["id"], "id"), present(e["type"], "type")
        ),
    ),
)


def clean_tweet(raw: Column, retrieved_at: Column, rules: RecordRules) -> Column:
    """Build the struct of a tweet's columns and, under its table's name, each list of entities.

    `raw` is a TWEET_RECORD. An element of a list has position, the table's own columns, path,
    reason (null where it is sound) and record (its JSON, where it is not).
    """
    columns = tweet_columns(raw) | {VERSION: retrieved_at}
    lists = [_clean_entities(raw, entity, rules).alias(entity.table.name) for entity in ENTITIES]
    return F.struct(*(columns[name].alias(name) for name in TWEETS.columns.names), *lists)


def tweet_columns(raw: Column) -> dict[str, Column]:
    """Name the columns of a tweet, without its version."""
    coordinates = raw["geo"]["coordinates"]["coordinates"]
    return {
        "tweet_id": parse_id(raw["id"]),
        "author_id": parse_id(raw["author_id"]),
        "text": remove_controls(raw["text"]),
        "lang": remove_controls(raw["lang"]),
        "created_at": parse_timestamp(raw["created_at"]),
        "conversation_id": parse_id(raw["conversation_id"]),
        "in_reply_to_user_id": parse_id(raw["in_reply_to_user_id"]),
        # The first id of an edit history is the tweet as first written.
        "original_tweet_id": parse_id(
            F.coalesce(F.get(raw["edit_history_tweet_ids"], 0), raw["id"])
        ),
        "source": remove_controls(raw["source"]),
        "reply_settings": remove_controls(raw["reply_settings"]),
        "possibly_sensitive": raw["possibly_sensitive"],
        "place_id": remove_controls(raw["geo"]["place_id"]),
        # GeoJSON: longitude first.
        "longitude": F.get(coordinates, 0),
        "latitude": F.get(coordinates, 1),
        **{name: raw["public_metrics"][name] for name in METRICS},
    }


def tweet_reason(raw: Column, tweet: Column, rules: RecordRules) -> Column:
    """Say why a tweet is unusable; null where it is sound. `tweet` is its clean_tweet."""
    optional = ("conversation_id", "in_reply_to_user_id")
    return F.coalesce(
        F.when(raw.isNull() | raw[CORRUPT].isNotNull(), F.lit("the record is no tweet object")),
        *(present(raw[name], name) for name in ("id", "author_id", "text", "created_at")),
        *(identifier(raw[name], name) for name in ("id", "author_id", *optional)),
        timestamp(raw["created_at"], "created_at"),
        plausible(tweet["created_at"], tweet[VERSION], "created_at", rules),
        within_bytes({name: tweet[name] for name in TWEETS.columns.names}, rules),
    )


def _clean_entities(raw: Column, entity: Entity, rules: RecordRules) -> Column:
    """Clean one list of a tweet; an absent list stays null."""

    def clean(element: Column, index: Column) -> Column:
        columns = entity.columns(element)
        reason = F.coalesce(entity.reason(element), within_bytes(columns, rules))
        path = F.concat(F.lit(f".{entity.path}["), index.cast("string"), F.lit("]"))
        return F.struct(
            index.alias("position"),
            *(column.alias(name) for name, column in columns.items()),
            path.alias("path"),
            reason.alias("reason"),
            F.when(reason.isNotNull(), F.to_json(element)).alias("record"),
        )

    elements = raw
    for name in entity.path.split("."):
        elements = elements[name]
    return F.transform(elements, clean)

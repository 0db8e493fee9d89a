"""Users, and who follows whom."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from spark.twitter.schemas import CORRUPT, USERS, VERSION
from spark.twitter.transforms.checks import (
    RecordRules,
    identifier,
    present,
    timestamp,
    within_bytes,
)
from spark.twitter.transforms.clean import parse_id, parse_timestamp, remove_controls

METRICS = ("followers_count", "following_count", "tweet_count", "listed_count")


def clean_user(raw: Column, retrieved_at: Column) -> Column:
    """Build the struct of a user's columns from a USER_RECORD."""
    columns = {
        "user_id": parse_id(raw["id"]),
        "username": remove_controls(raw["username"]),
        "name": remove_controls(raw["name"]),
        "description": remove_controls(raw["description"]),
        "location": remove_controls(raw["location"]),
        "url": remove_controls(raw["url"]),
        "profile_image_url": remove_controls(raw["profile_image_url"]),
        "created_at": parse_timestamp(raw["created_at"]),
        "protected": raw["protected"],
        "verified": raw["verified"],
        "verified_type": remove_controls(raw["verified_type"]),
        "pinned_tweet_id": parse_id(raw["pinned_tweet_id"]),
        **{name: raw["public_metrics"][name] for name in METRICS},
        VERSION: retrieved_at,
    }
    return F.struct(*(columns[name].alias(name) for name in USERS.columns.names))


def user_reason(raw: Column, user: Column, rules: RecordRules) -> Column:
    """Say why a user is unusable; null where it is sound. `user` is its clean_user."""
    return F.coalesce(
        F.when(raw.isNull() | raw[CORRUPT].isNotNull(), F.lit("the record is no user object")),
        *(present(raw[name], name) for name in ("id", "username")),
        *(identifier(raw[name], name) for name in ("id", "pinned_tweet_id")),
        timestamp(raw["created_at"], "created_at"),
        within_bytes({name: user[name] for name in USERS.columns.names}, rules),
    )


def clean_follower(raw: Column, subject_id: Column, follows: Column) -> dict[str, Column]:
    """Name the columns of an edge between the subject of a request and a user of its pages.

    `follows` tells whether the user follows the subject, or the subject the user.
    """
    user, subject = parse_id(raw["id"]), parse_id(subject_id)
    return {
        "user_id": F.when(follows, subject).otherwise(user),
        "follower_id": F.when(follows, user).otherwise(subject),
    }


def follower_reason(raw: Column, subject_id: Column) -> Column:
    """Say why an edge is unusable; null where it is sound."""
    return F.coalesce(
        F.when(raw.isNull(), F.lit("the record is no user object")),
        F.when(
            parse_id(subject_id).isNull(),
            F.lit("the completion marker does not name the user whose page this is"),
        ),
        present(raw["id"], "id"),
        identifier(raw["id"], "id"),
    )

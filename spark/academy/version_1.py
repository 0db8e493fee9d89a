"""Tweets and users as version 1.1 of Twitter's API wrote them, in the shape of version 2.

Real archives hold both, often in one file: numbers as identifiers beside text, the author within
the tweet, English weekdays in moments, other names for the same counts.
https://developer.x.com/en/docs/tweets/data-dictionary/overview/intro-to-tweet-json
https://docs.x.com/x-api/migrate/data-format-migration
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructType

from spark.tables import COUNT, DEGREES, FLAG, TEXT, struct_of
from spark.twitter.schemas import TWEET_RECORD, USER_RECORD

TWEET_1 = struct_of(
    id_str=TEXT,
    full_text=TEXT,
    text=TEXT,
    lang=TEXT,
    created_at=TEXT,
    source=TEXT,
    in_reply_to_user_id_str=TEXT,
    possibly_sensitive=FLAG,
    retweet_count=COUNT,
    favorite_count=COUNT,
    reply_count=COUNT,
    quote_count=COUNT,
    user=struct_of(id_str=TEXT),
    coordinates=struct_of(coordinates=ArrayType(DEGREES)),
    place=struct_of(id=TEXT),
)

USER_1 = struct_of(
    id_str=TEXT,
    screen_name=TEXT,
    name=TEXT,
    description=TEXT,
    location=TEXT,
    url=TEXT,
    profile_image_url_https=TEXT,
    created_at=TEXT,
    protected=FLAG,
    verified=FLAG,
    followers_count=COUNT,
    friends_count=COUNT,
    statuses_count=COUNT,
    listed_count=COUNT,
)

# Sun Aug 31 00:29:15 +0000 2014
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = (
    rf"^[A-Z][a-z]{{2}} ({'|'.join(_MONTHS)}) (\d{{2}}) (\d{{2}}:\d{{2}}:\d{{2}}) \+0000 (\d{{4}})$"
)
# <a href="http://twitter.com/download/iphone" rel="nofollow">Twitter for iPhone</a>
_LINK = r"^<a [^>]*>(.*)</a>$"
# What version 1.1 does not count, last in the metrics of a TWEET_RECORD.
_NOT_COUNTED = ("bookmark_count", "impression_count")


def convert_tweet(old: Column) -> Column:
    """Build a TWEET_RECORD from a TWEET_1."""
    return _fill(
        TWEET_RECORD,
        {
            "id": old["id_str"],
            "author_id": old["user"]["id_str"],
            "text": F.coalesce(old["full_text"], old["text"]),
            "lang": old["lang"],
            "created_at": convert_moment(old["created_at"]),
            "in_reply_to_user_id": old["in_reply_to_user_id_str"],
            "source": F.regexp_replace(old["source"], _LINK, "$1"),
            "possibly_sensitive": old["possibly_sensitive"],
            "geo": F.struct(
                old["place"]["id"].alias("place_id"),
                F.struct(old["coordinates"]["coordinates"].alias("coordinates")).alias(
                    "coordinates"
                ),
            ),
            "public_metrics": F.struct(
                old["favorite_count"].alias("like_count"),
                old["retweet_count"].alias("retweet_count"),
                old["reply_count"].alias("reply_count"),
                old["quote_count"].alias("quote_count"),
                *(F.lit(None).cast("bigint").alias(name) for name in _NOT_COUNTED),
            ),
        },
    )


def convert_user(old: Column) -> Column:
    """Build a USER_RECORD from a USER_1."""
    return _fill(
        USER_RECORD,
        {
            "id": old["id_str"],
            "username": old["screen_name"],
            "name": old["name"],
            "description": old["description"],
            "location": old["location"],
            "url": old["url"],
            "profile_image_url": old["profile_image_url_https"],
            "created_at": convert_moment(old["created_at"]),
            "protected": old["protected"],
            "verified": old["verified"],
            "public_metrics": F.struct(
                old["followers_count"].alias("followers_count"),
                old["friends_count"].alias("following_count"),
                old["statuses_count"].alias("tweet_count"),
                old["listed_count"].alias("listed_count"),
            ),
        },
    )


def convert_moment(text: Column) -> Column:
    """Write `Sun Aug 31 00:29:15 +0000 2014` as `2014-08-31T00:29:15Z`; others stay as they are.

    By a regular expression: Spark's own patterns no longer know weekdays.
    """
    part = [F.regexp_extract(text, _MOMENT, group) for group in range(5)]
    month = F.coalesce(
        *(F.when(part[1] == name, F.lit(f"{number:02d}")) for number, name in enumerate(_MONTHS, 1))
    )
    date = F.concat_ws("-", part[4], month, part[2])
    return F.when(part[0] == "", text).otherwise(F.concat(date, F.lit("T"), part[3], F.lit("Z")))


def _fill(schema: StructType, columns: Mapping[str, Column]) -> Column:
    """Build a struct of the schema from some of its fields; the others are null."""
    return F.struct(
        *(
            columns.get(field.name, F.lit(None)).cast(field.dataType).alias(field.name)
            for field in schema.fields
        )
    )

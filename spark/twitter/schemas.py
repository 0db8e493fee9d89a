"""What the pages of the X API v2 hold, and what the tables of the processed zone hold.

Only the fields that a table needs are named: a field that X adds later is ignored, not an error.
https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

from pyspark.sql.types import ArrayType, StructField, StructType

from spark.tables import (
    COUNT,
    DEGREES,
    FLAG,
    ID,
    POSITION,
    TEXT,
    TIMESTAMP,
    Table,
    struct_of,
)

# Where Spark's JSON parser puts the text of a record that does not fit its schema.
CORRUPT = "corrupt_record"
# Which table a row is of, where rows of several tables stand in one frame.
TABLE_NAME = "table_name"
VERSION = "retrieved_at"


# Records stay text at first, so that one bad record does not spoil its page.
RAW_RECORDS = ArrayType(TEXT)

PAGE = struct_of(
    data=RAW_RECORDS,
    includes=struct_of(tweets=RAW_RECORDS, users=RAW_RECORDS),
    errors=RAW_RECORDS,
    meta=TEXT,
)

# Trailing text after the page must not be lost: inside a wrapper the parser meets and refuses it.
WRAPPED_PAGE = StructType([StructField("page", PAGE), StructField(CORRUPT, TEXT)])

HASHTAG = struct_of(tag=TEXT)
MENTION = struct_of(username=TEXT, id=TEXT)
URL = struct_of(url=TEXT, expanded_url=TEXT, display_url=TEXT, unwound_url=TEXT, title=TEXT)
REFERENCE = struct_of(type=TEXT, id=TEXT)

TWEET_RECORD = struct_of(
    id=TEXT,
    author_id=TEXT,
    text=TEXT,
    lang=TEXT,
    created_at=TEXT,
    conversation_id=TEXT,
    in_reply_to_user_id=TEXT,
    source=TEXT,
    reply_settings=TEXT,
    possibly_sensitive=FLAG,
    edit_history_tweet_ids=ArrayType(TEXT),
    geo=struct_of(place_id=TEXT, coordinates=struct_of(coordinates=ArrayType(DEGREES))),
    public_metrics=struct_of(
        like_count=COUNT,
        retweet_count=COUNT,
        reply_count=COUNT,
        quote_count=COUNT,
        bookmark_count=COUNT,
        impression_count=COUNT,
    ),
    entities=struct_of(
        hashtags=ArrayType(HASHTAG), mentions=ArrayType(MENTION), urls=ArrayType(URL)
    ),
    referenced_tweets=ArrayType(REFERENCE),
    **{CORRUPT: TEXT},
)

USER_RECORD = struct_of(
    id=TEXT,
    username=TEXT,
    name=TEXT,
    description=TEXT,
    location=TEXT,
    url=TEXT,
    profile_image_url=TEXT,
    created_at=TEXT,
    protected=FLAG,
    verified=FLAG,
    verified_type=TEXT,
    pinned_tweet_id=TEXT,
    public_metrics=struct_of(
        followers_count=COUNT, following_count=COUNT, tweet_count=COUNT, listed_count=COUNT
    ),
    **{CORRUPT: TEXT},
)

# One landed object as its completion marker names it.
LANDED_OBJECT = struct_of(file=TEXT, kind=TEXT, subject_id=TEXT, retrieved_at=TIMESTAMP)


TWEETS = Table(
    "tweets",
    struct_of(
        tweet_id=ID,
        author_id=ID,
        text=TEXT,
        lang=TEXT,
        created_at=TIMESTAMP,
        conversation_id=ID,
        in_reply_to_user_id=ID,
        original_tweet_id=ID,
        source=TEXT,
        reply_settings=TEXT,
        possibly_sensitive=FLAG,
        place_id=TEXT,
        longitude=DEGREES,
        latitude=DEGREES,
        like_count=COUNT,
        retweet_count=COUNT,
        reply_count=COUNT,
        quote_count=COUNT,
        bookmark_count=COUNT,
        impression_count=COUNT,
        retrieved_at=TIMESTAMP,
    ),
    ("tweet_id",),
)

USERS = Table(
    "users",
    struct_of(
        user_id=ID,
        username=TEXT,
        name=TEXT,
        description=TEXT,
        location=TEXT,
        url=TEXT,
        profile_image_url=TEXT,
        created_at=TIMESTAMP,
        protected=FLAG,
        verified=FLAG,
        verified_type=TEXT,
        pinned_tweet_id=ID,
        followers_count=COUNT,
        following_count=COUNT,
        tweet_count=COUNT,
        listed_count=COUNT,
        retrieved_at=TIMESTAMP,
    ),
    ("user_id",),
)

USER_FOLLOWERS = Table(
    "user_followers",
    struct_of(user_id=ID, follower_id=ID, retrieved_at=TIMESTAMP),
    ("user_id", "follower_id"),
)

TWEET_HASHTAGS = Table(
    "tweet_hashtags",
    struct_of(tweet_id=ID, position=POSITION, hashtag=TEXT, retrieved_at=TIMESTAMP),
    ("tweet_id", "position"),
)

TWEET_MENTIONS = Table(
    "tweet_mentions",
    struct_of(tweet_id=ID, position=POSITION, username=TEXT, user_id=ID, retrieved_at=TIMESTAMP),
    ("tweet_id", "position"),
)

TWEET_URLS = Table(
    "tweet_urls",
    struct_of(
        tweet_id=ID,
        position=POSITION,
        url=TEXT,
        expanded_url=TEXT,
        display_url=TEXT,
        unwound_url=TEXT,
        title=TEXT,
        retrieved_at=TIMESTAMP,
    ),
    ("tweet_id", "position"),
)

REFERENCED_TWEETS = Table(
    "referenced_tweets",
    struct_of(
        tweet_id=ID,
        position=POSITION,
        referenced_tweet_id=ID,
        reference_type=TEXT,
        retrieved_at=TIMESTAMP,
    ),
    ("tweet_id", "position"),
)

TABLES = (
    TWEETS,
    USERS,
    USER_FOLLOWERS,
    TWEET_HASHTAGS,
    TWEET_MENTIONS,
    TWEET_URLS,
    REFERENCED_TWEETS,
)

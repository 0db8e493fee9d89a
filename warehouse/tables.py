"""The tables that partitions are loaded into: columns in file order, keys, version."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.sql import qualify


@dataclass(frozen=True)
class Column:
    """A column in Redshift's own type."""

    name: str
    type: str
    required: bool = False


@dataclass(frozen=True)
class TableSpec:
    """A table and what makes two rows the same row: the keys; the greater version is the newer.

    COPY maps Parquet columns by position, so the columns stand in the files' order.
    https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html

    Where a partition column is named, the table has it before the columns of the files, with the
    value that the partition's folder has (`dt=2026-11-20`), and a load replaces the rows of its
    partition: keys count within it, and a row that the files no longer hold is gone.
    """

    dataset: str
    schema: str
    table: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    version: str = "retrieved_at"
    partition_column: Column | None = None

    @property
    def name(self) -> str:
        """The quoted name with its schema."""
        return qualify(self.schema, self.table)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def prefix(self) -> str:
        """Where the processed zone holds the partitions of this table."""
        return f"{self.dataset}/{self.table}/"

    def partition_key(self, partition: str) -> str:
        """Name a partition in the ledger of the dataset: `tweets/event_date=2026-11-20`."""
        return f"{self.table}/{partition}"


def _required(name: str, kind: str) -> Column:
    return Column(name, kind, required=True)


_RETRIEVED_AT = _required("retrieved_at", "TIMESTAMP")
_OF_TWEET = (_required("tweet_id", "BIGINT"), _required("position", "INTEGER"))


def _twitter(table: str, keys: tuple[str, ...], *columns: Column) -> TableSpec:
    return TableSpec("twitter", "twitter", table, (*columns, _RETRIEVED_AT), keys)


TWEETS = _twitter(
    "tweets",
    ("tweet_id",),
    _required("tweet_id", "BIGINT"),
    _required("author_id", "BIGINT"),
    _required("text", "VARCHAR(65535)"),
    Column("lang", "VARCHAR(32)"),
    _required("created_at", "TIMESTAMP"),
    Column("conversation_id", "BIGINT"),
    Column("in_reply_to_user_id", "BIGINT"),
    Column("original_tweet_id", "BIGINT"),
    Column("source", "VARCHAR(1024)"),
    Column("reply_settings", "VARCHAR(64)"),
    Column("possibly_sensitive", "BOOLEAN"),
    Column("place_id", "VARCHAR(64)"),
    Column("longitude", "DOUBLE PRECISION"),
    Column("latitude", "DOUBLE PRECISION"),
    Column("like_count", "BIGINT"),
    Column("retweet_count", "BIGINT"),
    Column("reply_count", "BIGINT"),
    Column("quote_count", "BIGINT"),
    Column("bookmark_count", "BIGINT"),
    Column("impression_count", "BIGINT"),
)

USERS = _twitter(
    "users",
    ("user_id",),
    _required("user_id", "BIGINT"),
    _required("username", "VARCHAR(64)"),
    Column("name", "VARCHAR(1024)"),
    Column("description", "VARCHAR(8192)"),
    Column("location", "VARCHAR(2048)"),
    Column("url", "VARCHAR(8192)"),
    Column("profile_image_url", "VARCHAR(8192)"),
    Column("created_at", "TIMESTAMP"),
    Column("protected", "BOOLEAN"),
    Column("verified", "BOOLEAN"),
    Column("verified_type", "VARCHAR(64)"),
    Column("pinned_tweet_id", "BIGINT"),
    Column("followers_count", "BIGINT"),
    Column("following_count", "BIGINT"),
    Column("tweet_count", "BIGINT"),
    Column("listed_count", "BIGINT"),
)

USER_FOLLOWERS = _twitter(
    "user_followers",
    ("user_id", "follower_id"),
    _required("user_id", "BIGINT"),
    _required("follower_id", "BIGINT"),
)

TWEET_HASHTAGS = _twitter(
    "tweet_hashtags",
    ("tweet_id", "position"),
    *_OF_TWEET,
    _required("hashtag", "VARCHAR(2048)"),
)

TWEET_MENTIONS = _twitter(
    "tweet_mentions",
    ("tweet_id", "position"),
    *_OF_TWEET,
    _required("username", "VARCHAR(64)"),
    Column("user_id", "BIGINT"),
)

TWEET_URLS = _twitter(
    "tweet_urls",
    ("tweet_id", "position"),
    *_OF_TWEET,
    _required("url", "VARCHAR(8192)"),
    Column("expanded_url", "VARCHAR(8192)"),
    Column("display_url", "VARCHAR(8192)"),
    Column("unwound_url", "VARCHAR(8192)"),
    Column("title", "VARCHAR(8192)"),
)

REFERENCED_TWEETS = _twitter(
    "referenced_tweets",
    ("tweet_id", "position"),
    *_OF_TWEET,
    _required("referenced_tweet_id", "BIGINT"),
    _required("reference_type", "VARCHAR(64)"),
)

TWITTER = (
    TWEETS,
    USERS,
    USER_FOLLOWERS,
    TWEET_HASHTAGS,
    TWEET_MENTIONS,
    TWEET_URLS,
    REFERENCED_TWEETS,
)

"""Raw records in; typed, cleaned and checked records out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructType

from spark.tables import REJECT
from spark.twitter.schemas import (
    CORRUPT,
    TWEET_RECORD,
    TWEETS,
    USER_FOLLOWERS,
    USER_RECORD,
    USERS,
    VERSION,
)
from spark.twitter.transforms.checks import RecordRules
from spark.twitter.transforms.pages import FOLLOWER, FOLLOWING, TWEET, USER
from spark.twitter.transforms.tweets import ENTITIES, clean_tweet, tweet_reason
from spark.twitter.transforms.users import clean_follower, clean_user, follower_reason, user_reason

# What a page that is unusable as a whole is counted as.
PAGES = "pages"


def read_records(split: DataFrame, rules: RecordRules) -> DataFrame:
    """Type, clean and check the records of split_pages.

    Out come file, kind, retrieved_at, tweet, user and follower (structs, null where the record is
    of another kind or unusable) and rejects, an array of REJECT that names everything unusable.
    """
    is_tweet = F.col("kind") == TWEET
    is_user = F.col("kind").isin(USER, FOLLOWER, FOLLOWING)
    is_edge = F.col("kind").isin(FOLLOWER, FOLLOWING)
    raw_tweet, raw_user = F.col("raw_tweet"), F.col("raw_user")
    retrieved_at, subject_id = F.col("retrieved_at"), F.col("subject_id")
    # Each step names what the next one uses twice: Spark then parses each record once.
    return (
        split.withColumn("raw_tweet", F.when(is_tweet, _typed(TWEET_RECORD)))
        .withColumn("raw_user", F.when(is_user, _typed(USER_RECORD)))
        .withColumn("tweet", F.when(is_tweet, clean_tweet(raw_tweet, retrieved_at, rules)))
        .withColumn("user", F.when(is_user, clean_user(raw_user, retrieved_at)))
        .withColumn(
            "tweet_reason", F.when(is_tweet, tweet_reason(raw_tweet, F.col("tweet"), rules))
        )
        .withColumn("user_reason", F.when(is_user, user_reason(raw_user, F.col("user"), rules)))
        .withColumn("follower_reason", F.when(is_edge, follower_reason(raw_user, subject_id)))
        .select(
            "file",
            "kind",
            "retrieved_at",
            F.when(F.col("tweet_reason").isNull(), F.col("tweet")).alias("tweet"),
            F.when(F.col("user_reason").isNull(), F.col("user")).alias("user"),
            F.when(
                is_edge & F.col("follower_reason").isNull(),
                _follower(raw_user, subject_id),
            ).alias("follower"),
            _rejects().alias("rejects"),
        )
    )


def flatten_rejects(records: DataFrame) -> DataFrame:
    """One REJECT for everything unusable in the records of read_records."""
    return records.select(F.explode("rejects").alias("reject")).select("reject.*")


def _typed(schema: StructType) -> Column:
    return F.from_json("raw", schema, {"columnNameOfCorruptRecord": CORRUPT})


def _follower(raw_user: Column, subject_id: Column) -> Column:
    columns = clean_follower(raw_user, subject_id, F.col("kind") == FOLLOWER)
    columns[VERSION] = F.col(VERSION)
    return F.struct(*(columns[name].alias(name) for name in USER_FOLLOWERS.columns.names))


def _no_rejects() -> Column:
    return F.array().cast(ArrayType(REJECT))


def _rejects() -> Column:
    whole = F.array(
        _reject(PAGES, "page_reason"),
        _reject(TWEETS.name, "tweet_reason"),
        _reject(USERS.name, "user_reason"),
        _reject(USER_FOLLOWERS.name, "follower_reason"),
    )
    # Entities of an unusable tweet went with their tweet.
    parts = F.when(
        F.col("tweet_reason").isNull(),
        F.concat(*map(_entity_rejects, [entity.table.name for entity in ENTITIES])),
    )
    return F.concat(
        F.filter(whole, lambda reject: reject["reason"].isNotNull()),
        F.coalesce(parts, _no_rejects()),
    )


def _reject(table: str, reason: str) -> Column:
    return F.struct(
        F.lit(table).alias("table_name"),
        F.col("file"),
        F.col("position"),
        F.col(reason).alias("reason"),
        F.col("raw").alias("record"),
    )


def _entity_rejects(table: str) -> Column:
    def reject(entity: Column) -> Column:
        return F.struct(
            F.lit(table).alias("table_name"),
            F.col("file"),
            F.concat("position", entity["path"]).alias("position"),
            entity["reason"].alias("reason"),
            entity["record"].alias("record"),
        )

    unusable = F.filter(f"tweet.{table}", lambda entity: entity["reason"].isNotNull())
    return F.coalesce(F.transform(unusable, reject), _no_rejects())

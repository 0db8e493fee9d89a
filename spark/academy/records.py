"""Lines of a source in; typed, cleaned and checked records out.

A line is a JSON object: a tweet or a user of version 2 or 1.1 of the API, or who follows whom. What
a line is made of is decided line by line, so partitions and files may mix versions.

Lines have dt (date), file and record (the text). Out come dt, file, record, row (a struct of the
table's columns) and reason (why there is no row, else null).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from spark.academy.version_1 import TWEET_1, USER_1, convert_tweet, convert_user
from spark.tables import FLAG, TEXT, Table, struct_of
from spark.twitter.schemas import (
    CORRUPT,
    TWEET_RECORD,
    TWEETS,
    USER_FOLLOWERS,
    USER_RECORD,
    USERS,
    VERSION,
)
from spark.twitter.transforms.checks import RecordRules, identifier, present
from spark.twitter.transforms.clean import parse_id, parse_timestamp
from spark.twitter.transforms.tweets import tweet_columns, tweet_reason
from spark.twitter.transforms.users import clean_user, user_reason

# A partition is a day where its writer lives, which ends up to 12 hours after that of UTC.
RULES = RecordRules(clock_skew="36 hours")

FOLLOWER_RECORD = struct_of(user_id=TEXT, follower_id=TEXT, **{CORRUPT: TEXT})
# When a line was retrieved, where it tells: its own field, or that of the collector twarc.
_RETRIEVAL = struct_of(retrieved_at=TEXT, __twarc=struct_of(retrieved_at=TEXT))


def get_data_users(lines: DataFrame, rules: RecordRules = RULES) -> DataFrame:
    """Read lines that are users."""
    typed = _type_lines(lines, USER_RECORD, USER_1, convert_user)
    rows = typed.withColumn("row", clean_user(F.col("raw"), F.col(VERSION)))
    return _check(rows, "user", user_reason(F.col("raw"), F.col("row"), rules))


def get_data_followers(lines: DataFrame) -> DataFrame:
    """Read lines that tell who follows whom: {"user_id": ..., "follower_id": ...}."""
    raw, names = F.col("raw"), ("user_id", "follower_id")
    columns = {name: parse_id(raw[name]) for name in names} | {VERSION: F.col(VERSION)}
    rows = _type_lines(lines, FOLLOWER_RECORD).withColumn("row", _struct(USER_FOLLOWERS, columns))
    checks = [present(raw[name], name) for name in names]
    return _check(
        rows, "follower", F.coalesce(*checks, *(identifier(raw[name], name) for name in names))
    )


def get_data_tweets(lines: DataFrame, rules: RecordRules = RULES) -> DataFrame:
    """Read lines that are tweets."""
    typed = _type_lines(lines, TWEET_RECORD, TWEET_1, convert_tweet)
    columns = tweet_columns(F.col("raw")) | {VERSION: F.col(VERSION)}
    rows = typed.withColumn("row", _struct(TWEETS, columns))
    return _check(rows, "tweet", tweet_reason(F.col("raw"), F.col("row"), rules))


GET_DATA: Mapping[Table, Callable[[DataFrame], DataFrame]] = MappingProxyType(
    {USERS: get_data_users, USER_FOLLOWERS: get_data_followers, TWEETS: get_data_tweets}
)


def keep_newest(records: DataFrame, table: Table) -> DataFrame:
    """Keep the newest row of each key within its day, as the table's columns and dt.

    Of rows that were retrieved at one moment the greatest by the other columns from left to right,
    so that content alone decides and not the order of lines or files.
    """
    rest = [name for name in table.columns.names if name not in (*table.keys, VERSION)]
    newest = F.max(F.struct(*(F.col(f"row.{name}") for name in (VERSION, *rest)))).alias("newest")
    keys = [F.col(f"row.{key}").alias(key) for key in table.keys]
    grouped = records.where(F.col("reason").isNull()).groupBy("dt", *keys).agg(newest)
    columns = [name if name in table.keys else f"newest.{name}" for name in table.columns.names]
    return grouped.select(*columns, "dt")


def _type_lines(
    lines: DataFrame,
    schema: StructType,
    old_schema: StructType | None = None,
    convert: Callable[[Column], Column] | None = None,
) -> DataFrame:
    """Add raw, the record in version 2; fits, whether the line is such an object; retrieved_at."""
    new = _parse(schema).getField("line")
    fits = _fits(schema)
    if old_schema is not None and convert is not None:
        is_old = F.get_json_object("record", "$.id_str").isNotNull()
        new = F.when(is_old, convert(_parse(old_schema).getField("line"))).otherwise(new)
        fits = F.when(is_old, _fits(old_schema)).otherwise(fits)
    return lines.select(
        "dt", "file", "record", new.alias("raw"), fits.alias("fits"), _retrieved_at().alias(VERSION)
    )


def _parse(schema: StructType) -> Column:
    """Parse the line within a wrapper: what follows the object is then met, or hides the end."""
    return F.from_json(
        F.concat(F.lit('{"line":'), "record", F.lit(',"is_whole":true}')),
        struct_of(line=schema, is_whole=FLAG, **{CORRUPT: TEXT}),
        {"columnNameOfCorruptRecord": CORRUPT},
    )


def _fits(schema: StructType) -> Column:
    parsed = _parse(schema)
    parts_there = parsed.getField("line").isNotNull() & parsed.getField("is_whole").isNotNull()
    return parts_there & parsed.getField(CORRUPT).isNull()


def _retrieved_at() -> Column:
    """When the record was retrieved; where it does not tell, the start of its partition's day."""
    told = F.from_json("record", _RETRIEVAL)
    moments = (told["retrieved_at"], told["__twarc"]["retrieved_at"])
    parsed = (parse_timestamp(F.regexp_replace(text, r"\+00:00$", "Z")) for text in moments)
    return F.coalesce(*parsed, F.col("dt").cast("timestamp"))


def _struct(table: Table, columns: Mapping[str, Column]) -> Column:
    return F.struct(*(columns[name].alias(name) for name in table.columns.names))


def _check(rows: DataFrame, kind: str, reason: Column) -> DataFrame:
    misfit = F.lit(
        f"the line is no {kind} object: it is cut off, other text follows it, or a field has "
        "another type"
    )
    checked = rows.withColumn("reason", F.when(~F.col("fits"), misfit).otherwise(reason))
    row = F.when(F.col("reason").isNull(), F.col("row")).alias("row")
    return checked.select("dt", "file", "record", row, "reason")

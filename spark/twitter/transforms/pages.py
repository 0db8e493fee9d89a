"""Raw page text in, one row for each record out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark.twitter.schemas import CORRUPT, WRAPPED_PAGE

# What a record is, by the endpoint's `data` or the part of the page in which it stands.
TWEET, USER, ERROR = "tweet", "user", "error"
# A user who follows the subject of the request, and one whom the subject follows.
FOLLOWER, FOLLOWING = "follower", "following"
_RECORDS = "array<struct<kind:string,position:string,raw:string>>"


def split_pages(texts: DataFrame, landed: DataFrame) -> DataFrame:
    """Split the landed pages into records, each still raw text.

    `texts` has file and text; `landed` is a LANDED_OBJECT for each file, whose kind says what
    `data` of its endpoint holds. Out come file, kind, position (`data[3]`), subject_id,
    retrieved_at, raw and page_reason: null, or why the whole page is unusable; such a page, and a
    page without records, is one row whose position is null.
    """
    parsed = F.from_json(
        F.concat(F.lit('{"page":'), F.col("text"), F.lit("}")),
        WRAPPED_PAGE,
        {"columnNameOfCorruptRecord": CORRUPT},
    )
    pages = (
        texts.join(F.broadcast(landed), "file")
        .withColumn("parsed", parsed)
        .withColumn("page_reason", _page_reason())
    )
    return pages.select(
        "file",
        "retrieved_at",
        "subject_id",
        "page_reason",
        F.when(F.col("page_reason").isNotNull(), F.col("text")).alias("page_text"),
        F.explode_outer(F.when(F.col("page_reason").isNull(), _records())).alias("record"),
    ).select(
        "file",
        "record.kind",
        "record.position",
        "subject_id",
        "retrieved_at",
        F.coalesce("record.raw", "page_text").alias("raw"),
        "page_reason",
    )


def _page_reason() -> Column:
    page = F.col("parsed.page")
    is_object = F.ltrim("text").startswith("{")
    # An empty page says that it is: {"meta": {"result_count": 0}}.
    result_count = F.get_json_object(page["meta"], "$.result_count")
    return F.coalesce(
        F.when(
            page.isNull() & is_object,
            F.lit("the page is not whole JSON: it is cut off, or other text follows it"),
        ),
        F.when(page.isNull(), F.lit("the page is not a JSON object")),
        F.when(
            F.col(f"parsed.{CORRUPT}").isNotNull(),
            F.lit("data, includes or errors of the page is not a list of records"),
        ),
        F.when(
            page["data"].isNull() & page["errors"].isNull() & result_count.isNull(),
            F.lit("the page has no data, no errors and no result count: no page of this endpoint"),
        ),
    )


def _records() -> Column:
    page = F.col("parsed.page")
    return F.concat(
        _section(page["data"], "data", F.col("kind")),
        _section(page["includes"]["tweets"], "includes.tweets", F.lit(TWEET)),
        _section(page["includes"]["users"], "includes.users", F.lit(USER)),
        _section(page["errors"], "errors", F.lit(ERROR)),
    )


def _section(raw_records: Column, name: str, kind: Column) -> Column:
    """Number the raw records of one part of a page; an absent part has none."""

    def record(raw: Column, index: Column) -> Column:
        position = F.concat(F.lit(f"{name}["), index.cast("string"), F.lit("]"))
        return F.struct(kind.alias("kind"), position.alias("position"), raw.alias("raw"))

    numbered = F.transform(raw_records, record)
    return F.coalesce(numbered, F.array().cast(_RECORDS))

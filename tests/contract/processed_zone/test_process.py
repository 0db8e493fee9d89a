"""The whole job over a small landing zone, on an S3 server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import SparkSession

from spark.jobs.quality import evaluate
from spark.quality import RulesFailed
from spark.tables import Counts
from spark.twitter.landing import LandingIncomplete
from spark.twitter.process import Request, process_windows
from spark.twitter.quarantine import TooManyRejects

pytestmark = [pytest.mark.spark, pytest.mark.stack]

WINDOW = "2026-11-20T00-00-00Z"
LATER = "2026-11-20T00-15-00Z"
Run = Callable[..., Any]


def tweet(identifier: int, likes: int = 0, day: str = "2026-11-19", **more: Any) -> dict[str, Any]:
    return {
        "id": str(identifier),
        "author_id": "7",
        "text": f"tweet {identifier}",
        "created_at": f"{day}T12:00:00.000Z",
        "public_metrics": {"like_count": likes},
        **more,
    }


class Landing:
    """Lays pages and their markers as the collecting stage does."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    def lay(
        self,
        *pages: Any,
        endpoint: str = "search_recent",
        window: str = WINDOW,
        retrieved_at: str = "2026-11-20T00:01:00Z",
        identifier: str = "lochan",
    ) -> None:
        folder = f"x_api/{endpoint}/window={window}/"
        objects = []
        for number, page in enumerate(pages):
            body = page if isinstance(page, bytes) else gzip.compress(json.dumps(page).encode())
            key = f"{folder}{number:064x}.json.gz"
            etag = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"]
            stored = {"key": key, "etag": etag, "bytes": len(body), "records": 1}
            objects.append(stored | {"retrieved_at": retrieved_at, "identifier": identifier})
        marker = json.dumps({"schema_version": 1, "objects": objects}).encode()
        self.s3.put_object(Bucket=self.bucket, Key=f"{folder}_complete.json", Body=marker)

    def keys(self, prefix: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for found in listed.get("Contents", [])]

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


@pytest.fixture
def landing(s3: Any, bucket: str) -> Landing:
    return Landing(s3, bucket)


@pytest.fixture
def run(spark_s3: SparkSession, s3: Any, bucket: str) -> Run:
    def process(*windows: str, reject_limit: int = 100) -> Any:
        request = Request(bucket, "x_api", windows or (WINDOW,), bucket, "twitter", reject_limit)
        return process_windows(spark_s3.newSession(), s3, request, evaluate)

    return process


@pytest.fixture
def rows(spark_s3: SparkSession, bucket: str) -> Callable[..., list[tuple[Any, ...]]]:
    def read(table: str, *columns: str) -> list[tuple[Any, ...]]:
        frame = spark_s3.read.parquet(f"s3://{bucket}/twitter/{table}/").select(*columns)
        return sorted(tuple(row) for row in frame.collect())

    return read


def test_a_page_becomes_partitions_with_markers(
    landing: Landing, run: Run, rows: Callable[..., Any]
) -> None:
    landing.lay({"data": [tweet(1), tweet(2, day="2026-11-18")], "meta": {"result_count": 2}})
    summary = run()
    assert summary.tables["tweets"] == Counts(input=2, loaded=2, rejected=0, duplicate=0)
    assert rows("tweets", "tweet_id", "text") == [(1, "tweet 1"), (2, "tweet 2")]
    marker = json.loads(landing.read("twitter/tweets/event_date=2026-11-19/_complete.json"))
    assert marker["rows"] == 1
    assert [stored["records"] for stored in marker["objects"]] == [1]
    assert [one.partition for one in summary.partitions] == [
        "event_date=2026-11-18",
        "event_date=2026-11-19",
    ]
    assert not [key for key in landing.keys("twitter/") if "_temporary" in key]


def test_a_repeated_run_changes_no_object(landing: Landing, run: Run) -> None:
    landing.lay({"data": [tweet(1), tweet(2)]})
    run()
    before = landing.keys("twitter/")
    summary = run()
    assert landing.keys("twitter/") == before
    assert [one.changed for one in summary.partitions] == [False]


def test_an_overlapping_window_updates_and_does_not_duplicate(
    landing: Landing, run: Run, rows: Callable[..., Any]
) -> None:
    landing.lay({"data": [tweet(1, likes=1), tweet(2, likes=1)]})
    landing.lay(
        {"data": [tweet(2, likes=5), tweet(3)]},
        window=LATER,
        retrieved_at="2026-11-20T00:16:00Z",
    )
    run(WINDOW)
    summary = run(LATER)
    assert rows("tweets", "tweet_id", "like_count") == [(1, 1), (2, 5), (3, 0)]
    assert summary.tables["tweets"] == Counts(input=2, loaded=2, rejected=0, duplicate=0)
    assert len(landing.keys("twitter/tweets/event_date=2026-11-19/")) == 2


def test_windows_in_the_wrong_order_give_the_same_rows(
    landing: Landing, run: Run, rows: Callable[..., Any]
) -> None:
    landing.lay({"data": [tweet(1, likes=1)]})
    landing.lay({"data": [tweet(1, likes=5)]}, window=LATER, retrieved_at="2026-11-20T00:16:00Z")
    run(LATER)
    run(WINDOW)
    assert rows("tweets", "tweet_id", "like_count") == [(1, 5)]


def test_leftovers_of_a_broken_run_are_swept(landing: Landing, run: Run) -> None:
    landing.lay({"data": [tweet(1)]})
    run()
    folder = "twitter/tweets/event_date=2026-11-19/"
    before = landing.keys(folder)
    landing.s3.put_object(Bucket=landing.bucket, Key=f"{folder}part-0-orphan.parquet", Body=b"x")
    run()
    assert landing.keys(folder) == before


def test_damaged_pages_are_rejected_by_name(landing: Landing, run: Run) -> None:
    whole = gzip.compress(json.dumps({"data": [tweet(1)]}).encode())
    landing.lay({"data": [tweet(1)]}, whole[:-20], b"no gzip", b"", gzip.compress(b'{"data": ['))
    summary = run()
    assert summary.tables["pages"] == Counts(input=5, loaded=1, rejected=4, duplicate=0)
    assert summary.tables["tweets"].loaded == 1
    [key] = landing.keys("quarantine/twitter/")
    lines = [json.loads(line) for line in landing.read(key).splitlines()]
    folder = f"x_api/search_recent/window={WINDOW}/"
    assert {(line["file"], line["reason"].partition(":")[0]) for line in lines} == {
        (f"{folder}{1:064x}.json.gz", "the object is cut off"),
        (f"{folder}{2:064x}.json.gz", "the object is no gzip stream"),
        (f"{folder}{3:064x}.json.gz", "the object is empty"),
        (f"{folder}{4:064x}.json.gz", "the page is not whole JSON"),
    }


def test_above_the_reject_limit_nothing_is_published(landing: Landing, run: Run) -> None:
    landing.lay({"data": [tweet(1), {"id": "2"}, {"text": "no id"}]})
    with pytest.raises(TooManyRejects, match=r"2 records are unusable \(2 of tweets\)"):
        run(reject_limit=1)
    assert landing.keys("twitter/") == []
    assert len(landing.keys("quarantine/twitter/")) == 1


def test_rows_that_break_the_rules_are_not_published_and_named(landing: Landing, run: Run) -> None:
    # No check of a record looks at its counts: rules/twitter/tweets.dqdl does.
    landing.lay({"data": [tweet(1), tweet(2, likes=-5)], "meta": {"result_count": 2}})
    with pytest.raises(RulesFailed) as failure:
        run()
    first, row = str(failure.value).splitlines()
    assert first == (
        "tweets breaks 1 of its rules, nothing is published. "
        'ColumnValues "like_count" >= 0 where "like_count IS NOT NULL": '
        "Value: -5 does not meet the constraint requirement! 1 rows break them, among them:"
    )
    assert row.startswith('{"tweet_id":2,"author_id":7,"text":"tweet 2"')
    assert landing.keys("twitter/") == []


def test_a_run_tells_what_became_of_the_rules(landing: Landing, run: Run) -> None:
    landing.lay({"data": [tweet(1), tweet(2)], "meta": {"result_count": 2}})
    quality = run().quality
    assert list(quality) == ["tweets"]
    assert {one.outcome for one in quality["tweets"]} == {"Passed"}
    assert quality["tweets"][0].as_dict() == {
        "rule": 'IsPrimaryKey "tweet_id"',
        "outcome": "Passed",
        "reason": None,
        "metrics": {"Column.tweet_id.Uniqueness": 1.0},
    }


def test_followers_are_edges_and_users(
    landing: Landing, run: Run, rows: Callable[..., Any]
) -> None:
    landing.lay(
        {"data": [{"id": "1", "username": "a"}, {"id": "2", "username": "b"}]},
        endpoint="followers",
        identifier="99",
    )
    summary = run()
    assert rows("user_followers", "user_id", "follower_id") == [(99, 1), (99, 2)]
    assert rows("users", "user_id", "username") == [(1, "a"), (2, "b")]
    assert summary.tables["user_followers"].loaded == 2


def test_an_empty_page_with_errors_is_counted(landing: Landing, run: Run) -> None:
    landing.lay({"meta": {"result_count": 0}}, {"errors": [{"title": "Not Found"}]})
    summary = run()
    assert summary.api_errors == 1
    assert summary.partitions == ()
    assert summary.tables["pages"] == Counts(input=2, loaded=2, rejected=0, duplicate=0)


def test_a_window_without_marker_is_refused(landing: Landing, run: Run) -> None:
    landing.lay({"data": []})
    with pytest.raises(LandingIncomplete, match=r"No endpoint .*window=2020"):
        run("2020-01-01T00-00-00Z")


def test_an_object_rewritten_after_its_marker_is_refused(landing: Landing, run: Run) -> None:
    landing.lay({"data": [tweet(1)]})
    key = f"x_api/search_recent/window={WINDOW}/{0:064x}.json.gz"
    landing.s3.put_object(Bucket=landing.bucket, Key=key, Body=b"other")
    with pytest.raises(LandingIncomplete, match="another object by now"):
        run()

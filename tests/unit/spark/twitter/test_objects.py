from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spark.twitter.objects
from spark.twitter.objects import Target, write_objects

TWEETS = pa.struct([("tweet_id", pa.int64()), ("text", pa.string())])
USERS = pa.struct([("user_id", pa.int64())])
DAY, NEXT = date(2026, 11, 19), date(2026, 11, 20)


class MemoryS3:
    """Keeps what is put, with the MD5 as ETag as S3 has it."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: Any) -> dict[str, str]:
        assert Bucket == "zone"
        self.bodies[Key] = Body.read()
        return {"ETag": f'"{hashlib.md5(self.bodies[Key]).hexdigest()}"'}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> MemoryS3:
    memory = MemoryS3()
    monkeypatch.setattr(spark.twitter.objects.boto3, "client", lambda name, region_name: memory)
    return memory


def tweets(*rows: tuple[date, int, int]) -> pa.RecordBatch:
    """Rows of tweets by event date, file number and id."""
    return pa.RecordBatch.from_arrays(
        [
            pa.array(["tweets"] * len(rows)),
            pa.array([row[0] for row in rows]),
            pa.array([row[1] for row in rows], pa.int32()),
            pa.array([{"tweet_id": row[2], "text": f"tweet {row[2]}"} for row in rows], TWEETS),
            pa.array([None] * len(rows), USERS),
        ],
        names=["table_name", "event_date", "file_number", "tweets", "users"],
    )


def users(*identifiers: int) -> pa.RecordBatch:
    count = len(identifiers)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(["users"] * count),
            pa.array([DAY] * count),
            pa.array([0] * count, pa.int32()),
            pa.array([None] * count, TWEETS),
            pa.array([{"user_id": identifier} for identifier in identifiers], USERS),
        ],
        names=["table_name", "event_date", "file_number", "tweets", "users"],
    )


def write(*batches: pa.RecordBatch) -> list[dict[str, Any]]:
    answers = write_objects(Target("zone", "twitter", "us-east-1"), batches)
    return [row for answer in answers for row in answer.to_pylist()]


def test_each_place_is_one_object_across_batches(s3: MemoryS3) -> None:
    written = write(
        tweets((DAY, 0, 1), (DAY, 0, 2)),
        tweets((DAY, 0, 3), (DAY, 1, 4), (NEXT, 0, 5)),
        users(7),
    )
    assert [(one["table_name"], one["event_date"], one["records"]) for one in written] == [
        ("tweets", "2026-11-19", 3),
        ("tweets", "2026-11-19", 1),
        ("tweets", "2026-11-20", 1),
        ("users", "2026-11-19", 1),
    ]
    contents = [pq.read_table(io.BytesIO(s3.bodies[one["key"]])).to_pylist() for one in written]
    assert contents[0] == [
        {"tweet_id": 1, "text": "tweet 1"},
        {"tweet_id": 2, "text": "tweet 2"},
        {"tweet_id": 3, "text": "tweet 3"},
    ]
    assert contents[1:] == [
        [{"tweet_id": 4, "text": "tweet 4"}],
        [{"tweet_id": 5, "text": "tweet 5"}],
        [{"user_id": 7}],
    ]


def test_what_is_told_of_an_object_is_what_was_put(s3: MemoryS3) -> None:
    [written] = write(users(7, 8))
    body = s3.bodies[written["key"]]
    assert written["bytes"] == len(body)
    assert written["etag"] == hashlib.md5(body).hexdigest()
    assert written["key"].startswith("twitter/users/event_date=2026-11-19/part-")


def test_a_repeated_attempt_puts_beside_and_not_over(s3: MemoryS3) -> None:
    [first], [second] = write(users(7)), write(users(7))
    assert first["key"] != second["key"]
    assert len(s3.bodies) == 2


def test_no_rows_are_no_objects(s3: MemoryS3) -> None:
    assert write() == write(tweets()) == []

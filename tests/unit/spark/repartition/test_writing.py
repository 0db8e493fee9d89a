from __future__ import annotations

import hashlib
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spark.repartition.writing
from spark.repartition.writing import Slot, put_objects

SLOT = Slot("zone", "anpr/readings/", "g1", "us-east-1")


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
    monkeypatch.setattr(spark.repartition.writing.boto3, "client", lambda name, region_name: memory)
    return memory


def batch(*rows: tuple[str, int, str]) -> pa.RecordBatch:
    """Rows of event hour, file number and id."""
    hours, numbers, ids = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(hours), pa.array(numbers, pa.int32()), pa.array(ids)],
        names=["event_hour", "file_number", "id"],
    )


def test_each_hour_and_file_is_one_object_across_batches(s3: MemoryS3) -> None:
    five, six = "2026-10-25-05", "2026-10-25-06"
    batches = [
        batch((five, 0, "a"), (five, 0, "b")),
        batch((five, 0, "c"), (five, 1, "d"), (six, 0, "e")),
    ]
    written = [row for part in put_objects(SLOT, batches) for row in part.to_pylist()]
    assert [(one["event_hour"], one["records"]) for one in written] == [
        (five, 3),
        (five, 1),
        (six, 1),
    ]
    contents = [pq.read_table(io.BytesIO(s3.bodies[one["key"]])).to_pydict() for one in written]
    assert contents == [{"id": ["a", "b", "c"]}, {"id": ["d"]}, {"id": ["e"]}]
    assert written[2]["key"].startswith(
        "anpr/readings/year=2026/month=10/day=25/hour=06/generation=g1/part-"
    )
    for one in written:
        body = s3.bodies[one["key"]]
        assert one["bytes"] == len(body)
        assert one["etag"] == hashlib.md5(body).hexdigest()


def test_no_rows_are_no_objects(s3: MemoryS3) -> None:
    assert list(put_objects(SLOT, [])) == []
    assert s3.bodies == {}

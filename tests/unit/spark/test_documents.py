from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from spark.documents import put_document, read_document, split_uri


def test_a_uri_names_bucket_and_key() -> None:
    assert split_uri("s3://zone/plans/one.json") == ("zone", "plans/one.json")


@pytest.mark.parametrize("uri", ["zone/plan.json", "s3://zone", "s3://zone/", "http://zone/a"])
def test_what_is_no_uri_of_an_object_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no s3://bucket/key"):
        split_uri(uri)


@dataclass(frozen=True)
class Plan:
    table: str
    rows: int


class Bucket:
    """What was put, and how it is read again."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[Bucket, Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, io.BytesIO]:
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}


def test_a_document_is_lines_of_json_and_reads_as_it_was_written() -> None:
    s3 = Bucket()
    put_document(s3, "s3://zone/plans/one.json", Plan("tweets", 3))
    assert s3.objects == {("zone", "plans/one.json"): b'{\n "table": "tweets",\n "rows": 3\n}'}
    assert read_document(s3, "s3://zone/plans/one.json") == {"table": "tweets", "rows": 3}

"""Rejects take the numbers of their lines, counted from 1 in the file as it lies there."""

from __future__ import annotations

import bz2
import gzip
import io
from typing import Any

import pytest

from spark.rejects import Recognition, _read_lines, number_lines

LINE = Recognition(str.rstrip)


def positions(text: str, *records: str | None) -> list[str | None]:
    rejects: list[dict[str, Any]] = [{"record": record, "position": None} for record in records]
    number_lines(text.split("\n"), rejects, LINE)
    return [reject["position"] for reject in rejects]


def test_a_record_takes_the_number_of_its_line() -> None:
    assert positions("good\n\nbad\nworse", "worse", "bad") == ["4", "3"]


def test_equal_records_take_a_line_each() -> None:
    assert positions("bad\ngood\nbad\nbad", "bad", "bad") == ["1", "3"]


def test_what_no_line_is_or_has_no_record_has_no_position() -> None:
    assert positions("good", "bad", None) == [None, None]


def test_no_line_is_read_after_the_last_reject() -> None:
    def lines() -> Any:
        yield "bad"
        raise AssertionError("one too many")

    number_lines(lines(), [{"record": "bad", "position": None}], LINE)
    number_lines(lines(), [{"record": None, "position": None}], LINE)


def test_lines_of_which_no_word_is_known_are_not_looked_at() -> None:
    looked: list[str] = []

    def identity(text: str) -> str:
        looked.append(text)
        return text

    reject = {"record": "b bad", "position": None}
    lines = ["a good", "b good", "", "b bad"]
    number_lines(lines, [reject], Recognition(identity, lambda text: text.split()[:1]))
    assert reject["position"] == "4"
    assert looked == ["b bad", "b good", "", "b bad"]


class S3:
    """A bucket of one object."""

    def __init__(self, key: str, body: bytes) -> None:
        self.key, self.body = key, body

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == ("bucket", self.key)
        return {"Body": io.BytesIO(self.body)}


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("a/dt=1/x.json", "s3://bucket/a/dt=1/x.json"),
        ("a b.json.gz", "s3a://bucket/a%20b.json.gz"),
        ("a/x.json.bz2", "a/x.json.bz2"),
    ],
)
def test_lines_are_read_of_whatever_is_packed(key: str, file: str) -> None:
    pack = {"gz": gzip.compress, "bz2": bz2.compress}.get(key.rpartition(".")[2], bytes)
    s3 = S3(key, pack("é\r\n\u2028\n\nlast".encode()))
    assert list(_read_lines(s3, "bucket", file)) == ["é", "\u2028", "", "last"]


@pytest.mark.parametrize("file", [None, "", "s3://bucket/a/dt=1/"])
def test_a_folder_has_no_lines(file: str | None) -> None:
    assert list(_read_lines(S3("x", b""), "bucket", file)) == []

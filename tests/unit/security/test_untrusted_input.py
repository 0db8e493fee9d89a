"""Bytes of strangers, at random: each reader answers, or raises the error that it documents.

A test of its kind runs some seconds; FUZZ_EXAMPLES=100000 looks for longer. Inputs are noise, and
sound input that was cut, mutated or nested: noise alone rarely gets past a first check.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lochan.glue.crawler.classification import classify
from lochan.glue.crawler.listing import StoredObject
from lochan.glue.crawler.samples import MOST_BYTES, Sample
from lochan.redshift.wire.copy.errors import CopyError, CopySyntaxError
from lochan.redshift.wire.copy.json_documents import (
    map_by_name,
    map_whole,
    parse_json_paths,
    read_documents,
    render_super,
    render_text,
)
from lochan.redshift.wire.copy.lines import LineSource, RowTooLargeError, WrongEncodingError
from lochan.redshift.wire.copy.objects import parse_manifest
from lochan.redshift.wire.copy.parser import parse_copy
from lochan.redshift.wire.copy.statement import AutoMapping, Conversions, Csv, DelimitedText
from lochan.redshift.wire.copy.text import RecordReader
from lochan.redshift.wire.errors import ProtocolViolation, WireError
from lochan.redshift.wire.frames import FrameBuffer
from lochan.redshift.wire.messages import opening, requests
from lochan.redshift.wire.query_log import redact
from lochan.redshift.wire.sql.tokens import tokenize
from lochan.redshift.wire.unload.parser import parse_unload
from tasks.twitter.x_api import XApi
from tasks.twitter.x_errors import XApiError
from tests.unit.security.fuzzing import fuzzed

# More than Python's parser of JSON follows.
DEEP = 200_000

GRAMMAR = (
    "COPY UNLOAD t ( ) FROM TO 's3://bucket/key' 's3://' IAM_ROLE DEFAULT CSV QUOTE AS NULL 1 -1 "
    "DELIMITER ',' '' FORMAT JSON PARQUET MANIFEST GZIP ZSTD REGION 'eu-west-1' 'x' $$ /* -- \" ; "
    "MAXERROR IGNOREHEADER DATEFORMAT 'auto' ACCESS_KEY_ID CREDENTIALS 'SELECT 1' , . \0 é "
    "PARTITION BY HEADER ALLOWOVERWRITE MAXFILESIZE FIXEDWIDTH ENCODING UTF16"
)
words = st.sampled_from(GRAMMAR.split())
statements = st.lists(words, max_size=14).map(" ".join) | st.text(max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def cut(text: bytes, at: int, noise: bytes) -> bytes:
    """Replace what stands at a place by noise."""
    place = at % (len(text) + 1)
    return text[:place] + noise + text[place + len(noise) :]


documents = st.builds(
    cut,
    values.map(lambda value: json.dumps(value).encode()),
    st.integers(0, 500),
    st.binary(max_size=3),
)
lines = st.lists(
    st.lists(st.sampled_from(["1", "a", '"', '"b', "\\", "", "2.5", "\0", "\r", "é"])).map(
        ",".join
    ),
    max_size=8,
).map(lambda rows: "\n".join(rows).encode())
contents = st.binary(max_size=200) | documents | lines


@fuzzed
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_bytes_of_a_connection(pieces: list[bytes]) -> None:
    buffer = FrameBuffer()
    with suppress(ProtocolViolation):
        for piece in pieces:
            buffer.feed(piece)
            while (frame := buffer.take()) is not None:
                assert frame.encode()


@fuzzed
@given(
    st.sampled_from(
        [
            *(requests.Password, requests.Query, requests.Parse, requests.Bind),
            *(requests.Describe, requests.Close, requests.Execute, requests.Sync),
            *(requests.CopyData, requests.CopyFail, requests.Terminate),
        ]
    ),
    st.binary(max_size=60),
)
def test_messages_of_a_client(kind: Any, payload: bytes) -> None:
    with suppress(ProtocolViolation):
        assert kind.decode(payload).encode()


@fuzzed
@given(st.binary(max_size=60) | st.binary(max_size=40).map(b"\0\x03\0\0".__add__))
def test_first_messages_of_a_connection(payload: bytes) -> None:
    with suppress(ProtocolViolation):
        opening.decode_opening(payload)


@fuzzed
@given(statements)
def test_statements(text: str) -> None:
    with suppress(WireError):
        assert "".join(token.text for token in tokenize(text)) == text
    redact(text)


@fuzzed
@given(statements.map(lambda text: f"COPY t FROM 's3://bucket/key' {text}") | statements)
def test_parameters_of_copy(text: str) -> None:
    with suppress(CopySyntaxError):
        assert parse_copy(text).table.parts


@fuzzed
@given(statements.map(lambda text: f"UNLOAD ('SELECT 1') TO 's3://bucket/key' {text}") | statements)
def test_parameters_of_unload(text: str) -> None:
    with suppress(WireError, CopySyntaxError):
        parse_unload(text)


@fuzzed
@given(contents, st.integers(1, 20), st.sampled_from(["UTF8", "UTF16", "UTF16LE"]), st.booleans())
def test_lines_of_copy(body: bytes, size: int, encoding: str, is_csv: bool) -> None:
    pieces = (body[begin : begin + size] for begin in range(0, len(body), size))
    source = LineSource(pieces, encoding)
    layout = Csv() if is_csv else DelimitedText(",", escape=True, remove_quotes=False)
    reader = RecordReader(layout, Conversions(), 3)
    with suppress(WrongEncodingError, RowTooLargeError):
        number = 1
        while (block := source.take_block()) is not None:
            for record in reader.read(block, number, source):
                assert record.line_number >= number
            number = source.next_line_number


def read_all(body: bytes) -> None:
    by_name = map_by_name(["a"], [render_text], AutoMapping(ignore_case=True))
    for mapping in (map_whole(render_super), by_name):
        list(read_documents([body], Conversions(), mapping))


@fuzzed
@given(contents)
def test_documents_of_copy(body: bytes) -> None:
    with suppress(CopyError, RowTooLargeError, WrongEncodingError):
        read_all(body)


@fuzzed
@given(contents | values.map(lambda value: json.dumps({"entries": value}).encode()))
def test_manifests(body: bytes) -> None:
    for needs_length in (True, False):
        with suppress(CopyError):
            parse_manifest(body, needs_length=needs_length)


@fuzzed
@given(contents | values.map(lambda value: json.dumps({"jsonpaths": value}).encode()))
def test_paths_of_copy(body: bytes) -> None:
    with suppress(CopyError, CopySyntaxError):
        parse_json_paths(body)


@dataclass
class OneObject:
    """An S3 that holds one object, whatever is asked for."""

    body: bytes

    def get_object(self, *, Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        begin, end = Range.removeprefix("bytes=").split("-")
        return {"Body": io.BytesIO(self.body[int(begin) : int(end) + 1])}


def sample_of(body: bytes) -> Sample:
    return Sample(OneObject(body), StoredObject("b", "k", (), len(body)))


def parquet() -> bytes:
    written = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), written)
    return written.getvalue()


PARQUET = parquet()


@fuzzed
@given(contents | contents.map(gzip.compress))
def test_files_that_a_crawler_meets(body: bytes) -> None:
    classify(sample_of(body))


@fuzzed
@example(at=202, noise=b"\x80")  # in the name of a column
@given(st.integers(0, len(PARQUET)), st.binary(min_size=1, max_size=4))
def test_damaged_parquet_that_a_crawler_meets(at: int, noise: bytes) -> None:
    classify(sample_of(cut(PARQUET, at, noise)))


@fuzzed
@given(contents.map(gzip.compress), st.integers(0, 200), st.binary(max_size=4))
def test_damaged_gzip_that_a_crawler_meets(packed: bytes, at: int, noise: bytes) -> None:
    classify(sample_of(cut(packed, at, noise)))


def pages_of(body: bytes, status: int = 200) -> Iterator[Any]:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    with XApi("https://x.test", "token", transport=transport, sleep=lambda _: None) as client:
        yield from client.fetch_pages("search_recent", {"query": "data"})


@fuzzed
@given(
    contents
    | st.builds(
        lambda data, meta: json.dumps({"data": data, "meta": meta, "errors": data}).encode(),
        values,
        values | st.fixed_dictionaries({"next_token": values}),
    ),
    st.sampled_from([200, 200, 200, 400, 401, 403, 404]),
)
def test_pages_of_the_x_api(body: bytes, status: int) -> None:
    with suppress(XApiError):
        for page in pages_of(body, status):
            assert page.records >= 0
            assert page.errors >= 0


NESTED = [b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP]


@pytest.mark.parametrize("body", NESTED)
def test_json_nested_without_end_is_refused_like_other_damage(body: bytes) -> None:
    with pytest.raises(CopyError):
        parse_manifest(body, needs_length=False)
    with pytest.raises(CopyError):
        parse_json_paths(body)
    read_all(body)
    classify(sample_of(body))
    for status in (200, 403):
        with suppress(XApiError):
            for page in pages_of(body, status):
                assert page.document is None


# Python's parser follows them; what reads the result then needs more of the stack than it did.
@pytest.mark.parametrize("depth", range(100, 1000, 100))
def test_json_nested_to_the_brim_is_read_or_refused(depth: int) -> None:
    for body in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        read_all(body)
        classify(sample_of(body))


def test_a_crawler_unpacks_no_more_than_it_looks_at() -> None:
    bomb = gzip.compress(bytes(300 * 1024 * 1024), compresslevel=9)
    assert len(bomb) < 400_000
    assert len(sample_of(bomb).content) <= MOST_BYTES

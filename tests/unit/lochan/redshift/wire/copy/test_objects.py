"""What a COPY finds in S3, and what it says where it finds nothing.

Texts: public reports and the test suite of Redshift's engineers, read 2026-11-20.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from lochan.redshift.wire.copy.errors import CopyError
from lochan.redshift.wire.copy.objects import (
    CHUNK_BYTES,
    DataFile,
    ManifestEntry,
    find_files,
    open_object,
    parse_manifest,
    read_chunks,
)
from lochan.redshift.wire.copy.statement import Compression, Manifest, Prefix, S3Location

WRONG_FORM = (
    "Manifest file is not in expected format - {}. Please check the user documentation for the "
    "correct format of manifest file during copy command."
)


def test_listing_goes_on_after_a_thousand_keys(s3: Any, put: Callable[..., str]) -> None:
    for number in range(1003):
        put(f"many/{number:04}", "")
    files = find_files(s3, Prefix(S3Location("landing", "many/")), needs_length=False)
    assert [file.location.key for file in files] == [f"many/{number:04}" for number in range(1003)]


def test_manifest_entries_are_read() -> None:
    entries = [
        {"url": "s3://alpha/1", "mandatory": True, "meta": {"content_length": 12}},
        {"url": "s3://beta/x/2"},
    ]
    body = json.dumps({"entries": entries}).encode()
    assert parse_manifest(body, needs_length=False) == [
        ManifestEntry(S3Location("alpha", "1"), True, None),
        ManifestEntry(S3Location("beta", "x/2"), False, None),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "Manifest file is not in correct json format"),
        ("[]", "Root must be a json object in the manifest file"),
        ("{}", WRONG_FORM.format("'entries' field missing")),
        ('{"entries": [{}]}', WRONG_FORM.format("'url' field missing")),
        ('{"entries": ["s3://b/x"]}', WRONG_FORM.format("'url' field missing")),
        (
            '{"entries": [{"url": "s3://buck/x", "mandatory": "yes"}]}',
            WRONG_FORM.format("'mandatory' field must be true or false"),
        ),
        (
            '{"entries": [{"url": "s3://buck/"}]}',
            "COPY with MANIFEST parameter requires full path of an S3 object.",
        ),
        (
            '{"entries": [{"url": "s3://B/x"}]}',
            "Manifest file: 's3://B/x' does not name a valid S3 bucket",
        ),
    ],
)
def test_malformed_manifest_is_refused(body: str, message: str) -> None:
    with pytest.raises(CopyError) as failure:
        parse_manifest(body.encode(), needs_length=False)
    assert failure.value.message == message


def test_manifest_that_is_not_there_is_told(s3: Any) -> None:
    with pytest.raises(CopyError) as failure:
        find_files(s3, Manifest(S3Location("landing", "absent")), needs_length=False)
    assert failure.value.message == (
        "Problem reading manifest file - S3ServiceException:The specified key does not exist.,"
        "Status 404,Error NoSuchKey"
    )


def test_manifest_whose_files_are_all_missing_is_an_error(s3: Any, put: Callable[..., str]) -> None:
    put("manifest", '{"entries": [{"url": "s3://landing/absent"}]}')
    with pytest.raises(CopyError, match=r"No files found in manifest file\."):
        find_files(s3, Manifest(S3Location("landing", "manifest")), needs_length=False)


def test_decompression_is_bounded_by_pieces(s3: Any, put: Callable[..., str]) -> None:
    size = 20 * CHUNK_BYTES
    put("bomb", gzip.compress(b"\0" * size))
    file = DataFile(S3Location("landing", "bomb"), 0)
    with open_object(s3, file.location) as body:
        pieces = [len(piece) for piece in read_chunks(body, file, Compression.GZIP)]
    assert sum(pieces) == size
    assert max(pieces) <= CHUNK_BYTES


def test_truncated_compressed_file_is_told(s3: Any, put: Callable[..., str]) -> None:
    put("cut", gzip.compress(b"1|2\n" * 100)[:-9])
    file = DataFile(S3Location("landing", "cut"), 0)
    with open_object(s3, file.location) as body, pytest.raises(CopyError) as failure:
        list(read_chunks(body, file, Compression.GZIP))
    assert failure.value.message == "File is truncated or not in GZIP format."
    assert "S3 key being read : s3://landing/cut" in (failure.value.detail or "")


def test_object_that_vanished_is_told(s3: Any) -> None:
    with pytest.raises(CopyError) as failure:
        open_object(s3, S3Location("landing", "gone"))
    assert failure.value.message == (
        "S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey"
    )

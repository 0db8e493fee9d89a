"""The S3 objects that a COPY reads: found by prefix or manifest, opened as streams."""

import bz2
import gzip
import json
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

import pyarrow
from botocore.exceptions import BotoCoreError, ClientError

from lochan.redshift.wire.copy.errors import (
    LOAD_CODE,
    SPECTRUM_MANIFEST_CODE,
    SPECTRUM_REQUEST_CODE,
    CopyError,
    CopySyntaxError,
    internal_error,
    spectrum_error,
)
from lochan.redshift.wire.copy.locations import parse_location
from lochan.redshift.wire.copy.statement import (
    Compression,
    Manifest,
    Prefix,
    S3Location,
    Source,
)

CHUNK_BYTES = 1 << 20
_REQUESTS_AT_ONCE = 8
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


@dataclass(frozen=True)
class DataFile:
    """One object to load, with the size that the listing or a HEAD request gave."""

    location: S3Location
    size: int


@dataclass(frozen=True)
class ManifestEntry:
    """One entry of a manifest.

    https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
    """

    location: S3Location
    mandatory: bool
    content_length: int | None


def find_files(s3: Any, source: Source, *, needs_length: bool) -> list[DataFile]:
    """List what a COPY loads; `needs_length` asks manifests for `meta.content_length` (Parquet)."""
    match source:
        case Prefix(location):
            files = _list_prefix(s3, location)
            if not files:
                raise internal_error(
                    f"The specified S3 prefix '{location.key}' does not exist", LOAD_CODE
                )
        case Manifest(location):
            files = _read_manifest(s3, location, needs_length=needs_length)
    return files


def read_object(s3: Any, location: S3Location) -> bytes:
    """Read one small object whole."""
    with open_object(s3, location) as body:
        return body.read()


def open_object(s3: Any, location: S3Location) -> IO[bytes]:
    """Open one object; errors name its key as Redshift does."""
    try:
        body: IO[bytes] = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]
    except (ClientError, BotoCoreError) as error:
        raise s3_error(error, f"S3 key being read : {location.uri}") from error
    return body


def read_chunks(
    body: IO[bytes], file: DataFile, compression: Compression | None
) -> Iterator[bytes]:
    """Read an open object piece by piece, decompressed: no piece is larger than CHUNK_BYTES."""
    stream = _decompress(body, compression)
    while chunk := _read_chunk(stream, file, compression):
        yield chunk


def s3_error(error: ClientError | BotoCoreError, context: str) -> CopyError:
    """Tell an S3 failure in Redshift's words."""
    return internal_error(f"S3ServiceException:{_describe(error)}", LOAD_CODE, context)


def file_url(s3: Any, location: S3Location) -> str:
    """The form in which scan errors name a file."""
    return f"https://s3.{s3.meta.region_name}.amazonaws.com/{location.bucket}/{location.key}"


def _describe(error: ClientError | BotoCoreError) -> str:
    if not isinstance(error, ClientError):
        return str(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    details = error.response.get("Error", {})
    return f"{details.get('Message', '')},Status {status},Error {details.get('Code', '')}"


def _list_prefix(s3: Any, location: S3Location) -> list[DataFile]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=location.bucket, Prefix=location.key
    )
    try:
        return [
            DataFile(S3Location(location.bucket, item["Key"]), item["Size"])
            for page in pages
            for item in page.get("Contents", ())
            if not _is_folder_marker(item)
        ]
    except (ClientError, BotoCoreError) as error:
        raise s3_error(error, f"Listing bucket={location.bucket} prefix={location.key}") from error


def _is_folder_marker(item: dict[str, Any]) -> bool:
    """Consoles make empty objects named like folders; they hold no data."""
    return bool(item["Size"] == 0 and item["Key"].endswith("/"))


def _read_manifest(s3: Any, location: S3Location, *, needs_length: bool) -> list[DataFile]:
    entries = parse_manifest(_fetch_manifest(s3, location), needs_length=needs_length)
    with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as requests:
        sizes = list(requests.map(lambda entry: _find_size(s3, entry.location), entries))
    files = []
    for entry, size in zip(entries, sizes, strict=True):
        if size is not None:
            _check_length(s3, entry, size, needs_length=needs_length)
            files.append(DataFile(entry.location, size))
        elif entry.mandatory:
            raise internal_error(
                "Mandatory url is not present in manifest file.",
                LOAD_CODE,
                f"Manifest file location={location.uri} url={entry.location.uri}",
            )
    if not files:
        raise internal_error(
            "No files found in manifest file.", LOAD_CODE, f"Manifest file location={location.uri}"
        )
    return files


def _fetch_manifest(s3: Any, location: S3Location) -> bytes:
    try:
        body: bytes = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    except (ClientError, BotoCoreError) as error:
        message = f"Problem reading manifest file - S3ServiceException:{_describe(error)}"
        raise internal_error(message, LOAD_CODE, location.uri) from error
    return body


def parse_manifest(text: bytes, *, needs_length: bool) -> list[ManifestEntry]:
    """Read a manifest's entries; raises CopyError in Redshift's words where it is malformed."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise internal_error("Manifest file is not in correct json format", LOAD_CODE) from error
    if not isinstance(document, dict):
        raise internal_error("Root must be a json object in the manifest file", LOAD_CODE)
    entries = document.get("entries")
    if not isinstance(entries, list):
        raise _manifest_error("'entries' field missing")
    return [_parse_entry(entry, needs_length=needs_length) for entry in entries]


def _parse_entry(entry: Any, *, needs_length: bool) -> ManifestEntry:
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        raise _manifest_error("'url' field missing")
    mandatory = entry.get("mandatory", False)
    if not isinstance(mandatory, bool):
        raise _manifest_error("'mandatory' field must be true or false")
    return ManifestEntry(
        _parse_url(entry["url"]), mandatory, _parse_length(entry) if needs_length else None
    )


def _parse_url(url: str) -> S3Location:
    try:
        location = parse_location(url)
    except CopySyntaxError as error:
        raise CopyError(error.sqlstate, f"Manifest file: {error.message}") from error
    if not location.key:
        raise internal_error(
            "COPY with MANIFEST parameter requires full path of an S3 object.", LOAD_CODE, url
        )
    return location


def _parse_length(entry: dict[str, Any]) -> int:
    meta = entry.get("meta")
    if not isinstance(meta, dict):
        raise internal_error("File entry does not have 'meta' key.", SPECTRUM_MANIFEST_CODE)
    length = meta.get("content_length")
    if not isinstance(length, int) or isinstance(length, bool):
        raise internal_error(
            "File entry does not have 'content_length' key.", SPECTRUM_MANIFEST_CODE
        )
    return length


def _manifest_error(problem: str) -> CopyError:
    return internal_error(
        f"Manifest file is not in expected format - {problem}. Please check the user documentation "
        "for the correct format of manifest file during copy command.",
        LOAD_CODE,
    )


def _find_size(s3: Any, location: S3Location) -> int | None:
    """Ask for an object's size; an object that is not there has none."""
    try:
        size: int = s3.head_object(Bucket=location.bucket, Key=location.key)["ContentLength"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise s3_error(error, f"S3 key being read : {location.uri}") from error
    except BotoCoreError as error:
        raise s3_error(error, f"S3 key being read : {location.uri}") from error
    return size


def _check_length(s3: Any, entry: ManifestEntry, size: int, *, needs_length: bool) -> None:
    """Refuse a stated length that is not the file's: a scan would ask for bytes that are not there.

    A length too great ends on AWS in "HTTP response error code: 416 Message: InvalidRange".
    """
    if needs_length and entry.content_length != size:
        raise spectrum_error(
            "HTTP response error code: 416 Message: InvalidRange The requested range is not "
            f"satisfiable. content_length in manifest: {entry.content_length}, size of file: "
            f"{size}, File name: {file_url(s3, entry.location)}",
            SPECTRUM_REQUEST_CODE,
        )


def _decompress(body: IO[bytes], compression: Compression | None) -> IO[bytes]:
    match compression:
        case None:
            return body
        case Compression.GZIP:
            return gzip.GzipFile(fileobj=body)  # type: ignore[return-value]
        case Compression.BZIP2:
            return bz2.BZ2File(body)
        case Compression.ZSTD:
            stream: IO[bytes] = pyarrow.CompressedInputStream(body, "zstd")
            return stream


def _read_chunk(stream: IO[bytes], file: DataFile, compression: Compression | None) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        if compression is None:
            raise internal_error(
                "S3 read failed", LOAD_CODE, f"{file.location.uri}: {error}"
            ) from error
        raise internal_error(
            f"File is truncated or not in {compression.value} format.",
            LOAD_CODE,
            f"S3 key being read : {file.location.uri}",
        ) from error
    except BotoCoreError as error:
        raise s3_error(error, f"S3 key being read : {file.location.uri}") from error

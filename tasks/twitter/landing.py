"""The landing zone: raw pages of X under deterministic keys, and the markers that complete them.

A partition is one endpoint in one window of time:

    x_api/<endpoint>/window=<start>/<sha256 of endpoint, identifier, cursor>.json.gz
    x_api/<endpoint>/window=<start>/_complete.json     names every page that counts
    x_api/<endpoint>/window=<start>/_collecting.json   there while somebody collects

A page is landed, unchanged, before the next one is asked for, so an interrupted collection goes
on behind its last page. The marker is written last: what it does not name does not count, and is
swept. One collector at a time works on a partition (the deployment's concurrency limit).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tasks.twitter.x_api import LARGEST_BODY_BYTES, Page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCHEMA_VERSION = 1
MARKER_NAME = "_complete.json"
PROGRESS_NAME = "_collecting.json"
_DELETE_BATCH = 1000


class LandingError(Exception):
    """The landing zone cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Window:
    """A stretch of event time in whole seconds of UTC, its end exclusive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.utcoffset() is None or moment.microsecond:
                raise ValueError(f"{moment} must have a time zone and whole seconds.")
        if self.start >= self.end:
            raise ValueError(f"The window ends at {self.end}, not after its start {self.start}.")

    @property
    def name(self) -> str:
        """The start as keys show it: 2026-11-20T00-00-00Z."""
        return f"{self.start.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}"


@dataclass(frozen=True)
class LandedObject:
    """One landed page, as the marker names it.

    identifier: the query, the user's id, or the digest of looked-up ids that it answers.
    """

    key: str
    etag: str
    bytes: int
    records: int
    errors: int
    readable: bool
    identifier: str
    retrieved_at: str


@dataclass(frozen=True)
class Marker:
    """What a complete partition holds.

    derived_from: the digest of what its requests were derived from, empty where nothing.
    """

    endpoint: str
    window: Window
    objects: tuple[LandedObject, ...]
    derived_from: str = ""

    def covers(self, identifiers: Iterable[str]) -> bool:
        """Whether all of these are collected, up to a last page that could be read."""
        unreadable = {item.identifier for item in self.objects if not item.readable}
        return set(identifiers) <= {item.identifier for item in self.objects} - unreadable


@dataclass(frozen=True)
class Partition:
    """One endpoint in one window of time, in the landing bucket."""

    s3: S3Client = field(repr=False)
    bucket: str
    endpoint: str
    window: Window

    @property
    def prefix(self) -> str:
        """The prefix under which everything of the partition lies."""
        return f"x_api/{self.endpoint}/window={self.window.name}/"

    @property
    def marker_key(self) -> str:
        """The key of the completion marker."""
        return self.prefix + MARKER_NAME

    @property
    def marker_uri(self) -> str:
        """The address of the completion marker."""
        return f"s3://{self.bucket}/{self.marker_key}"

    def page_key(self, identifier: str, cursor: str | None) -> str:
        """The key of a page; the same page has the same key for ever."""
        identity = json.dumps([self.endpoint, identifier, cursor or ""], ensure_ascii=False)
        return f"{self.prefix}{hashlib.sha256(identity.encode()).hexdigest()}.json.gz"

    def land(self, page: Page) -> LandedObject:
        """Write a page as X sent it. The same page makes the same object."""
        key = self.page_key(page.identifier, page.cursor)
        packed = gzip.compress(page.body, compresslevel=6, mtime=0)
        retrieved_at = f"{page.retrieved_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        answer = self.s3.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=packed,
            ContentType="application/gzip",
            Metadata={"endpoint": page.endpoint, "url": page.url, "retrieved-at": retrieved_at},
        )
        return _describe(page, key, answer["ETag"], len(packed), retrieved_at)

    def read(self, identifier: str, cursor: str | None) -> tuple[Page, LandedObject] | None:
        """A landed page, or None where it is absent or its object is damaged."""
        return self._read(self.page_key(identifier, cursor), identifier, cursor)

    def read_named(self, item: LandedObject) -> Page:
        """A page that the marker names; its cursor is not known any more."""
        found = self._read(item.key, item.identifier, None)
        if found is None:
            raise LandingError(
                f"{self.marker_uri} names {item.key}, which is gone or damaged: collect the "
                "window again with refresh."
            )
        return found[0]

    def _read(
        self, key: str, identifier: str, cursor: str | None
    ) -> tuple[Page, LandedObject] | None:
        answer = _get(self.s3, self.bucket, key)
        if answer is None:
            return None
        packed, metadata = answer["Body"].read(), answer["Metadata"]
        if not packed:
            return None  # even an empty page has a gzip header
        try:
            body = _unpack(packed)
            retrieved_at = datetime.fromisoformat(metadata["retrieved-at"])
        except (EOFError, OSError, zlib.error, KeyError, ValueError):
            return None  # it is fetched again and overwritten
        url = metadata.get("url", "")
        page = Page(self.endpoint, identifier, cursor, body, retrieved_at, 200, url)
        item = _describe(page, key, answer["ETag"], len(packed), metadata["retrieved-at"])
        return page, item

    def read_marker(self) -> Marker | None:
        """The completion marker, or None where the partition is not complete."""
        answer = _get(self.s3, self.bucket, self.marker_key)
        if answer is None:
            return None
        return parse_marker(answer["Body"].read(), self.marker_uri)

    def write_marker(self, marker: Marker) -> None:
        """Complete the partition."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=self.marker_key,
            Body=format_marker(marker),
            ContentType="application/json",
        )

    def withdraw_marker(self) -> None:
        """Make the partition incomplete: before pages that a marker names are overwritten."""
        self.s3.delete_object(Bucket=self.bucket, Key=self.marker_key)

    def read_start(self) -> datetime | None:
        """When the collection began that has not ended, or None where there is none."""
        answer = _get(self.s3, self.bucket, self.prefix + PROGRESS_NAME)
        if answer is None:
            return None
        return datetime.fromisoformat(json.loads(answer["Body"].read())["started_at"])

    def write_start(self, moment: datetime) -> None:
        """Note that a collection begins: its pages are those retrieved from then on."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=self.prefix + PROGRESS_NAME,
            Body=json.dumps({"started_at": moment.isoformat()}).encode(),
            ContentType="application/json",
        )

    def sweep(self, marker: Marker) -> int:
        """Delete what the marker does not name, and tell how many objects that were."""
        named = {item.key for item in marker.objects} | {self.marker_key}
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        found = [item["Key"] for page in pages for item in page.get("Contents", [])]
        orphans = [key for key in found if key not in named]
        for first in range(0, len(orphans), _DELETE_BATCH):
            batch = orphans[first : first + _DELETE_BATCH]
            self._delete(batch)
        return len(orphans)

    def _delete(self, keys: list[str]) -> None:
        answer = self.s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
        )
        if errors := answer.get("Errors"):
            first = errors[0]
            raise LandingError(
                f"{len(errors)} objects under s3://{self.bucket}/{self.prefix} could not be "
                f"deleted, the first of them {first.get('Key')}: {first.get('Message')}."
            )


def format_marker(marker: Marker) -> bytes:
    """The marker's JSON: the same for the same objects, in whatever order they came."""
    objects = [asdict(item) for item in sorted(marker.objects, key=lambda item: item.key)]
    document = {
        "schema_version": SCHEMA_VERSION,
        "endpoint": marker.endpoint,
        "window": {
            "start": marker.window.start.astimezone(UTC).isoformat(),
            "end": marker.window.end.astimezone(UTC).isoformat(),
        },
        "derived_from": marker.derived_from,
        "counts": {
            "objects": len(objects),
            "records": sum(item.records for item in marker.objects),
            "errors": sum(item.errors for item in marker.objects),
            "unreadable": sum(not item.readable for item in marker.objects),
        },
        "objects": objects,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def parse_marker(text: bytes, uri: str) -> Marker:
    """Read a marker back; LandingError where it is of another version or damaged."""
    try:
        document: Mapping[str, Any] = json.loads(text)
        if document["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"its schema version is {document['schema_version']}")
        start, end = (document["window"][name] for name in ("start", "end"))
        return Marker(
            endpoint=document["endpoint"],
            window=Window(datetime.fromisoformat(start), datetime.fromisoformat(end)),
            objects=tuple(LandedObject(**item) for item in document["objects"]),
            derived_from=document["derived_from"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise LandingError(
            f"{uri} is not a completion marker of version {SCHEMA_VERSION}: {error}. Delete it, "
            "and the window is collected again."
        ) from error


def _unpack(packed: bytes) -> bytes:
    """Undo gzip; ValueError for what unpacks to more than any page can be."""
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
        body = stream.read(LARGEST_BODY_BYTES + 1)
    if len(body) > LARGEST_BODY_BYTES:
        raise ValueError("it unpacks to more than any page of X holds")
    return body


def _describe(page: Page, key: str, etag: str, size: int, retrieved_at: str) -> LandedObject:
    return LandedObject(
        key=key,
        etag=etag.strip('"'),
        bytes=size,
        records=page.records,
        errors=page.errors,
        readable=page.document is not None,
        identifier=page.identifier,
        retrieved_at=retrieved_at,
    )


def _get(s3: S3Client, bucket: str, key: str) -> Any:
    """The answer of GetObject, or None where there is no such key."""
    try:
        return s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchKey":
            return None
        if code == "NoSuchBucket":
            raise LandingError(
                f"The landing bucket {bucket} does not exist: provision it, or set LANDING_BUCKET "
                "to the one that does."
            ) from error
        raise

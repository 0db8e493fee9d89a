"""The processed zone as the warehouse reads it: markers, load ids, manifests.

A partition is what its completion marker names; without a marker it is not there yet.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MARKER_NAME = "_complete.json"


class ProcessedZoneError(Exception):
    """The processed zone cannot be loaded from; the message names the object and what to do."""


@dataclass(frozen=True, order=True)
class StoredObject:
    """An object as a marker or a listing names it; etag without quotes."""

    key: str
    etag: str
    bytes: int


@dataclass(frozen=True)
class PartitionMarker:
    """What a partition holds: all its rows, in these objects."""

    prefix: str
    rows: int
    objects: tuple[StoredObject, ...]


def list_partitions(s3: S3Client, bucket: str, prefix: str) -> list[str]:
    """Name the partitions directly below a prefix (`event_date=2026-11-20`) by delimiter alone."""
    pages = _pages(s3, bucket, prefix, Delimiter="/")
    names = [
        common["Prefix"].removeprefix(prefix).rstrip("/")
        for page in pages
        for common in page.get("CommonPrefixes", [])
    ]
    # What begins with an underscore is a committer's scratch, as Hive and Spark hold it.
    return [name for name in names if not name.startswith("_")]


def list_objects(s3: S3Client, bucket: str, prefix: str) -> list[StoredObject]:
    """List every object below a prefix."""
    return [
        StoredObject(found["Key"], found["ETag"].strip('"'), found["Size"])
        for page in _pages(s3, bucket, prefix)
        for found in page.get("Contents", [])
    ]


def read_marker(s3: S3Client, bucket: str, prefix: str) -> PartitionMarker | None:
    """Read the completion marker of the partition below a prefix; None where it has none."""
    key = prefix + MARKER_NAME
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise _explain(error, bucket) from error
    try:
        document = json.loads(text)
        objects = tuple(_read_object(item) for item in document["objects"])
        return PartitionMarker(prefix, int(document["rows"]), objects)
    except (ValueError, KeyError, TypeError) as error:
        raise ProcessedZoneError(
            f"s3://{bucket}/{key} is no completion marker: {error!r}. Delete the partition and "
            "process its windows again."
        ) from error


def hash_load(dataset: str, partition: str, objects: Iterable[StoredObject]) -> str:
    """Name a load by what it loads: the same objects of the same partition are the same load."""
    named = sorted((stored.key, stored.etag.strip('"')) for stored in objects)
    identity = json.dumps([dataset, partition, named], ensure_ascii=False)
    return hashlib.sha256(identity.encode()).hexdigest()


def verify_objects(s3: S3Client, bucket: str, marker: PartitionMarker) -> None:
    """Check that what a marker names lies there unchanged; raises ProcessedZoneError."""
    present = {stored.key: stored for stored in list_objects(s3, bucket, marker.prefix)}
    for named in marker.objects:
        found = present.get(named.key)
        if found is None:
            state = "is gone"
        elif found.bytes != named.bytes:
            state = f"has {found.bytes} bytes instead of {named.bytes}"
        elif found.etag != named.etag:
            state = f"was rewritten: its ETag is {found.etag}, not {named.etag}"
        else:
            continue
        raise ProcessedZoneError(
            f"s3://{bucket}/{named.key} {state}, though {marker.prefix}{MARKER_NAME} names it. "
            "If the partition is being processed at this moment, load it again afterwards; "
            "otherwise process its windows again."
        )


def group_partitions(
    prefix: str, objects: Iterable[StoredObject]
) -> Mapping[str, list[StoredObject]]:
    """Group a listing of a table's prefix by partition; scratch and loose objects are left out."""
    grouped: defaultdict[str, list[StoredObject]] = defaultdict(list)
    for stored in objects:
        partition, slash, _ = stored.key.removeprefix(prefix).partition("/")
        if slash and not partition.startswith("_"):
            grouped[partition].append(stored)
    return grouped


@contextmanager
def manifest(
    s3: S3Client, bucket: str, key: str, source_bucket: str, objects: Sequence[StoredObject]
) -> Iterator[str]:
    """Keep the manifest of a COPY from Parquet at a key while it is used; gives its URI.

    https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
    """
    entries = [
        {
            "url": f"s3://{source_bucket}/{stored.key}",
            "mandatory": True,
            "meta": {"content_length": stored.bytes},
        }
        for stored in objects
    ]
    body = json.dumps({"entries": entries}, indent=1).encode()
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    except ClientError as error:
        raise _explain(error, bucket) from error
    try:
        yield f"s3://{bucket}/{key}"
    finally:
        s3.delete_object(Bucket=bucket, Key=key)


def _read_object(item: Mapping[str, Any]) -> StoredObject:
    return StoredObject(str(item["key"]), str(item["etag"]).strip('"'), int(item["bytes"]))


def _pages(s3: S3Client, bucket: str, prefix: str, **options: Any) -> Iterable[Any]:
    paginator = s3.get_paginator("list_objects_v2")
    try:
        yield from paginator.paginate(Bucket=bucket, Prefix=prefix, **options)
    except ClientError as error:
        raise _explain(error, bucket) from error


def _explain(error: ClientError, bucket: str) -> Exception:
    """Turn the answers that a person can mend into sentences."""
    if error.response["Error"]["Code"] == "NoSuchBucket":
        return ProcessedZoneError(
            f"The bucket {bucket} does not exist: provision it, or name the one that does."
        )
    return error

"""Reading the landing zone: the pages that completion markers name, as raw text.

The pages are read by their markers and not through the catalog: the marker is what says that a
window is whole, it knows when each page was retrieved, and a table's JSON reader would turn a
malformed page into nulls where we want its text, place and reason.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.twitter.schemas import LANDED_OBJECT
from spark.twitter.transforms.pages import FOLLOWER, FOLLOWING, TWEET, USER

MARKER = "_complete.json"
MARKER_VERSION = 1
_PIECE = 1 << 20

# What `data` of each endpoint's pages holds.
ENDPOINT_KINDS = {
    "search_recent": TWEET,
    "search_all": TWEET,
    "tweets": TWEET,
    "user_tweets": TWEET,
    "users": USER,
    "users_by": USER,
    "followers": FOLLOWER,
    "following": FOLLOWING,
}


class LandingIncomplete(Exception):
    """The landing zone is not as its completion markers say; names the object or the window."""


@dataclass(frozen=True)
class LandedObject:
    """One page in the landing zone, as its window's completion marker names it.

    `subject_id` is the marker's identifier: on pages of followers the user whose they are, which
    the page itself does not say.
    """

    key: str
    etag: str
    bytes: int
    kind: str
    subject_id: str
    retrieved_at: str


def read_landed_objects(
    s3: Any, bucket: str, prefix: str, windows: Sequence[str]
) -> list[LandedObject]:
    """Read the completion markers of the windows; raises LandingIncomplete where one has none."""
    endpoints = _list_endpoints(s3, bucket, prefix)
    landed: list[LandedObject] = []
    for window in windows:
        markers = 0
        for endpoint in endpoints:
            folder = f"{prefix}/{endpoint}/window={window}/"
            marker = _read_marker(s3, bucket, folder)
            if marker is not None:
                markers += 1
                landed.extend(_landed_in(s3, bucket, folder, endpoint, marker))
        if not markers:
            raise LandingIncomplete(
                f"No endpoint below s3://{bucket}/{prefix}/ has a completion marker for "
                f"window={window}. Collect the window first."
            )
    return landed


def read_texts(spark: SparkSession, bucket: str, landed: Sequence[LandedObject]) -> DataFrame:
    """Read each page as one text, with its key as file.

    A damaged gzip stream yields no row: find_damage tells why afterwards.
    """
    folders = sorted({landed_object.key.rpartition("/")[0] for landed_object in landed})
    return (
        spark.read.format("text")
        .option("wholetext", True)
        .option("ignoreCorruptFiles", True)
        .option("recursiveFileLookup", True)
        .option("pathGlobFilter", "*.json.gz")
        .load([f"s3://{bucket}/{folder}/" for folder in folders])
        .select(
            F.regexp_replace("_metadata.file_path", "^[a-z0-9]+://[^/]+/", "").alias("file"),
            F.col("value").alias("text"),
        )
    )


def landed_frame(spark: SparkSession, landed: Sequence[LandedObject]) -> DataFrame:
    """Hold what the markers say of each page as rows of LANDED_OBJECT."""
    rows = json.dumps(
        [
            {
                "file": landed_object.key,
                "kind": landed_object.kind,
                "subject_id": landed_object.subject_id,
                "retrieved_at": landed_object.retrieved_at,
            }
            for landed_object in landed
        ]
    )
    # A literal of the plan: createDataFrame would cost a job of its own.
    array = F.from_json(F.lit(rows), f"array<{LANDED_OBJECT.simpleString()}>")
    return spark.range(1).select(F.inline(array))


def find_damage(s3: Any, bucket: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Tell for each object that gave no text what is wrong with it.

    Raises LandingIncomplete for one that is sound: then reading failed, not the object.
    """
    for key in keys:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        try:
            size = _measure_unpacked(body)
        except EOFError:
            yield key, f"the object is cut off: its gzip stream ends early at {len(body)} bytes"
        except (gzip.BadGzipFile, zlib.error) as error:
            yield key, f"the object is no gzip stream: {error}"
        else:
            if size:
                raise LandingIncomplete(
                    f"s3://{bucket}/{key} is sound but could not be read. Run the job again."
                )
            yield key, "the object is empty"


def _measure_unpacked(body: bytes) -> int:
    """Read a gzip stream through, holding a piece of it at a time."""
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
        return sum(len(piece) for piece in iter(partial(stream.read, _PIECE), b""))


def _list_endpoints(s3: Any, bucket: str, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{prefix}/", Delimiter="/"
    )
    names = [
        common["Prefix"].split("/")[-2]
        for page in pages
        for common in page.get("CommonPrefixes", [])
    ]
    unknown = sorted(set(names) - ENDPOINT_KINDS.keys())
    if unknown:
        raise LandingIncomplete(
            f"s3://{bucket}/{prefix}/ holds {', '.join(unknown)}, of which this job does not know "
            f"what its pages hold. It knows {', '.join(sorted(ENDPOINT_KINDS))}."
        )
    return names


def _read_marker(s3: Any, bucket: str, folder: str) -> dict[str, Any] | None:
    try:
        body = s3.get_object(Bucket=bucket, Key=folder + MARKER)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    marker: dict[str, Any] = json.loads(body)
    if marker.get("schema_version") != MARKER_VERSION:
        raise LandingIncomplete(
            f"s3://{bucket}/{folder}{MARKER} is a marker of version {marker.get('schema_version')};"
            f" this job reads version {MARKER_VERSION}. Collect the window again."
        )
    return marker


def _landed_in(
    s3: Any, bucket: str, folder: str, endpoint: str, marker: dict[str, Any]
) -> Iterator[LandedObject]:
    present = _list_etags(s3, bucket, folder)
    for entry in marker["objects"]:
        key, etag = entry["key"], entry["etag"].strip('"')
        if present.get(key) != etag:
            state = "gone" if key not in present else "another object by now"
            raise LandingIncomplete(
                f"s3://{bucket}/{key} is {state}, though {folder}{MARKER} names it with ETag "
                f"{etag}. Collect the window again."
            )
        yield LandedObject(
            key=key,
            etag=etag,
            bytes=entry["bytes"],
            kind=ENDPOINT_KINDS[endpoint],
            subject_id=entry["identifier"],
            retrieved_at=entry["retrieved_at"],
        )


def _list_etags(s3: Any, bucket: str, folder: str) -> dict[str, str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return {
        found["Key"]: found["ETag"].strip('"')
        for page in pages
        for found in page.get("Contents", [])
    }

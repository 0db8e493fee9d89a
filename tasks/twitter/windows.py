"""Which collected windows are still to be processed, found by listing prefixes alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tasks.twitter.landing import MARKER_NAME

LANDING_PREFIX = "x_api"
# Collected after all others: its marker says that the whole window is there.
LAST_ENDPOINT = "followers"
SUMMARY_PREFIX = "runs/process_tweets"


def summary_key(window: str) -> str:
    """Return where the job leaves the summary of a processed window, in the processed bucket."""
    return f"{SUMMARY_PREFIX}/window={window}.json"


def list_pending_windows(s3: Any, *, landing_bucket: str, processed_bucket: str) -> list[str]:
    """List the windows that are completely collected and not processed, oldest first."""
    landing = f"{LANDING_PREFIX}/{LAST_ENDPOINT}/"
    collected = set(_list_windows(s3, landing_bucket, landing, folders=True))
    processed = set(_list_windows(s3, processed_bucket, f"{SUMMARY_PREFIX}/", folders=False))
    return [
        window
        for window in sorted(collected - processed)
        if _exists(s3, landing_bucket, f"{landing}window={window}/{MARKER_NAME}")
    ]


def forget_processing(s3: Any, *, processed_bucket: str, window: str) -> None:
    """Make a window pending again; what was processed of it stays until then."""
    s3.delete_object(Bucket=processed_bucket, Key=summary_key(window))


def _list_windows(s3: Any, bucket: str, prefix: str, *, folders: bool) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{prefix}window=", Delimiter="/"
    ):
        for found in page.get("CommonPrefixes", []) if folders else page.get("Contents", []):
            name = found["Prefix"] if folders else found["Key"]
            yield name.rpartition("window=")[2].removesuffix("/").removesuffix(".json")


def _exists(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return False
    return True

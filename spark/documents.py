"""The JSON documents that a job and whoever starts it leave for one another on S3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit


def split_uri(uri: str) -> tuple[str, str]:
    """Split s3://bucket/key into bucket and key; ValueError where it is something else."""
    place = urlsplit(uri)
    if place.scheme != "s3" or not place.netloc or not place.path.strip("/"):
        raise ValueError(f"{uri!r} is no s3://bucket/key.")
    return place.netloc, place.path.lstrip("/")


def read_document(s3: Any, uri: str) -> Any:
    """Read the document at an s3:// URI."""
    bucket, key = split_uri(uri)
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def put_document(s3: Any, uri: str, document: Any) -> None:
    """Write a dataclass as a document to an s3:// URI."""
    put_json(s3, *split_uri(uri), asdict(document))


def put_json(s3: Any, bucket: str, key: str, document: Mapping[str, Any]) -> None:
    """Write a document, in lines that a person reads."""
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(document, indent=1).encode())

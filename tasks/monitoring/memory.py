"""What the last report saw: the tables of the catalog, to miss those that go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "monitoring/catalog_tables.json"


class MemoryUnreadable(Exception):
    """The memory of the last report is no JSON of ours; the message names it."""


def recall_tables(s3: S3Client, bucket: str) -> dict[str, datetime] | None:
    """Return when each table was last there; None before the first report."""
    try:
        text = s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    try:
        return {name: datetime.fromisoformat(seen) for name, seen in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise MemoryUnreadable(
            f"s3://{bucket}/{KEY} is not what the last report wrote: delete it."
        ) from error


def keep_tables(s3: S3Client, bucket: str, tables: Mapping[str, datetime]) -> None:
    """Remember when each table was last there."""
    shown = {name: seen.isoformat() for name, seen in sorted(tables.items())}
    body = json.dumps(shown, indent=1).encode()
    s3.put_object(Bucket=bucket, Key=KEY, Body=body, ContentType="application/json")

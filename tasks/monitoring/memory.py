"""What the last report saw and told, as objects of the temporary bucket.

Each maps names to times: the tables of the catalog, to miss those that go; the findings that were
told, to tell each once. Whoever deletes one is told everything again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TABLES = "monitoring/catalog_tables.json"
TOLD = "monitoring/told_findings.json"


class MemoryUnreadable(Exception):
    """The memory of the last report is no JSON of ours; the message names it."""


def recall(s3: S3Client, bucket: str, key: str) -> dict[str, datetime] | None:
    """Return when each name was last there; None before the first report."""
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    try:
        return {name: datetime.fromisoformat(seen) for name, seen in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise MemoryUnreadable(
            f"s3://{bucket}/{key} is not what the last report wrote: delete it."
        ) from error


def keep(s3: S3Client, bucket: str, key: str, times: Mapping[str, datetime]) -> None:
    """Remember when each name was last there."""
    shown = {name: seen.isoformat() for name, seen in sorted(times.items())}
    body = json.dumps(shown, indent=1).encode()
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")

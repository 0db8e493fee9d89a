"""What a run of the job did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spark.documents import put_document, split_uri
from spark.tables import Counts


@dataclass(frozen=True)
class WrittenHour:
    """An event hour that readings arrived for; unchanged where it held every one already."""

    hour: str
    arrived: int
    rows: int
    changed: bool
    planned_files: int
    planned_bytes: int
    files: int
    bytes: int
    location: str


@dataclass(frozen=True)
class Summary:
    """Everything that a run did; `hours` are the arrival hours that it was the first to do."""

    load_id: str
    table: str
    format: str
    hours: tuple[str, ...]
    objects: int
    bookmark_used: bool
    counts: Counts
    written: tuple[WrittenHour, ...]
    quarantine_uri: str | None
    swept_objects: int
    outcomes: tuple[dict[str, Any], ...]


def summary_lines(summary: Summary) -> list[str]:
    """Say what a run did, for its log."""
    counts = summary.counts
    changed = [one for one in summary.written if one.changed]
    how = "past the bookmark" if summary.bookmark_used else "without the bookmark"
    lines = [
        f"{len(summary.hours)} arrival hours, {summary.objects} objects read {how}",
        f"{counts.input} input, {counts.loaded} loaded, {counts.rejected} rejected, "
        f"{counts.duplicate} duplicate",
        f"{len(summary.written)} event hours touched, {len(changed)} rewritten in "
        f"{sum(one.files for one in changed)} files, {sum(one.bytes for one in changed)} bytes "
        f"(planned: {sum(one.planned_files for one in changed)} files, "
        f"{sum(one.planned_bytes for one in changed)} bytes)",
    ]
    if summary.quarantine_uri:
        lines.append(f"rejects in {summary.quarantine_uri}")
    return lines


def leave_summary(s3: Any, uri: str, summary: Summary) -> None:
    """Write the summary; a run that found its hours done leaves that of the run that did them."""
    bucket, key = split_uri(uri)
    if not summary.hours and s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)["KeyCount"]:
        return
    put_document(s3, uri, summary)

"""The last lines of a CloudWatch log stream."""

from __future__ import annotations

from typing import Any


def read_log_tail(logs: Any, *, group: str, stream: str, limit: int = 20) -> list[str]:
    """Return the last lines of a log stream; a stream that was never written to has none."""
    try:
        events = logs.get_log_events(
            logGroupName=group, logStreamName=stream, limit=limit, startFromHead=False
        )["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [str(event["message"]).rstrip("\n") for event in events]

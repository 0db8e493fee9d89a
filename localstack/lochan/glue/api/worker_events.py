"""What the worker reports of runs and crawls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_CRAWL_CHANGES = tuple(
    f"{things}_{change}"
    for things in ("tables", "partitions")
    for change in ("created", "updated", "deleted")
)


@dataclass(frozen=True)
class WorkerEvent:
    """One change of a run (`kind` "run") or of a crawl ("crawl")."""

    kind: str
    id: str
    state: str
    sequence: int = 0
    started: datetime | None = None
    completed: datetime | None = None
    execution_time: int = 0
    dpu_seconds: float | None = None
    error: str | None = None
    changes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class EventPage:
    """The answer to one question for events; `instance` tells a restarted worker from the old."""

    instance: str
    events: tuple[WorkerEvent, ...]


def parse_event_page(body: Mapping[str, Any]) -> EventPage:
    """Read what the worker answers to GET /events."""
    return EventPage(body["instance"], tuple(_parse_event(event) for event in body["events"]))


def _parse_event(event: Mapping[str, Any]) -> WorkerEvent:
    if event["kind"] not in ("run", "crawl"):
        raise ValueError(f"unknown kind {event['kind']!r}")
    return WorkerEvent(
        kind=event["kind"],
        id=event["id"],
        state=event["state"],
        sequence=event["seq"],
        started=_parse_time(event.get("started_on")),
        completed=_parse_time(event.get("completed_on")),
        execution_time=int(event.get("execution_time") or 0),
        dpu_seconds=event.get("dpu_seconds"),
        error=event.get("error_message"),
        changes={name: event[name] for name in _CRAWL_CHANGES if event.get(name) is not None},
    )


def _parse_time(epoch_seconds: float | None) -> datetime | None:
    return None if epoch_seconds is None else datetime.fromtimestamp(epoch_seconds, UTC)

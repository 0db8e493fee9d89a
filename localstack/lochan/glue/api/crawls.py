"""Runs of crawlers: the worker carries them out, and `apply` follows what it reports.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

import json
import operator
import statistics
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lochan.glue.api.errors import (
    CrawlerNotRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Crawl, Origin, Shape
from lochan.glue.api.state import GlueState
from lochan.glue.api.worker_events import WorkerEvent

LOG_GROUP = "/aws-glue/crawlers"
# How a crawler and the conditions of triggers call the end of a crawl.
LAST_CRAWL_STATUS = {"COMPLETED": "SUCCEEDED", "FAILED": "FAILED", "STOPPED": "CANCELLED"}
_FILTER_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}


def history(state: GlueState, crawler: str) -> list[Crawl]:
    """Return the crawls of a crawler, oldest first."""
    return [crawl for crawl in state.crawls.values() if crawl.crawler == crawler]


def find_active(state: GlueState, crawler: str) -> Crawl | None:
    """Return the crawl that is going on, if any: there is one at most."""
    return next((crawl for crawl in history(state, crawler) if crawl.is_active), None)


def begin(
    state: GlueState, crawler: str, origin: Origin | None = None, log_group: str = LOG_GROUP
) -> Crawl:
    """Record a new crawl, that a person or a trigger started."""
    crawl = Crawl(
        str(uuid.uuid4()),
        crawler,
        "RUNNING",
        state.next_sequence(),
        state.now(),
        log_group,
        origin=origin,
    )
    state.crawls[crawl.id] = crawl
    return crawl


def record_refusal(state: GlueState, crawler: str, origin: Origin | None, reason: str) -> None:
    """Keep a crawl that a trigger or schedule could not start: ListCrawls alone shows it."""
    crawl = begin(state, crawler, origin)
    state.crawls[crawl.id] = replace(
        crawl, state="FAILED", completed=crawl.started, error=reason, was_refused=True
    )


def stop(state: GlueState, crawler: str) -> None:
    """Ask the worker to end the crawl that is going on."""
    crawl = find_active(state, crawler)
    if crawl is None:
        raise CrawlerNotRunningException(f"Crawler with name {crawler} isn't running")
    if crawl.state == "STOPPING":
        raise CrawlerStoppingException(f"Crawler with name {crawler} is already stopping")
    state.crawls[crawl.id] = replace(crawl, state="STOPPING")
    state.worker.stop_crawl(crawl.id)


def list_history(state: GlueState, request: Shape) -> Shape:
    """Answer ListCrawls, newest first."""
    name = request["CrawlerName"]
    if name not in state.crawlers:
        raise EntityNotFoundException(f"Crawler {name} not found.")
    filters = request.get("Filters", [])
    selected = (
        crawl
        for crawl in history(state, name)
        if all(_satisfies(crawl, wanted) for wanted in filters)
    )
    page, token = cut_page(selected, lambda crawl: (-crawl.sequence,), request, default_size=20)
    return {"Crawls": [_describe(crawl) for crawl in page], **token}


def apply(state: GlueState, event: WorkerEvent) -> None:
    """Follow what the worker says of a crawl."""
    crawl = state.crawls.get(event.id)
    if crawl is None or not crawl.is_active:
        return
    if crawl.state == "STOPPING" and event.state == "RUNNING":
        return  # sent before the worker heard of the stop
    state.crawls[crawl.id] = replace(
        crawl,
        state=event.state,
        started=event.started or crawl.started,
        completed=event.completed or crawl.completed,
        error=event.error,
        changes=event.changes,
    )


def describe_activity(state: GlueState, crawler: str) -> dict[str, Any]:
    """Return what a crawler does and did last, as members of the shape Crawler."""
    active = find_active(state, crawler)
    if active is None:
        activity: dict[str, Any] = {"State": "READY", "CrawlElapsedTime": 0}
    else:
        elapsed = state.now() - active.started
        activity = {"State": active.state, "CrawlElapsedTime": _milliseconds(elapsed)}
    ended = [crawl for crawl in _carried_out(state, crawler) if not crawl.is_active]
    return activity | ({"LastCrawl": _describe_last(ended[-1])} if ended else {})


def measure(state: GlueState, crawler: str) -> dict[str, Any]:
    """Return the shape CrawlerMetrics."""
    known = _carried_out(state, crawler)
    durations = [
        (crawl.completed - crawl.started).total_seconds() for crawl in known if crawl.completed
    ]
    changes = known[-1].changes if known else {}
    return {
        "CrawlerName": crawler,
        "TimeLeftSeconds": 0.0,
        "StillEstimating": find_active(state, crawler) is not None,
        "LastRuntimeSeconds": durations[-1] if durations else 0.0,
        "MedianRuntimeSeconds": statistics.median(durations) if durations else 0.0,
        "TablesCreated": changes.get("tables_created", 0),
        "TablesUpdated": changes.get("tables_updated", 0),
        "TablesDeleted": changes.get("tables_deleted", 0),
    }


def _carried_out(state: GlueState, crawler: str) -> list[Crawl]:
    return [crawl for crawl in history(state, crawler) if not crawl.was_refused]


def _describe_last(crawl: Crawl) -> dict[str, Any]:
    error = {"ErrorMessage": crawl.error} if crawl.error else {}
    return {
        "Status": LAST_CRAWL_STATUS[crawl.state],
        "LogGroup": crawl.log_group,
        "LogStream": crawl.crawler,
        "MessagePrefix": crawl.id,
        "StartTime": crawl.started,
        **error,
    }


def _describe(crawl: Crawl) -> dict[str, Any]:
    optional = {
        "EndTime": crawl.completed,
        "ErrorMessage": crawl.error,
        "Summary": _summarize(crawl.changes),
    }
    return {
        "CrawlId": crawl.id,
        "State": crawl.state,
        "StartTime": crawl.started,
        "LogGroup": crawl.log_group,
        "LogStream": crawl.crawler,
        "MessagePrefix": crawl.id,
        "DPUHour": 0.0,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _summarize(changes: Mapping[str, int]) -> str | None:
    """Return counts by kind and change as JSON, as the console reads them."""
    by_kind: dict[str, dict[str, Any]] = {"tables": {}, "partitions": {}}
    for name, count in changes.items():
        kind, change = name.split("_")
        if count:
            by_kind[kind][change.upper()] = {"Count": count}
    summary = {kind[:-1].upper(): json.dumps(found) for kind, found in by_kind.items() if found}
    return json.dumps(summary) if summary else None


def _satisfies(crawl: Crawl, wanted: Shape) -> bool:
    compare = _FILTER_OPERATORS[wanted["FilterOperator"]]
    name, text = wanted["FieldName"], wanted["FieldValue"]
    match name:
        case "CRAWL_ID":
            return compare(crawl.id, text)
        case "STATE":
            return compare(crawl.state, text)
        case "DPU_HOUR":
            return compare(0, _read_number(name, text))
        case "START_TIME":
            return compare(_milliseconds_since_epoch(crawl.started), _read_number(name, text))
        case _:
            return crawl.completed is not None and compare(
                _milliseconds_since_epoch(crawl.completed), _read_number(name, text)
            )


def _read_number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidInputException(
            f"The filter {name} compares numbers, and {text!r} is not a number; times are"
            " milliseconds since 1970."
        ) from error


def _milliseconds_since_epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _milliseconds(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)

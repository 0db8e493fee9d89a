"""Schedules of crawlers.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-scheduler.html
"""

import logging
from dataclasses import replace
from datetime import datetime

from lochan.glue.api import crawlers, crawls
from lochan.glue.api.cron import parse_cron
from lochan.glue.api.errors import (
    GlueError,
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from lochan.glue.api.records import Shape
from lochan.glue.api.state import GlueState

_LOG = logging.getLogger(__name__)


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateCrawlerSchedule; without a Schedule the crawler has none any more."""
    crawler = crawlers.find(state, request["CrawlerName"])
    changed = crawlers.set_schedule(state, crawler, request.get("Schedule"))
    state.crawlers[crawler.name] = replace(
        changed, updated=state.now(), version=crawler.version + 1
    )
    return {}


def start(state: GlueState, request: Shape) -> Shape:
    """Answer StartCrawlerSchedule."""
    crawler = crawlers.find(state, request["CrawlerName"])
    if "Schedule" not in crawler.definition:
        raise NoScheduleException(
            f"Crawler {crawler.name} has no schedule: give it one with UpdateCrawlerSchedule."
        )
    if crawler.scheduled is not None:
        raise SchedulerRunningException(
            f"The schedule of crawler {crawler.name} is in force already."
        )
    state.crawlers[crawler.name] = replace(crawler, scheduled=state.now())
    return {}


def stop(state: GlueState, request: Shape) -> Shape:
    """Answer StopCrawlerSchedule; a crawl that is going on is not stopped."""
    crawler = crawlers.find(state, request["CrawlerName"])
    if crawler.scheduled is None:
        raise SchedulerNotRunningException(
            f"The schedule of crawler {crawler.name} is not in force."
        )
    state.crawlers[crawler.name] = replace(crawler, scheduled=None)
    return {}


def start_due(state: GlueState, after: datetime, until: datetime) -> None:
    """Start each crawler that was due within a time, once however often it was due."""
    for crawler in list(state.crawlers.values()):
        if crawler.scheduled is None:
            continue
        schedule = parse_cron(crawler.definition["Schedule"])
        due = schedule.next_after(max(after, crawler.scheduled))
        if due is None or due > until:
            continue
        try:
            crawlers.start_crawl(state, crawler.name, None)
        except GlueError as error:
            reason = f"The crawl due at {due:%Y-%m-%d %H:%M} UTC was not started: {error.message}"
            _LOG.warning("%s", reason)
            crawls.record_refusal(state, crawler.name, None, reason)

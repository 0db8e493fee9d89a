"""Firing of triggers: starts their jobs and crawlers, and tells when one could not be started.

Conditional triggers see only what descends from a scheduled or on-demand trigger, chain by chain;
what they could not start is kept as a FAILED run, which makes no further trigger fire.
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime

from lochan.glue.api import crawlers, crawls, job_runs
from lochan.glue.api.conditions import Ended, find_cause
from lochan.glue.api.cron import parse_cron
from lochan.glue.api.errors import GlueError
from lochan.glue.api.records import Crawl, JobRun, Origin, Shape, Trigger
from lochan.glue.api.state import GlueState

_LOG = logging.getLogger(__name__)


def fire_on_demand(state: GlueState, trigger: Trigger) -> None:
    """Start everything that a trigger names; raises the first error, when all were tried."""
    errors = [error for _, error in _start_all(state, trigger, _new_origin(trigger))]
    if errors:
        raise errors[0]


def fire_scheduled(state: GlueState, after: datetime, until: datetime) -> None:
    """Fire each active trigger that was due within a time, once however often it was due."""
    for trigger in list(state.triggers.values()):
        if trigger.type != "SCHEDULED" or trigger.activated is None:
            continue
        schedule = parse_cron(trigger.definition["Schedule"])
        due = schedule.next_after(max(after, trigger.activated))
        if due is not None and due <= until:
            _fire_unattended(state, trigger, _new_origin(trigger))


def fire_conditional(state: GlueState, ended_id: str) -> None:
    """Fire the active triggers whose condition is met by the end of a run or crawl."""
    found = _find_ended(state, ended_id)
    if found is None:
        return
    news, chain = found
    for trigger in list(state.triggers.values()):
        if trigger.type != "CONDITIONAL" or trigger.state != "ACTIVATED":
            continue
        spent = state.spent.get(trigger.name, frozenset())
        known = [ended for ended in _list_ended(state, chain) if ended.id not in spent]
        if news not in known:
            continue
        causes = find_cause(trigger.definition["Predicate"], news, known)
        if causes:
            state.spent[trigger.name] = spent | {cause.id for cause in causes}
            runs = tuple((cause.name, cause.id) for cause in causes if cause.kind == "JobName")
            _fire_unattended(state, trigger, Origin(trigger.name, chain, runs))


def _new_origin(trigger: Trigger) -> Origin:
    return Origin(trigger.name, chain=str(uuid.uuid4()))


def _fire_unattended(state: GlueState, trigger: Trigger, origin: Origin) -> None:
    for action, error in _start_all(state, trigger, origin):
        reason = f"Trigger {trigger.name} could not start this: {error.code}: {error.message}"
        _LOG.warning("%s (%s)", reason, action.get("JobName") or action["CrawlerName"])
        if "JobName" in action:
            job_runs.record_refusal(state, action, origin, reason)
        elif action["CrawlerName"] in state.crawlers:
            crawls.record_refusal(state, action["CrawlerName"], origin, reason)


def _start_all(state: GlueState, trigger: Trigger, origin: Origin) -> list[tuple[Shape, GlueError]]:
    """Start all that can be started; returns the actions that could not, with the errors."""
    failed = []
    for action in trigger.definition["Actions"]:
        try:
            if "JobName" in action:
                job_runs.start_first_attempt(state, action, origin)
            else:
                crawlers.start_crawl(state, action["CrawlerName"], origin)
        except GlueError as error:
            failed.append((action, error))
    return failed


def _find_ended(state: GlueState, ended_id: str) -> tuple[Ended, str] | None:
    """Return a run or crawl that is over and that a trigger started, with its chain."""
    item = state.runs.get(ended_id) or state.crawls.get(ended_id)
    if item is None or item.origin is None:
        return None
    chain = item.origin.chain
    found = next((ended for ended in _list_ended(state, chain) if ended.id == ended_id), None)
    return None if found is None else (found, chain)


def _list_ended(state: GlueState, chain: str) -> Iterator[Ended]:
    """List what ended in a chain, in the order of its start; a run that is retried goes on."""
    retried = {run.previous_run for run in state.runs.values()}
    for run in state.runs.values():
        if _has_ended(run, chain) and run.id not in retried:
            yield Ended("JobName", run.job, run.state, run.id)
    for crawl in state.crawls.values():
        if _has_ended(crawl, chain):
            status = crawls.LAST_CRAWL_STATUS[crawl.state]
            yield Ended("CrawlerName", crawl.crawler, status, crawl.id)


def _has_ended(item: JobRun | Crawl, chain: str) -> bool:
    ran = not item.is_active and not item.was_refused
    return ran and item.origin is not None and item.origin.chain == chain

"""Judge runs of jobs and crawlers: failed, slow, stuck.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerHistory.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from tasks.glue import ACTIVE_STATES
from tasks.monitoring.findings import Finding, Severity, count, shorten
from tasks.monitoring.limits import RunLimits

SUCCEEDED = frozenset({"SUCCEEDED", "COMPLETED"})
# Somebody wanted it so.
STOPPED = frozenset({"STOPPED"})


@dataclass(frozen=True)
class Run:
    """A run of a job or a crawler; seconds that it ran, started in UTC."""

    run_id: str
    state: str
    started: datetime
    seconds: float
    error: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.state in ACTIVE_STATES


@dataclass(frozen=True)
class Span:
    """The time that is looked at."""

    since: datetime
    now: datetime


def judge_runs(
    kind: str, subject: str, runs: Sequence[Run], limits: RunLimits, span: Span
) -> list[Finding]:
    """Judge the runs (newest first) of one job (kind `run`) or crawler (kind `crawl`)."""
    return [
        *_judge_endings(kind, subject, runs, span),
        *_judge_durations(kind, subject, runs, limits, span),
        *_judge_stuck(kind, subject, runs, limits, span),
    ]


def explain_missing_history(kind: str, subject: str, runs: Sequence[Run], least: int) -> str | None:
    """Say why nobody can tell yet whether a run is slow; None where one can."""
    if not runs:
        return f"{subject} has no {kind} yet"
    succeeded = sum(run.state in SUCCEEDED for run in runs)
    if succeeded <= least:
        return f"{subject}: {count(succeeded, 'succeeded ' + kind)}, too few to call one slow"
    return None


def _judge_endings(kind: str, subject: str, runs: Sequence[Run], span: Span) -> Iterator[Finding]:
    """A failure that a later success made good is a warning; the others are critical."""
    made_good = False
    for run in runs:
        if run.started < span.since:
            return
        if run.is_active:
            continue
        if run.state in SUCCEEDED:
            made_good = True
            continue
        severity = Severity.CRITICAL
        if made_good or run.state in STOPPED:
            severity = Severity.WARNING
        reason = shorten(run.error) or "Glue gives no reason"
        since = "; a later one succeeded" if made_good else ""
        text = f"{run.run_id} {run.state} at {_moment(run.started)}{since}: {reason}"
        yield Finding(severity, f"failed {kind}", subject, text, run.run_id)


def _judge_durations(
    kind: str, subject: str, runs: Sequence[Run], limits: RunLimits, span: Span
) -> Iterator[Finding]:
    for index, run in enumerate(runs):
        if run.started < span.since:
            return
        if not run.is_active and run.state not in SUCCEEDED:
            continue
        seconds = _elapsed(run, span)
        before = [one.seconds for one in runs[index + 1 :] if one.state in SUCCEEDED]
        reason = _why_slow(seconds, before[: limits.median_of], limits)
        if reason:
            verb = "has taken" if run.is_active else "took"
            text = f"{run.run_id} of {_moment(run.started)} {verb} {seconds:.0f} s, {reason}"
            yield Finding(Severity.WARNING, f"slow {kind}", subject, text, run.run_id)


def _why_slow(seconds: float, before: Sequence[float], limits: RunLimits) -> str | None:
    if seconds > limits.slow_seconds:
        return f"more than {limits.slow_seconds} s"
    if len(before) < limits.median_from:
        return None
    usual = median(before)
    if seconds > usual * limits.slow_factor and seconds > usual + limits.slow_margin_seconds:
        return f"the median of the {len(before)} before it is {usual:.0f} s"
    return None


def _judge_stuck(
    kind: str, subject: str, runs: Sequence[Run], limits: RunLimits, span: Span
) -> Iterator[Finding]:
    for run in runs:
        if run.is_active and _elapsed(run, span) > limits.stuck_minutes * 60:
            hours = _elapsed(run, span) / 3600
            text = f"{run.run_id} is {run.state} since {_moment(run.started)}, for {hours:.1f} h"
            yield Finding(Severity.CRITICAL, f"stuck {kind}", subject, text, run.run_id)


def _elapsed(run: Run, span: Span) -> float:
    return (span.now - run.started) / timedelta(seconds=1) if run.is_active else run.seconds


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"

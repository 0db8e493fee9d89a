"""The retryable steps of monitor_platform: each looks at one part and says what it found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tasks.aws import create_client
from tasks.connections import open_warehouse
from tasks.monitoring.findings import Finding, Watched, count
from tasks.monitoring.glue_records import (
    list_crawlers,
    list_databases,
    list_jobs,
    read_crawls,
    read_job_runs,
    read_tables,
)
from tasks.monitoring.ledger import judge_ledger
from tasks.monitoring.limits import DatasetLimits, RunLimits, WarehouseLimits
from tasks.monitoring.load import TableSize, judge_statements, judge_storage
from tasks.monitoring.memory import TABLES, TOLD, keep, recall
from tasks.monitoring.metrics import HOURS, describe_metrics, put_metrics
from tasks.monitoring.runs import Run, Span, explain_missing_history, judge_runs
from tasks.monitoring.tables import judge_gone, judge_table, remember
from tasks.monitoring.telling import Telling, choose_told
from tasks.monitoring.warehouse_records import (
    Refused,
    count_statements,
    read_ledger,
    read_slow_statements,
    read_storage,
    read_table_sizes,
)
from tasks.redshift import Warehouse
from tasks.retries import retried_task
from tasks.settings import Settings

_MONITOR_HINT = "a superuser may GRANT ROLE sys:monitor to the loading user"


@retried_task(timeout_seconds=600)
def watch_jobs(settings: Settings, limits: RunLimits, window_hours: int) -> Watched:
    """Judge the runs of every job of the environment."""
    glue, span = create_client("glue"), _span(window_hours)
    runs = {
        job: read_job_runs(glue, job, since=span.since, before=limits.median_of)
        for job in list_jobs(glue, settings.glue_name(""))
    }
    return _judge_all("run", runs, limits, span, "job")


@retried_task(timeout_seconds=600)
def watch_crawlers(settings: Settings, limits: RunLimits, window_hours: int) -> Watched:
    """Judge the crawls of every crawler of the environment."""
    glue, span = create_client("glue"), _span(window_hours)
    crawls = {
        crawler: read_crawls(glue, crawler, since=span.since, before=limits.median_of)
        for crawler in list_crawlers(glue, settings.glue_name(""))
    }
    return _judge_all("crawl", crawls, limits, span, "crawler")


@retried_task(timeout_seconds=600)
def watch_tables(settings: Settings, databases: list[str], window_hours: int) -> Watched:
    """Judge the tables of the environment's databases and of those that are named."""
    glue, s3, span = create_client("glue"), create_client("s3"), _span(window_hours)
    own = list_databases(glue, settings.glue_name("").replace("-", "_"))
    watched = [*own, *(name for name in databases if name not in own)]
    tables = [table for name in watched for table in read_tables(glue, name, since=span.since)]
    names = [table.name for table in tables]
    before = recall(s3, settings.temp_bucket, TABLES)
    findings = [finding for table in tables for finding in judge_table(table)]
    findings += judge_gone(before or {}, names, span.since)
    kept = remember(before or {}, names, span.now, span.now - span.since)
    keep(s3, settings.temp_bucket, TABLES, kept)
    unknown = []
    if before is None:
        unknown.append("Which tables are gone: the next report compares with this one")
    if not tables:
        unknown.append("Whether schemas change: the catalog has no tables yet")
    seen = f"{count(len(watched), 'database')}, {count(len(tables), 'table')}"
    return Watched(seen, tuple(findings), tuple(unknown))


@retried_task(timeout_seconds=600)
def watch_ledger(
    settings: Settings,
    limits: Mapping[str, DatasetLimits],
    other_limits: DatasetLimits,
    window_hours: int,
) -> Watched:
    """Judge the freshness and the rejects of every dataset that was ever loaded."""
    try:
        with open_warehouse(settings) as warehouse:
            loads = read_ledger(warehouse, window_hours)
    except Refused as refused:
        reason = "nothing was loaded yet" if refused.is_missing else str(refused)
        return Watched("no ledger", (), (f"How fresh the data is: {reason}",))
    return judge_ledger(loads, limits, other_limits)


@retried_task(timeout_seconds=600)
def publish_ledger_metrics(settings: Settings) -> int:
    """Publish freshness, rows and rejects of every dataset to CloudWatch; return how many."""
    try:
        with open_warehouse(settings) as warehouse:
            loads = read_ledger(warehouse, HOURS)
    except Refused as refused:
        if not refused.is_missing:
            raise
        return 0
    return put_metrics(create_client("cloudwatch"), describe_metrics(settings.environment, loads))


@retried_task(timeout_seconds=600)
def watch_warehouse(
    settings: Settings, limits: WarehouseLimits, window_hours: int
) -> tuple[Watched, list[TableSize]]:
    """Judge Redshift's disk, queues and statements; returns the sizes of its tables too."""
    with open_warehouse(settings) as warehouse:
        stored, sizes = _watch_storage(warehouse, limits)
        statements = _watch_statements(warehouse, limits, window_hours)
    return _join(stored, statements), sizes


@retried_task(timeout_seconds=60)
def choose_what_to_tell(
    settings: Settings, alarming: list[Finding], again_after_hours: int
) -> Telling:
    """Choose which findings are to be told now, by when each was told last."""
    told = recall(create_client("s3"), settings.temp_bucket, TOLD) or {}
    return choose_told(alarming, told, datetime.now(UTC), timedelta(hours=again_after_hours))


@retried_task(timeout_seconds=60)
def remember_what_is_told(settings: Settings, telling: Telling) -> None:
    """Remember what is told; apart from the choice, as a second try would find nothing to tell."""
    keep(create_client("s3"), settings.temp_bucket, TOLD, telling.times)


def _watch_storage(
    warehouse: Warehouse, limits: WarehouseLimits
) -> tuple[Watched, list[TableSize]]:
    unknown: list[str] = []
    stored, sizes = Watched("disk unknown"), list[TableSize]()
    try:
        storage = read_storage(warehouse)
        stored = Watched(str(storage), tuple(judge_storage(storage, limits)))
    except Refused as refused:
        unknown.append(f"How full Redshift is: {refused}; {_MONITOR_HINT}")
    try:
        sizes = read_table_sizes(warehouse)
    except Refused as refused:
        unknown.append(f"How large the tables are: {refused}; {_MONITOR_HINT}")
    return Watched(stored.seen, stored.findings, tuple(unknown)), sizes


def _watch_statements(warehouse: Warehouse, limits: WarehouseLimits, window_hours: int) -> Watched:
    try:
        total, waiting = count_statements(warehouse, window_hours)
        slow = read_slow_statements(
            warehouse,
            hours=window_hours,
            slow_seconds=limits.slow_query_seconds,
            queue_seconds=limits.queue_seconds,
        )
    except Refused as refused:
        return Watched("no statements", (), (f"Which statements are slow: {refused}",))
    seen = f"{count(total, 'statement')}, {waiting} waiting"
    return Watched(seen, tuple(judge_statements(slow, limits)))


def _judge_all(
    kind: str, runs: Mapping[str, list[Run]], limits: RunLimits, span: Span, noun: str
) -> Watched:
    findings: list[Finding] = []
    unknown = []
    for subject, its_runs in runs.items():
        findings += judge_runs(kind, subject, its_runs, limits, span)
        missing = explain_missing_history(kind, subject, its_runs, limits.median_from)
        if missing:
            unknown.append(missing)
    recent = sum(run.started >= span.since for its_runs in runs.values() for run in its_runs)
    seen = f"{count(len(runs), noun)}, {count(recent, kind)}"
    return Watched(seen, tuple(findings), tuple(unknown))


def _join(*parts: Watched) -> Watched:
    return Watched(
        ", ".join(part.seen for part in parts),
        tuple(finding for part in parts for finding in part.findings),
        tuple(text for part in parts for text in part.unknown),
    )


def _span(window_hours: int) -> Span:
    now = datetime.now(UTC)
    return Span(now - timedelta(hours=window_hours), now)

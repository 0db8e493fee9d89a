"""The retryable steps of repartition_by_event_time: plain functions with their clients, as tasks.

Every step is called directly, never with `.submit()`: only so does cancelling a flow reach the step
that waits, and with it the Glue run (docs/decisions/0003-own-glue-runner.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from prefect import runtime

from tasks.aws import create_client
from tasks.glue import JobRun, run_job
from tasks.logs import read_log_tail
from tasks.repartition.catalog import LandingTable, ensure_landing_table, register_hours
from tasks.repartition.hours import (
    STATE_PREFIX,
    Asked,
    Pending,
    PendingHour,
    State,
    find_pending,
    hash_objects,
    next_frontier,
)
from tasks.retries import retried_task
from tasks.settings import Settings

JOB = "repartition-by-event-time"


@dataclass(frozen=True)
class Repartitioning:
    """What is repartitioned, from where to where, and how: the flow's parameters, checked.

    `event_time`, `shape` and `limits` are as the job's plan has them (spark/repartition/request.py
    says what they mean).
    """

    stream: str
    landing_table: str
    dataset: str
    table: str
    table_format: str
    event_time: Mapping[str, Any]
    shape: Mapping[str, Any]
    limits: Mapping[str, Any]
    rules: str | None
    refresh: bool
    settle: timedelta

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a reading that are read."""
        return tuple(dict.fromkeys([*self.shape["columns"], self.event_time["field"]]))


@dataclass(frozen=True)
class RepartitionedHours:
    """One run of the job: what it was asked, what it did (spark/repartition/summary.py)."""

    hours: tuple[str, ...]
    run: JobRun
    summary: Mapping[str, Any]


@retried_task(timeout_seconds=900)
def find_pending_hours(settings: Settings, what: Repartitioning, asked: Asked) -> Pending:
    """Find the arrival hours that are asked for and not done as they are now."""
    return find_pending(
        create_client("s3"), settings.landing_bucket, what.stream, state_of(settings, what), asked
    )


@retried_task(timeout_seconds=900)
def register_arrivals(settings: Settings, what: Repartitioning, hours: Sequence[str]) -> int:
    """Make the landing table where it is missing, and register these hours in it."""
    glue, table = create_client("glue"), landing_table(settings, what)
    ensure_landing_table(glue, table)
    return register_hours(glue, table, hours)


@retried_task(timeout_seconds=7200)
def repartition_hours(
    settings: Settings, what: Repartitioning, pending: Pending, hours: Sequence[PendingHour]
) -> RepartitionedHours:
    """Run the Glue job over some hours; a retry takes up the run that is already there."""
    s3, bucket = create_client("s3"), settings.processed_bucket
    plan = plan_run(settings, what, pending, hours)
    folder = f"{state_of(settings, what).prefix}loads/{plan['load_id']}"
    plan_key, summary_key = f"{folder}/plan.json", f"{folder}/summary.json"
    s3.put_object(Bucket=bucket, Key=plan_key, Body=json.dumps(plan, indent=1).encode())
    run = run_job(
        create_client("glue"),
        job_name=settings.glue_name(JOB),
        arguments={
            "--plan_uri": f"s3://{bucket}/{plan_key}",
            "--summary_uri": f"s3://{bucket}/{summary_key}",
        },
        idempotency_key=f"{runtime.flow_run.id}-{plan['load_id']}",
    )
    summary = json.loads(s3.get_object(Bucket=bucket, Key=summary_key)["Body"].read())
    return RepartitionedHours(tuple(one.hour for one in hours), run, summary)


def read_output(run: JobRun) -> list[str]:
    """Return the last lines that a job run printed."""
    return read_log_tail(create_client("logs"), group=f"{run.log_group}/output", stream=run.run_id)


def plan_run(
    settings: Settings, what: Repartitioning, pending: Pending, hours: Sequence[PendingHour]
) -> dict[str, Any]:
    """Write down what one run of the job is to do."""
    state = state_of(settings, what)
    return {
        "load_id": hash_load(what, hours),
        "source": {
            "bucket": settings.landing_bucket,
            "database": database(settings, "landing"),
            "table": what.landing_table,
        },
        "target": {
            "bucket": settings.processed_bucket,
            "dataset": what.dataset,
            "table": what.table,
            "database": database(settings, "processed"),
            "format": what.table_format,
            "state": f"{STATE_PREFIX}/{what.dataset}/{what.table}/",
        },
        "event_time": dict(what.event_time),
        "shape": dict(what.shape),
        "limits": dict(what.limits),
        "hours": [_plan_hour(one, state) for one in hours],
        "frontier_key": state.frontier_key,
        "frontier": next_frontier(pending, hours, what.settle),
        "rules": what.rules,
        "refresh": what.refresh,
    }


def hash_load(what: Repartitioning, hours: Sequence[PendingHour]) -> str:
    """Name a run by what it loads and where to: the same objects are the same load."""
    objects = hash_objects(one for hour in hours for one in hour.objects)
    return hashlib.sha256(f"{what.dataset}/{what.table}/{objects}".encode()).hexdigest()


def state_of(settings: Settings, what: Repartitioning) -> State:
    """Return where the table's records lie, as far as this stream feeds it."""
    prefix = f"{STATE_PREFIX}/{what.dataset}/{what.table}/streams/{what.stream}/"
    return State(settings.processed_bucket, prefix)


def landing_table(settings: Settings, what: Repartitioning) -> LandingTable:
    """Return the catalog's table over the stream."""
    return LandingTable(
        database=database(settings, "landing"),
        name=what.landing_table,
        bucket=settings.landing_bucket,
        stream=what.stream,
        fields=what.fields,
    )


def database(settings: Settings, zone: str) -> str:
    """Name the catalog's database of a zone, as infrastructure/resources.json makes it."""
    return f"lochan_{settings.environment}_{zone}"


def _plan_hour(hour: PendingHour, state: State) -> dict[str, Any]:
    objects = [{**asdict(one), "is_new": one.key in hour.new_keys} for one in hour.objects]
    return {"hour": hour.hour, "objects": objects, "record_key": state.record_key(hour)}

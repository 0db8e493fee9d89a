"""Run Glue jobs and crawlers to their end: idempotent start, deadline, stopped when abandoned.

prefect-aws' GlueJobBlock is not used: it ignores endpoint URLs, loses the run after starting it and
waits for ever on EXPIRED (docs/decisions/0003-own-glue-runner.md).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tasks.job_arguments import refuse_secrets
from tasks.logs import announce_glue_run, name_flow_run

# https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
ACTIVE_STATES = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})
FAILED_STATES = frozenset({"STOPPED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"})
# Marks a run as ours, so that a retry finds it instead of starting a second one.
KEY_ARGUMENT = "--idempotency_key"

Sleep = Callable[[float], None]


class GlueFailure(Exception):
    """A job run or a crawl ended badly; the text names it, its state and its reason."""


@dataclass(frozen=True)
class JobRun:
    """A finished job run; times in seconds."""

    job_name: str
    run_id: str
    state: str
    execution_seconds: int
    dpu_seconds: float
    log_group: str


@dataclass(frozen=True)
class Crawl:
    """A finished crawl and the log stream that tells of it."""

    crawler_name: str
    status: str
    log_group: str
    log_stream: str


@dataclass(frozen=True)
class Patience:
    """How often to look and when to give up, in seconds."""

    deadline_seconds: float = 3600
    shortest_poll_seconds: float = 0.2
    longest_poll_seconds: float = 15


def run_job(
    glue: Any,
    *,
    job_name: str,
    arguments: Mapping[str, str],
    idempotency_key: str,
    patience: Patience | None = None,
    sleep: Sleep = time.sleep,
) -> JobRun:
    """Start a job, or take up the run that this key already started, and wait until it succeeded.

    Raises GlueFailure when the run ends in any other state or the deadline passes. Whatever
    interrupts the wait (cancellation, Ctrl-C, the deadline) stops the run. Raises
    SecretInArguments, before anything is started, for an argument that looks like a secret.
    """
    refuse_secrets(f"The job {job_name}", arguments)
    patience = patience or Patience()
    waits = Waits(patience, time.monotonic())
    run_id = _find_run(glue, job_name, idempotency_key) or _start_run(
        glue,
        job_name,
        {**arguments, KEY_ARGUMENT: idempotency_key, **name_flow_run()},
        waits,
        sleep,
    )
    announce_glue_run(job_name, run_id)
    try:
        run = await_run(glue, job_name, run_id, waits, sleep)
    except BaseException:
        stop_job_run(glue, job_name, run_id)
        raise
    return describe_run(job_name, run)


def stop_job_run(glue: Any, job_name: str, run_id: str) -> None:
    """Ask Glue to stop a run; one that has already ended is left as it is."""
    if glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]["JobRunState"] in ACTIVE_STATES:
        glue.batch_stop_job_run(JobName=job_name, JobRunIds=[run_id])


def run_crawler(
    glue: Any,
    *,
    crawler_name: str,
    patience: Patience | None = None,
    sleep: Sleep = time.sleep,
) -> Crawl:
    """Start a crawler and wait for its end; one that already runs is waited for, then run again."""
    waits = Waits(patience or Patience(), time.monotonic())
    while not _start_crawler(glue, crawler_name):
        sleep(waits.next(f"The crawler {crawler_name}"))
    try:
        while (crawler := glue.get_crawler(Name=crawler_name)["Crawler"])["State"] != "READY":
            sleep(waits.next(f"The crawler {crawler_name}"))
    except BaseException:
        stop_crawler(glue, crawler_name)
        raise
    last = crawler.get("LastCrawl", {})
    if last.get("Status") != "SUCCEEDED":
        reason = last.get("ErrorMessage") or "Glue gives no reason"
        raise GlueFailure(f"The crawler {crawler_name} ended {last.get('Status')}: {reason}.")
    return Crawl(crawler_name, last["Status"], last.get("LogGroup", ""), last.get("LogStream", ""))


def _find_run(glue: Any, job_name: str, idempotency_key: str) -> str | None:
    for page in glue.get_paginator("get_job_runs").paginate(JobName=job_name):
        for run in page["JobRuns"]:
            ours = run.get("Arguments", {}).get(KEY_ARGUMENT) == idempotency_key
            if ours and run["JobRunState"] not in FAILED_STATES:
                return str(run["Id"])
    return None


def _start_run(
    glue: Any, job_name: str, arguments: dict[str, str], waits: Waits, sleep: Sleep
) -> str:
    while True:
        try:
            return str(glue.start_job_run(JobName=job_name, Arguments=arguments)["JobRunId"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConcurrentRunsExceededException":
                raise
        sleep(waits.next(f"The job {job_name} is at its limit of concurrent runs; it"))


def await_run(glue: Any, job_name: str, run_id: str, waits: Waits, sleep: Sleep) -> dict[str, Any]:
    """Wait for a run's end and return it as Glue describes it."""
    while True:
        run: dict[str, Any] = glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]
        if run["JobRunState"] not in ACTIVE_STATES:
            return run
        sleep(waits.next(f"The run {run_id} of job {job_name}"))


def describe_run(job_name: str, run: Mapping[str, Any]) -> JobRun:
    """Describe a run that succeeded; raises GlueFailure for one that did not."""
    if run["JobRunState"] != "SUCCEEDED":
        raise GlueFailure(_describe_failure(job_name, run))
    return JobRun(
        job_name=job_name,
        run_id=run["Id"],
        state=run["JobRunState"],
        execution_seconds=run.get("ExecutionTime", 0),
        dpu_seconds=float(run.get("DPUSeconds") or 0.0),
        log_group=run.get("LogGroupName") or "/aws-glue/jobs",
    )


def _describe_failure(job_name: str, run: Mapping[str, Any]) -> str:
    reason = run.get("ErrorMessage") or run.get("StateDetail") or "Glue gives no reason"
    group = run.get("LogGroupName") or "/aws-glue/jobs"
    return (
        f"The run {run['Id']} of job {job_name} ended {run['JobRunState']}: {reason} "
        f"(log group {group}/error, log stream {run['Id']})"
    )


def _start_crawler(glue: Any, crawler_name: str) -> bool:
    try:
        glue.start_crawler(Name=crawler_name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "CrawlerRunningException":
            raise
        return False
    return True


def stop_crawler(glue: Any, crawler_name: str) -> None:
    """Ask Glue to stop a crawler; one that does not run is left as it is."""
    try:
        glue.stop_crawler(Name=crawler_name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in (
            "CrawlerNotRunningException",
            "CrawlerStoppingException",
        ):
            raise


@dataclass(frozen=True)
class Waits:
    """Waits a tenth of the time that has passed, so that waiting adds at most that much."""

    patience: Patience
    started: float

    def next(self, subject: str) -> float:
        """Return how long to wait for a subject; raises GlueFailure after the deadline."""
        passed = time.monotonic() - self.started
        if passed >= self.patience.deadline_seconds:
            raise GlueFailure(f"{subject} was not done at its deadline.")
        wait = max(self.patience.shortest_poll_seconds, passed / 10)
        return min(wait, self.patience.longest_poll_seconds) * random.uniform(0.8, 1.2)

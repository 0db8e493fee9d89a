"""The retryable steps of the twitter flows: plain functions with their clients, as Prefect tasks.

Every step is called directly, never with `.submit()`: only so does cancelling a flow reach the step
that waits, and with it the Glue run (docs/decisions/0003-own-glue-runner.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from prefect import runtime

from tasks.aws import create_client, read_secret
from tasks.connections import open_warehouse
from tasks.glue import Crawl, JobRun, run_crawler, run_job
from tasks.logs import read_log_tail
from tasks.processed import list_partitions
from tasks.retries import retried_task
from tasks.settings import Settings
from tasks.twitter.collection import CollectResult, Limits, collect_window
from tasks.twitter.landing import Window
from tasks.twitter.windows import (
    LANDING_PREFIX,
    LAST_ENDPOINT,
    forget_processing,
    list_pending_windows,
    summary_key,
)
from tasks.twitter.x_api import XApi
from tasks.warehouse import (
    LoadResult,
    load_partition,
    pending_partitions,
    table_counts,
)
from warehouse.tables import TWITTER

DATASET = "twitter"


@dataclass(frozen=True)
class Sources:
    """Where the tweets and users of a collection come from."""

    query: str
    searches: tuple[str, ...] = ("recent",)
    user_ids: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that are asked; what the tweets lead to is always followed."""
        return (
            *(f"search_{search}" for search in self.searches),
            *(("user_tweets",) if self.user_ids else ()),
            *(("users_by",) if self.usernames else ()),
            "tweets",
            "users",
            LAST_ENDPOINT,
        )


@dataclass(frozen=True)
class ProcessedWindow:
    """A processed window: its Glue run, by table counts and what became of its rules.

    input = loaded + rejected + duplicate.
    """

    window: str
    run: JobRun
    counts: dict[str, dict[str, int]]
    quarantine_uri: str | None
    quality: dict[str, list[dict[str, Any]]]


@retried_task(timeout_seconds=3600)
def collect_pages(
    settings: Settings, window: Window, sources: Sources, limits: Limits, refresh: bool
) -> CollectResult:
    """Collect a window into the landing zone; what is collected anew is to be processed anew."""
    s3 = create_client("s3")
    (token,) = read_secret(settings.x_api.secret_arn, "token")
    with XApi(settings.x_api.url, token, credential_name=settings.x_api.secret_arn) as api:
        result = collect_window(
            api,
            s3,
            bucket=settings.landing_bucket,
            window=window,
            query=sources.query,
            user_ids=sources.user_ids,
            usernames=sources.usernames,
            endpoints=sources.endpoints,
            limits=limits,
            refresh=refresh,
        )
    if result.pages:
        forget_processing(s3, processed_bucket=settings.processed_bucket, window=window.name)
    return result


@retried_task(timeout_seconds=300)
def find_landed_endpoints(settings: Settings) -> list[str]:
    """Name the endpoints of the X API of which the landing zone has pages."""
    return list_partitions(create_client("s3"), settings.landing_bucket, f"{LANDING_PREFIX}/")


@retried_task(timeout_seconds=300)
def find_pending_windows(settings: Settings) -> list[str]:
    """Find the windows that are collected and not processed."""
    return list_pending_windows(
        create_client("s3"),
        landing_bucket=settings.landing_bucket,
        processed_bucket=settings.processed_bucket,
    )


@retried_task(timeout_seconds=3600)
def crawl(crawler_name: str) -> Crawl:
    """Run a crawler to its end."""
    return run_crawler(create_client("glue"), crawler_name=crawler_name)


@retried_task(timeout_seconds=7200)
def process_window(settings: Settings, window: str, reject_limit: int) -> ProcessedWindow:
    """Run the Glue job over one window; a retry takes up the run that is already there."""
    key = summary_key(window)
    run = run_job(
        create_client("glue"),
        job_name=settings.glue_name("process-tweets"),
        arguments={
            "--landing_bucket": settings.landing_bucket,
            "--landing_prefix": LANDING_PREFIX,
            "--processed_bucket": settings.processed_bucket,
            "--dataset": DATASET,
            "--windows": window,
            "--reject_limit": str(reject_limit),
            "--summary_uri": f"s3://{settings.processed_bucket}/{key}",
        },
        idempotency_key=f"{runtime.flow_run.id}-{window}",
    )
    summary = _read_json(settings.processed_bucket, key)
    return ProcessedWindow(
        window, run, summary["tables"], summary["quarantine_uri"], summary["quality"]
    )


def read_output(run: JobRun) -> list[str]:
    """Return the last lines that a job run printed."""
    return read_log_tail(create_client("logs"), group=f"{run.log_group}/output", stream=run.run_id)


def _read_json(bucket: str, key: str) -> Any:
    return json.loads(create_client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


@dataclass(frozen=True)
class LoadedPartition:
    """A partition that a table now has: input = loaded + rejected + duplicate."""

    table: str
    partition: str
    result: LoadResult

    def as_row(self) -> dict[str, Any]:
        """Return a row of the counts table."""
        return {"table": self.table, "partition": self.partition, **asdict(self.result)}


@dataclass(frozen=True)
class WarehouseResult:
    """What a run loaded, and the rows that each table has after it."""

    loads: tuple[LoadedPartition, ...]
    rows: dict[str, int]


@retried_task(timeout_seconds=600)
def find_pending_partitions(settings: Settings) -> dict[str, list[str]]:
    """Find the partitions that are complete and not loaded as they are now, by table."""
    s3, bucket = create_client("s3"), settings.processed_bucket
    with open_warehouse(settings) as warehouse:
        return {
            spec.table: pending
            for spec in TWITTER
            if (pending := pending_partitions(warehouse, s3, spec=spec, bucket=bucket))
        }


@retried_task(timeout_seconds=7200)
def load_table(
    settings: Settings,
    table: str,
    partitions: list[str],
    *,
    reject_limit: int,
    glue_run_id: str | None,
    advance: Callable[[], None],
) -> list[LoadedPartition]:
    """Load partitions of a table, a transaction each; a retry skips what is loaded already."""
    spec = next(spec for spec in TWITTER if spec.table == table)
    s3, loaded = create_client("s3"), []
    with open_warehouse(settings) as warehouse:
        for partition in partitions:
            result = load_partition(
                warehouse,
                s3,
                spec=spec,
                partition=partition,
                bucket=settings.processed_bucket,
                copy_role_arn=settings.redshift.copy_role_arn,
                temp_bucket=settings.temp_bucket,
                flow_run_id=runtime.flow_run.id,
                glue_run_id=glue_run_id,
                reject_limit=reject_limit,
            )
            loaded.append(LoadedPartition(table, partition, result))
            advance()
    return loaded


@retried_task(timeout_seconds=600)
def count_warehouse_rows(settings: Settings) -> dict[str, int]:
    """Count the rows of each table of the dataset."""
    with open_warehouse(settings) as warehouse:
        return table_counts(warehouse, TWITTER)

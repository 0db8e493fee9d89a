"""The retryable steps of sync_missing_partitions: plain functions with their clients, as tasks.

Every step is called directly, never with `.submit()`: only so does cancelling a flow reach the step
that waits, and with it the Glue run (docs/decisions/0003-own-glue-runner.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prefect import runtime

from tasks.academy.names import SPECS, Names
from tasks.academy.plan import TablePlan, make_document, plan_table
from tasks.academy.raw_catalog import check_databases, register_partitions
from tasks.academy.recorded import (
    Counts,
    get_partitions_num_from_redshift,
    read_published,
)
from tasks.aws import create_client
from tasks.connections import open_warehouse
from tasks.glue import JobRun, run_job
from tasks.logs import read_log_tail
from tasks.processed import ProcessedZoneError
from tasks.retries import retried_task
from tasks.settings import Settings
from tasks.warehouse import LoadResult, load_partition, table_counts
from warehouse.academy import ACADEMY

RUNS = "runs/sync_missing_partitions"


@dataclass(frozen=True)
class SyncedPartitions:
    """What the job did: its run, and what became of the rules of each table."""

    run: JobRun
    rules: Mapping[str, Sequence[Mapping[str, Any]]]
    quarantine_uri: str | None


@dataclass(frozen=True)
class LoadedPartition:
    """A partition that Redshift now has: of the source's lines, and of the load itself."""

    table: str
    value: str
    counts: Counts
    result: LoadResult

    def as_row(self) -> dict[str, Any]:
        """Return a row of the counts table."""
        return {
            "table": self.table,
            "dt": self.value,
            "input": self.counts.input,
            "loaded": self.counts.loaded,
            "rejected": self.counts.rejected,
            "duplicate": self.counts.duplicate,
            "load_id": self.result.load_id,
        }


@retried_task(timeout_seconds=3600)
def plan_partitions(
    settings: Settings, names: Names, tables: Sequence[str], recheck: int | None
) -> tuple[TablePlan, ...]:
    """Compare the partitions of each table in S3 with those that Redshift has."""
    s3 = create_client("s3")
    with open_warehouse(settings) as warehouse:
        recorded = {
            table: get_partitions_num_from_redshift(warehouse, SPECS[table]) for table in tables
        }
    return tuple(
        plan_table(
            s3,
            names,
            table,
            recorded=recorded[table],
            processed_bucket=settings.processed_bucket,
            recheck=recheck,
        )
        for table in tables
    )


@retried_task(timeout_seconds=600)
def register_planned(names: Names, plans: Sequence[TablePlan]) -> None:
    """Tell the catalog of the partitions that the job is going to read, and of no others."""
    glue = create_client("glue")
    check_databases(glue, names)
    for plan in plans:
        if plan.to_extract:
            values = [one.value for one in plan.to_extract]
            register_partitions(glue, names, plan.table, values)


@retried_task(timeout_seconds=7200)
def sync_planned(
    settings: Settings, names: Names, plans: Sequence[TablePlan], reject_limit: int
) -> SyncedPartitions:
    """Run the Glue job over what is planned; a retry takes up the run that is already there."""
    s3, bucket = create_client("s3"), settings.processed_bucket
    document = make_document(plans, names, processed_bucket=bucket, reject_limit=reject_limit)
    folder = f"{RUNS}/{document['plan_id']}"
    s3.put_object(Bucket=bucket, Key=f"{folder}/plan.json", Body=json.dumps(document).encode())
    run = run_job(
        create_client("glue"),
        job_name=settings.glue_name("sync-partitions"),
        arguments={
            "--plan_uri": f"s3://{bucket}/{folder}/plan.json",
            "--summary_uri": f"s3://{bucket}/{folder}/summary.json",
        },
        idempotency_key=f"{runtime.flow_run.id}-{document['plan_id']}",
    )
    body = s3.get_object(Bucket=bucket, Key=f"{folder}/summary.json")["Body"].read()
    summary = json.loads(body)
    return SyncedPartitions(run, summary["rules"], summary["quarantine_uri"])


def read_output(run: JobRun) -> list[str]:
    """Return the last lines that a job run printed."""
    return read_log_tail(create_client("logs"), group=f"{run.log_group}/output", stream=run.run_id)


@retried_task(timeout_seconds=7200)
def write_data_to_redshift(
    settings: Settings,
    table: str,
    values: Sequence[str],
    *,
    glue_run_id: str | None,
    advance: Callable[[], None],
) -> list[LoadedPartition]:
    """Load partitions of a table, a transaction each; a retry skips what is loaded already."""
    spec, s3, loaded = SPECS[table], create_client("s3"), []
    with open_warehouse(settings) as warehouse:
        for value in values:
            result = load_partition(
                warehouse,
                s3,
                spec=spec,
                partition=f"dt={value}",
                bucket=settings.processed_bucket,
                copy_role_arn=settings.redshift.copy_role_arn,
                temp_bucket=settings.temp_bucket,
                flow_run_id=runtime.flow_run.id,
                glue_run_id=glue_run_id,
                reject_limit=0,  # what a row needs the job has checked
            )
            published = read_published(s3, settings.processed_bucket, spec, value)
            if published is None:
                raise ProcessedZoneError(
                    f"{spec.prefix}dt={value}/ lost its completion marker while it was loaded. "
                    "Run sync_missing_partitions again."
                )
            loaded.append(LoadedPartition(table, value, published.counts, result))
            advance()
    return loaded


@retried_task(timeout_seconds=600)
def count_academy_rows(settings: Settings) -> dict[str, int]:
    """Count the rows of each table of the academy."""
    with open_warehouse(settings) as warehouse:
        return table_counts(warehouse, ACADEMY)

"""The retryable steps of catalog_to_redshift: plain functions with their clients, as tasks.

Every step is called directly, never with `.submit()` (docs/decisions/0003-own-glue-runner.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from prefect import runtime

from tasks.aws import create_client
from tasks.connections import open_warehouse
from tasks.glue import GlueFailure, JobRun, run_crawler, run_job
from tasks.lake import publishing, source, target
from tasks.lake.folders import Found, compare, split_folders
from tasks.lake.plan import LoadPlan, describe_for_job, make_plan, renew_plan
from tasks.lake.publishing import Brought, Overtaken
from tasks.lake.request import LoadRequest
from tasks.lake.source import Source
from tasks.logs import read_log_tail
from tasks.processed import StoredObject
from tasks.retries import retried_task
from tasks.settings import Settings
from tasks.warehouse import LoadResult
from warehouse.lake.loading import SCHEMA, Publication, name_incoming


@dataclass(frozen=True)
class FilledTable:
    """What the job did: its run, the rows that it brought, and what became of the rules."""

    run: JobRun
    rows: int
    rejected: int
    rules: list[dict[str, Any]]
    reasons: dict[str, int]


@dataclass(frozen=True)
class Published:
    """What a load did to the target, and how many rows the target has."""

    result: LoadResult
    target_rows: int


@retried_task(timeout_seconds=600)
def find_objects(request: LoadRequest) -> list[StoredObject]:
    """List the objects of the prefix; none is an error."""
    return source.find_objects(create_client("s3"), request.bucket, request.prefix)


@retried_task(timeout_seconds=600)
def find_pending(settings: Settings, request: LoadRequest, objects: list[StoredObject]) -> Found:
    """Compare the folders of the objects with what the target has of them now."""
    folders = split_folders(request, objects)
    with open_warehouse(settings) as warehouse:
        if target.read_target(warehouse, request.schema, request.table) is None:
            return compare(folders, {})
        keys = [folder.partition_key for folder in folders]
        return compare(folders, publishing.find_current(warehouse, keys))


@retried_task(timeout_seconds=3600)
def crawl_source(settings: Settings, request: LoadRequest, found: Found) -> Source:
    """Crawl the prefix into the catalog, and read back its one table.

    Folders that only add to what is loaded are crawled alone, as long as they are like it.
    """
    glue = create_client("glue")
    if found.is_addition:
        paths = [folder.path for folder in found.pending]
        crawled = source.crawl_new_folders(glue, settings, request, paths)
        if crawled is not None:
            return crawled
    return source.crawl_source(glue, settings, request)


@retried_task(timeout_seconds=600)
def plan_load(settings: Settings, request: LoadRequest, found: Found, crawled: Source) -> LoadPlan:
    """Plan the load against the target as it is."""
    with open_warehouse(settings) as warehouse:
        present = target.read_target(warehouse, request.schema, request.table)
    return make_plan(request, found, crawled, present)


@retried_task(timeout_seconds=1800)
def prepare_target(settings: Settings, plan: LoadPlan) -> None:
    """Create or evolve the target, and make the table that the job fills."""
    with open_warehouse(settings) as warehouse:
        # What an attempt before this one changed is not to be changed again.
        present = target.read_target(warehouse, plan.request.schema, plan.request.table)
        target.prepare_target(warehouse, renew_plan(plan, present).publication)


@retried_task(timeout_seconds=3600)
def crawl_target(settings: Settings, plan: LoadPlan) -> tuple[str, str]:
    """Crawl the target and the table that the job fills; name the latter in the catalog."""
    return target_crawl(create_client("glue"), settings, plan.request, plan.publication)


@retried_task(timeout_seconds=7200)
def fill_table(settings: Settings, plan: LoadPlan, into: tuple[str, str]) -> FilledTable:
    """Run the Glue job; a retry takes up the run that is already there."""
    s3, bucket = create_client("s3"), settings.temp_bucket
    key = _staging_key(plan.request)
    document = describe_for_job(plan, into, settings.redshift.copy_role_arn)
    s3.put_object(Bucket=bucket, Key=f"{key}/plan.json", Body=json.dumps(document).encode())
    try:
        run = run_job(
            create_client("glue"),
            job_name=settings.glue_name("catalog-to-redshift"),
            arguments={
                "--plan_uri": f"s3://{bucket}/{key}/plan.json",
                "--summary_uri": f"s3://{bucket}/{key}/summary.json",
            },
            idempotency_key=f"{runtime.flow_run.id}-{plan.load_id[:16]}",
        )
    except GlueFailure as failure:
        overtaken = not source.has_table(create_client("glue"), *into)
        _remove_staged(settings, plan.request)
        if overtaken:
            # Who published first took the table out of the catalog.
            raise Overtaken(plan.request.source_uri, plan.request.target) from failure
        raise
    summary = json.loads(s3.get_object(Bucket=bucket, Key=f"{key}/summary.json")["Body"].read())
    return FilledTable(run, **summary)


@retried_task(timeout_seconds=3600)
def publish_rows(settings: Settings, plan: LoadPlan, filled: FilledTable) -> Published:
    """Move what the job brought to the target, in one transaction with the ledger."""
    brought = Brought(
        folders=plan.folders,
        rows=filled.rows,
        flow_run_id=str(runtime.flow_run.id or "") or None,
        glue_run_id=filled.run.run_id,
        reject_limit=plan.request.reject_limit,
    )
    with open_warehouse(settings) as warehouse:
        result = publishing.publish(warehouse, plan.publication, brought)
        return Published(result, publishing.count_rows(warehouse, plan.publication))


@retried_task(timeout_seconds=600)
def tidy_up(settings: Settings, request: LoadRequest) -> None:
    """Remove what a load needs while it runs, also what a killed run of it left."""
    _remove_staged(settings, request)


def read_output(run: JobRun) -> list[str]:
    """Return the last lines that a job run printed."""
    return read_log_tail(create_client("logs"), group=f"{run.log_group}/output", stream=run.run_id)


def target_crawl(
    glue: Any, settings: Settings, request: LoadRequest, publication: Publication
) -> tuple[str, str]:
    """Crawl the two tables through the connection; return database and name of the filled one."""
    name = settings.glue_name(f"lake-{request.slug}-target")
    database = source.landing_database(settings)
    store = settings.redshift.database
    places = [
        f"{store}/{request.schema}/{request.table}",
        f"{store}/{SCHEMA}/{publication.incoming_table}",
    ]
    connection = settings.glue_name("redshift")
    source.ensure_crawler(
        glue,
        name,
        {
            "Role": settings.crawler_role_arn,
            "CrawlerSecurityConfiguration": settings.security_configuration,
            "DatabaseName": database,
            "Description": f"{request.target}, and what is loaded into it from the prefix",
            "TablePrefix": "redshift_",
            "Targets": {
                "JdbcTargets": [{"ConnectionName": connection, "Path": place} for place in places]
            },
            "SchemaChangePolicy": {
                "UpdateBehavior": "UPDATE_IN_DATABASE",
                "DeleteBehavior": "LOG",
            },
        },
    )
    run_crawler(glue, crawler_name=name)
    return database, _crawled_name(settings, SCHEMA, publication.incoming_table)


def _remove_staged(settings: Settings, request: LoadRequest) -> None:
    glue, s3 = create_client("glue"), create_client("s3")
    incoming = name_incoming(request.target, request.source_uri)
    glue.batch_delete_table(
        DatabaseName=source.landing_database(settings),
        TablesToDelete=[_crawled_name(settings, SCHEMA, incoming)],
    )
    for name in ("plan.json", "summary.json"):
        s3.delete_object(Bucket=settings.temp_bucket, Key=f"{_staging_key(request)}/{name}")
    with open_warehouse(settings) as warehouse:
        publishing.discard(warehouse, incoming)


def _staging_key(request: LoadRequest) -> str:
    """Say where the temp bucket holds what flow and job tell one another."""
    return f"lake/{name_incoming(request.target, request.source_uri)}"


def _crawled_name(settings: Settings, schema: str, table: str) -> str:
    """Name a table of Redshift as the crawler of the target does."""
    return f"redshift_{settings.redshift.database}_{schema}_{table}".lower()

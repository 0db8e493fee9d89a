"""Read what Glue knows of an environment's jobs, crawlers and tables; nothing is judged here.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tasks.monitoring.runs import SUCCEEDED, Run
from tasks.monitoring.tables import CatalogTable, TableVersion

# What a crawler writes to a table that it finds no data for.
# https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
DEPRECATED = "DEPRECATED_BY_CRAWLER"


def list_jobs(glue: Any, prefix: str) -> list[str]:
    """Name the jobs of the environment."""
    pages = glue.get_paginator("get_jobs").paginate()
    return _named(prefix, (job["Name"] for page in pages for job in page["Jobs"]))


def list_crawlers(glue: Any, prefix: str) -> list[str]:
    """Name the crawlers of the environment."""
    pages = glue.get_paginator("get_crawlers").paginate()
    return _named(prefix, (one["Name"] for page in pages for one in page["Crawlers"]))


def list_databases(glue: Any, prefix: str) -> list[str]:
    """Name the databases of the environment."""
    pages = glue.get_paginator("get_databases").paginate()
    return _named(prefix, (one["Name"] for page in pages for one in page["DatabaseList"]))


def read_job_runs(glue: Any, job: str, *, since: datetime, before: int) -> list[Run]:
    """Read the runs since a time and as many succeeded ones before it, newest first."""
    pages = glue.get_paginator("get_job_runs").paginate(JobName=job)
    runs = (_read_job_run(run) for page in pages for run in page["JobRuns"])
    return _enough(runs, since, before)


def read_crawls(glue: Any, crawler: str, *, since: datetime, before: int) -> list[Run]:
    """Read the crawls since a time and as many completed ones before it, newest first."""
    return _enough(map(_read_crawl, _crawls(glue, crawler)), since, before)


def read_tables(glue: Any, database: str, *, since: datetime) -> list[CatalogTable]:
    """Read the tables of a database; earlier versions only of those that changed since."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return [_read_table(glue, table, since) for page in pages for table in page["TableList"]]


def _named(prefix: str, names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(prefix))


def _enough(runs: Iterable[Run], since: datetime, before: int) -> list[Run]:
    taken: list[Run] = []
    succeeded = 0
    for run in runs:
        if run.started < since:
            if succeeded == before:
                break
            succeeded += run.state in SUCCEEDED
        taken.append(run)
    return taken


def _read_job_run(run: Mapping[str, Any]) -> Run:
    return Run(
        run["Id"],
        run["JobRunState"],
        run["StartedOn"].astimezone(UTC),
        float(run.get("ExecutionTime", 0)),
        run.get("ErrorMessage") or run.get("StateDetail") or "",
    )


def _crawls(glue: Any, crawler: str) -> Iterator[Mapping[str, Any]]:
    # boto3 has no paginator for ListCrawls.
    token: dict[str, str] = {}
    while True:
        page = glue.list_crawls(CrawlerName=crawler, MaxResults=100, **token)
        yield from page.get("Crawls", [])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _read_crawl(crawl: Mapping[str, Any]) -> Run:
    started = crawl["StartTime"].astimezone(UTC)
    ended = crawl.get("EndTime")
    seconds = (ended - started).total_seconds() if ended else 0.0
    return Run(crawl["CrawlId"], crawl["State"], started, seconds, crawl.get("ErrorMessage") or "")


def _read_table(glue: Any, table: Mapping[str, Any], since: datetime) -> CatalogTable:
    newest = _read_version(table, table.get("VersionId", "newest"))
    versions = [newest]
    if newest.updated >= since:
        versions = list(_versions_since(glue, table, since)) or versions
    return CatalogTable(
        f"{table['DatabaseName']}.{table['Name']}",
        tuple(versions),
        DEPRECATED in table.get("Parameters", {}),
    )


def _versions_since(glue: Any, table: Mapping[str, Any], since: datetime) -> Iterator[TableVersion]:
    """Yield the versions since a time and the one that was in force then, newest first."""
    pages = glue.get_paginator("get_table_versions").paginate(
        DatabaseName=table["DatabaseName"], TableName=table["Name"]
    )
    for page in pages:
        for found in page["TableVersions"]:
            version = _read_version(found["Table"], found["VersionId"])
            yield version
            if version.updated < since:
                return


def _read_version(table: Mapping[str, Any], version: str) -> TableVersion:
    updated = table.get("UpdateTime") or table["CreateTime"]
    columns = [
        *table.get("StorageDescriptor", {}).get("Columns", []),
        *table.get("PartitionKeys", []),
    ]
    named = tuple((column["Name"], column.get("Type", "")) for column in columns)
    return TableVersion(version, updated.astimezone(UTC), named)

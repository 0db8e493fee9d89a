"""Raw tweets, users and followers to Redshift: only the partitions that are missing or changed."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.academy.names import Names
from tasks.academy.plan import TablePlan
from tasks.academy.publishing import publish_plan, publish_result
from tasks.academy.report import SyncReport, describe_plan, draw_report
from tasks.academy.steps import (
    LoadedPartition,
    count_academy_rows,
    plan_partitions,
    register_planned,
    sync_planned,
    write_data_to_redshift,
)
from tasks.artifacts import progress
from tasks.command_line import run_from_terminal
from tasks.connections import migrate_warehouse
from tasks.settings import Settings, read_settings

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
# What is a name of the catalog, which is lower case, and of a folder alike.
CatalogName = Annotated[str, Field(pattern=r"^[a-z0-9_][a-z0-9_-]{0,127}$")]


class SyncMissingPartitions(BaseModel):
    """Where the raw data are, which tables to synchronize, and how much to compare."""

    model_config = ConfigDict(extra="forbid")

    bucket: BucketName = Field(
        default="tara-academy-data",
        description="Bucket of the raw data, in folders <table>/dt=YYYY-MM-DD/. Names of buckets "
        "are global: on AWS give your own",
    )
    raw_database: CatalogName = Field(
        default="admin-academy-twitter", description="Catalog database of the raw data"
    )
    processed_database: CatalogName = Field(
        default="admin-academy-data", description="Catalog database of the processed data"
    )
    users: CatalogName = Field(default="users", description="Folder and catalog table of the users")
    user_followers: CatalogName = Field(
        default="user_followers", description="Folder and catalog table of who follows whom"
    )
    tweets: CatalogName = Field(
        default="tweets", description="Folder and catalog table of the tweets"
    )
    tables: list[Literal["users", "user_followers", "tweets"]] = Field(
        default=["users", "user_followers", "tweets"],
        min_length=1,
        description="Which of them to synchronize",
    )
    recheck_partitions: int | None = Field(
        default=10,
        ge=0,
        description="Of how many loaded partitions of a table, the newest, the objects are "
        "compared (ETags) to find changes; all where it is null, which lists every object",
    )
    reject_limit: int = Field(
        default=1000, ge=0, description="Above so many rejected lines nothing is published"
    )
    dry_run: bool = Field(default=False, description="Show the plan and stop")

    @model_validator(mode="after")
    def _check_names(self) -> SyncMissingPartitions:
        if len(set(self.names().raw_names.values())) < 3:
            raise ValueError("users, user_followers and tweets have to be three different folders")
        if self.raw_database == self.processed_database:
            raise ValueError(
                "raw_database and processed_database have to be two databases: their tables have "
                "the same names"
            )
        return self

    def names(self) -> Names:
        """Return the names by what they are."""
        folders = {
            "users": self.users,
            "user_followers": self.user_followers,
            "tweets": self.tweets,
        }
        return Names(self.bucket, self.raw_database, self.processed_database, folders)


@flow(name="sync_missing_partitions", flow_run_name="sync_missing_partitions")
def sync_missing_partitions(
    parameters: SyncMissingPartitions = SyncMissingPartitions(),
) -> SyncReport:
    """Compare, show the plan, extract and transform what it names, load it; none is success."""
    settings, names = read_settings(os.environ), parameters.names()
    migrate_warehouse(settings)
    tables = list(dict.fromkeys(parameters.tables))
    plans = plan_partitions(settings, names, tables, parameters.recheck_partitions)
    for line in describe_plan(plans):
        get_run_logger().info("Plan: %s", line)
    publish_plan(plans)
    if parameters.dry_run:
        return SyncReport(plans, True, None, (), {})
    synced = None
    if any(plan.to_extract for plan in plans):
        register_planned(names, plans)
        synced = sync_planned(settings, names, plans, parameters.reject_limit)
    loads = _load(settings, plans, synced.run.run_id if synced else None)
    report = SyncReport(plans, False, synced, tuple(loads), count_academy_rows(settings))
    publish_result(settings, names, report)
    return report


def _load(
    settings: Settings, plans: tuple[TablePlan, ...], glue_run_id: str | None
) -> list[LoadedPartition]:
    loads: list[LoadedPartition] = []
    total = sum(len(plan.to_load) for plan in plans)
    if total:
        with progress(total, "Partitions loaded") as advance:
            for plan in plans:
                loads += write_data_to_redshift(
                    settings,
                    plan.table,
                    plan.to_load,
                    glue_run_id=glue_run_id,
                    advance=advance,
                )
    return loads


if __name__ == "__main__":
    sys.exit(run_from_terminal(sync_missing_partitions, draw_report))

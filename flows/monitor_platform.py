"""Look at the whole platform: runs, crawls, schemas, loads, Redshift; fail where it is unwell."""

from __future__ import annotations

import os
import sys
from typing import Literal

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tasks.command_line import FailedWithReport, run_from_terminal
from tasks.monitoring.findings import Severity
from tasks.monitoring.limits import DatasetLimits, RunLimits, WarehouseLimits
from tasks.monitoring.report import MonitorReport, draw_report, publish_report
from tasks.monitoring.steps import (
    watch_crawlers,
    watch_jobs,
    watch_ledger,
    watch_tables,
    watch_warehouse,
)
from tasks.settings import read_settings


class MonitorPlatform(BaseModel):
    """How far to look back, what is too slow, too old, too much, and when to raise the alarm."""

    model_config = ConfigDict(extra="forbid")

    window_hours: int = Field(
        default=24, ge=1, le=168, description="How far to look back; Redshift forgets after a week"
    )
    fail_on: Literal["info", "warning", "critical", "never"] = Field(
        default="critical",
        description="From which severity on the run fails, so that the automation notifies",
    )
    runs: RunLimits = Field(
        default_factory=RunLimits, description="When runs of jobs and crawlers are slow or stuck"
    )
    datasets: dict[str, DatasetLimits] = Field(
        default={}, description="Limits of single datasets, by their names in the ledger"
    )
    other_datasets: DatasetLimits = Field(
        default_factory=DatasetLimits, description="Limits of all other datasets"
    )
    warehouse: WarehouseLimits = Field(
        default_factory=WarehouseLimits, description="When Redshift is too full or too slow"
    )
    databases: list[str] = Field(
        default=[],
        description="Databases of the catalog to watch beside those of this environment",
    )

    @field_validator("databases")
    @classmethod
    def _check_databases(cls, names: list[str]) -> list[str]:
        for name in names:
            if not name or len(name) > 255 or not name.isprintable():
                raise ValueError(f"{name!r} is no name of a database: 1 to 255 printable letters")
        return names


@flow(name="monitor_platform", flow_run_name="monitor_platform")
def monitor_platform(parameters: MonitorPlatform = MonitorPlatform()) -> MonitorReport:
    """Report what is wrong; fails where something is as bad as `fail_on` says."""
    settings = read_settings(os.environ)
    hours = parameters.window_hours
    warehouse, sizes = watch_warehouse(settings, parameters.warehouse, hours)
    report = MonitorReport(
        watched={
            "jobs": watch_jobs(settings, parameters.runs, hours),
            "crawlers": watch_crawlers(settings, parameters.runs, hours),
            "catalog": watch_tables(settings, parameters.databases, hours),
            "ledger": watch_ledger(settings, parameters.datasets, parameters.other_datasets, hours),
            "redshift": warehouse,
        },
        table_sizes=tuple(sizes),
    )
    publish_report(report)
    if is_alarming(report, parameters.fail_on):
        raise FailedWithReport(report.summarise(), report)
    return report


def is_alarming(report: MonitorReport, fail_on: str) -> bool:
    """Whether a report is as bad as a severity, or worse."""
    if fail_on == "never" or report.worst is None:
        return False
    return report.worst >= Severity[fail_on.upper()]


if __name__ == "__main__":
    sys.exit(run_from_terminal(monitor_platform, draw_report))

"""Look at the whole platform: runs, crawls, schemas, loads, Redshift; fail where it is unwell.

A run fails for what it finds first, so that each finding is told once; it completes while only
what was told before lasts.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Literal

from prefect import flow
from pydantic import BaseModel, ConfigDict, Field, field_validator

from tasks.command_line import FailedWithReport, run_from_terminal
from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.limits import DatasetLimits, RunLimits, WarehouseLimits
from tasks.monitoring.report import MonitorReport, draw_report, publish_report
from tasks.monitoring.steps import (
    choose_what_to_tell,
    publish_ledger_metrics,
    remember_what_is_told,
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
        description="From which severity on a finding is told: the run fails, which notifies",
    )
    tell_again_hours: int = Field(
        default=24,
        ge=1,
        le=8760,
        description="After how many hours a finding that lasts is told again",
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
    """Report what is wrong; fails where something as bad as `fail_on` says was not told yet."""
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
    publish_ledger_metrics(settings)
    if parameters.fail_on == "never":
        return report
    alarming = choose_alarming(report, Severity[parameters.fail_on.upper()])
    telling = choose_what_to_tell(settings, alarming, parameters.tell_again_hours)
    remember_what_is_told(settings, telling)
    if telling.now:
        raise FailedWithReport(report.summarise(telling), report)
    return replace(report, told_before=len(telling.before))


def choose_alarming(report: MonitorReport, least: Severity) -> list[Finding]:
    """Return the findings that are as bad as a severity, or worse."""
    return [one for one in report.findings if one.severity >= least]


if __name__ == "__main__":
    sys.exit(run_from_terminal(monitor_platform, draw_report))

"""What a synchronization shows of itself in Prefect: artifacts, and the assets that it made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tasks.academy.names import SPECS, Names
from tasks.academy.plan import TablePlan
from tasks.academy.report import SyncReport
from tasks.academy.steps import read_output
from tasks.artifacts import (
    publish_counts,
    publish_job_run,
    publish_lineage,
    publish_plot,
    publish_quality,
)
from tasks.assets import record_asset, redshift_asset, s3_asset
from tasks.settings import Settings

KEY = "sync-missing-partitions"


def publish_plan(plans: Sequence[TablePlan]) -> None:
    """Publish what is there by table, and each partition that is to be read or loaded."""
    publish_counts(f"{KEY}-plan", [plan.as_row() for plan in plans], "The plan")
    todo = [
        {
            "table": plan.table,
            "dt": one.value,
            "state": one.state,
            "objects": len(one.source.objects),
            "bytes": one.source.bytes,
        }
        for plan in plans
        for one in plan.of("missing", "changed", "unloaded", "empty")
    ]
    publish_counts(f"{KEY}-partitions", todo, "Partitions that are not as they should be")


def publish_result(settings: Settings, names: Names, report: SyncReport) -> None:
    """Publish what became of every line and rule, where it went, and record the assets."""
    publish_counts(
        f"{KEY}-counts",
        [one.as_row() for one in report.loads],
        "input = loaded + rejected + duplicate",
    )
    rows: Counter[str] = Counter()
    for one in sorted(report.loads, key=lambda load: load.value):
        rows[one.value] += one.counts.loaded
    publish_plot(f"{KEY}-rows", rows, title="Rows by partition", unit="rows")
    if report.synced is not None:
        publish_job_run(f"{KEY}-run", report.synced.run, read_output(report.synced.run))
        rules = [
            {"table": table, **outcome}
            for table, outcomes in report.synced.rules.items()
            for outcome in outcomes
        ]
        publish_quality(f"{KEY}-quality", rules)
    edges = []
    for table in dict.fromkeys(one.table for one in report.loads):
        edges += _record(settings, names, table, rows=report.rows[f"academy.{table}"])
    publish_lineage(f"{KEY}-lineage", edges)


def _record(settings: Settings, names: Names, table: str, *, rows: int) -> list[tuple[str, str]]:
    """Record a table's assets; return the edges between them."""
    raw = s3_asset(names.bucket, names.prefix(table))
    processed = s3_asset(settings.processed_bucket, SPECS[table].prefix)
    loaded = redshift_asset(settings.redshift.database, "academy", table)
    record_asset(processed, made_from=[raw])
    record_asset(loaded, made_from=[processed], metadata={"rows": rows})
    return [(raw, processed), (processed, loaded)]

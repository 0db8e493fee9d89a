"""What repartition_by_event_time did: artifacts in Prefect, and a page for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.artifacts import (
    publish_counts,
    publish_job_run,
    publish_lineage,
    publish_plot,
    publish_quality,
)
from tasks.assets import record_asset, s3_asset
from tasks.repartition.steps import RepartitionedHours, Repartitioning, read_output
from tasks.settings import Settings

MEGABYTE = 1024 * 1024
MOST_SHOWN = 12


@dataclass(frozen=True)
class Repartitioned:
    """The runs of a flow over one stream, and the table in the catalog that they feed."""

    stream: str
    table: str
    runs: tuple[RepartitionedHours, ...]


def publish_report(settings: Settings, what: Repartitioning, result: Repartitioned) -> None:
    """Publish counts, files, rules, lineage and a plot; nothing done is nothing to show."""
    if not result.runs:
        return
    publish_counts(
        "repartition-by-event-time-counts",
        [_count_row(one) for one in result.runs],
        "input = loaded + rejected + duplicate",
    )
    written = [row for one in result.runs for row in one.summary["written"]]
    publish_counts(
        "repartition-by-event-time-hours", [_hour_row(row) for row in written], "Event hours"
    )
    outcomes = [row for one in result.runs for row in one.summary["outcomes"]]
    if outcomes:
        table = f"{what.dataset}.{what.table}"
        rows = [{"table": table, **outcome} for outcome in outcomes]
        publish_quality("repartition-by-event-time-quality", rows)
    for one in result.runs:
        publish_job_run("repartition-by-event-time-run", one.run, read_output(one.run))
    publish_plot(
        "repartition-by-event-time-plot",
        dict(sorted(arrived_by_hour(result).items())),
        title="Readings by the hour of their event, UTC",
        unit="readings",
    )
    source = s3_asset(settings.landing_bucket, what.stream)
    target = s3_asset(settings.processed_bucket, f"{what.dataset}/{what.table}")
    publish_lineage(
        "repartition-by-event-time-lineage",
        [(source, result.runs[0].run.job_name), (result.runs[0].run.job_name, target)],
    )
    record_asset(target, made_from=[source], metadata=add_counts(result))


def add_counts(result: Repartitioned) -> dict[str, int]:
    """Add up input, loaded, rejected and duplicate over the runs."""
    names = ("input", "loaded", "rejected", "duplicate")
    return {name: sum(one.summary["counts"][name] for one in result.runs) for name in names}


def arrived_by_hour(result: Repartitioned) -> dict[str, int]:
    """Add up the usable readings that arrived, by the hour of their event."""
    hours: dict[str, int] = {}
    for one in result.runs:
        for row in one.summary["written"]:
            hours[row["hour"]] = hours.get(row["hour"], 0) + row["arrived"]
    return hours


def draw_report(result: Repartitioned) -> RenderableType:
    """Draw what was read, what became of it, and the event hours that were written."""
    if not result.runs:
        return Text(f"\nnothing: no arrival hour of {result.stream} is pending\n")
    return Group("", *map(Text, _steps(result)), "", _draw_hours(result))


def _steps(result: Repartitioned) -> Iterator[str]:
    for one in result.runs:
        yield (
            f"read       {len(one.hours)} arrival hours, {one.hours[0]} to {one.hours[-1]}: "
            f"run {one.run.state}, {one.run.execution_seconds} s"
        )
    counts = add_counts(result)
    yield (
        f"counted    {counts['input']:,} input = {counts['loaded']:,} loaded + "
        f"{counts['rejected']:,} rejected + {counts['duplicate']:,} duplicate"
    )
    changed = [row for one in result.runs for row in one.summary["written"] if row["changed"]]
    yield (
        f"wrote      {len(changed)} event hours of {result.table}: "
        f"{sum(row['files'] for row in changed)} files, {_megabytes(changed, 'bytes')} "
        f"(planned {sum(row['planned_files'] for row in changed)}, "
        f"{_megabytes(changed, 'planned_bytes')})"
    )
    for one in result.runs:
        if one.summary["quarantine_uri"]:
            yield f"rejected   laid aside in {one.summary['quarantine_uri']}"


def _draw_hours(result: Repartitioned) -> Table:
    drawn = Table("event hour, UTC")
    for heading in ("arrived", "rows", "files", "bytes"):
        drawn.add_column(heading, justify="right")
    rows = {row["hour"]: row for one in result.runs for row in one.summary["written"]}
    shown = sorted(rows)[-MOST_SHOWN:]
    if len(rows) > len(shown):
        drawn.add_row(f"{len(rows) - len(shown)} earlier hours", "", "", "", "")
    arrived = arrived_by_hour(result)
    for hour in shown:
        row = rows[hour]
        cells = (arrived[hour], row["rows"], row["files"], row["bytes"])
        drawn.add_row(hour, *(f"{cell:,}" for cell in cells))
    return drawn


def _count_row(one: RepartitionedHours) -> dict[str, Any]:
    hours = f"{one.hours[0]} to {one.hours[-1]}"
    return {"arrival hours": hours, "objects": one.summary["objects"], **one.summary["counts"]}


def _hour_row(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("hour", "arrived", "rows", "changed", "files", "planned_files", "bytes")
    return {name: row[name] for name in (*names, "planned_bytes")}


def _megabytes(rows: list[Mapping[str, Any]], name: str) -> str:
    return f"{sum(row[name] for row in rows) / MEGABYTE:,.1f} MB"

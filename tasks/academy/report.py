"""The plan and the result of a synchronization, as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.academy.plan import TablePlan
from tasks.academy.steps import LoadedPartition, SyncedPartitions

MOST_NAMED = 5


@dataclass(frozen=True)
class SyncReport:
    """The plan, and what was done of it; nothing where it was a dry run.

    `rows` are those of each table of the warehouse afterwards.
    """

    plans: tuple[TablePlan, ...]
    dry_run: bool
    synced: SyncedPartitions | None
    loads: tuple[LoadedPartition, ...]
    rows: Mapping[str, int]


def describe_plan(plans: Sequence[TablePlan]) -> Iterator[str]:
    """Say what is to be done: a line for each table, and one for each kind of oddity."""
    for plan in plans:
        parts = [
            f"{len(plan.found.values)} partitions in S3",
            f"{plan.recorded} in Redshift",
            *(
                f"{len(plan.of(state))} {state} ({_name([one.value for one in plan.of(state)])})"
                for state in ("missing", "changed", "unloaded")
                if plan.of(state)
            ),
        ]
        yield f"{plan.table}: {', '.join(parts)}"
        if plan.of("empty"):
            empty = _name([one.value for one in plan.of("empty")])
            yield f"{plan.table}: passed over, without objects: {empty}"
        if plan.gone:
            yield f"{plan.table}: gone from S3, kept in Redshift: {_name(plan.gone)}"
        if plan.found.passed_over:
            yield f"{plan.table}: passed over, no partitions: {_name(plan.found.passed_over)}"


def draw_report(report: SyncReport) -> RenderableType:
    """Draw the plan and, unless it was a dry run, a row for each table of the warehouse."""
    plan = [Text(f"plan       {line}") for line in describe_plan(report.plans)]
    if report.dry_run:
        return Group("", *plan, Text("dry run    nothing was done"))
    return Group("", *plan, *map(Text, _steps(report)), "", _draw_tables(report))


def _steps(report: SyncReport) -> Iterator[str]:
    if report.synced is None:
        yield "extracted  nothing: every partition is published as it is"
    else:
        run = report.synced.run
        yield (
            f"extracted  run {run.state}, {run.execution_seconds} s, "
            f"{run.dpu_seconds:.0f} DPU seconds"
        )
        if report.synced.quarantine_uri:
            yield f"rejected   laid aside in {report.synced.quarantine_uri}"
    yield f"loaded     {len(report.loads)} partitions"


def _draw_tables(report: SyncReport) -> Table:
    drawn = Table("Redshift table")
    for heading in ("input", "loaded", "rejected", "duplicate", "rows now"):
        drawn.add_column(heading, justify="right")
    for name, rows in report.rows.items():
        counts = [one.counts for one in report.loads if f"academy.{one.table}" == name]
        sums = (
            sum(one.input for one in counts),
            sum(one.loaded for one in counts),
            sum(one.rejected for one in counts),
            sum(one.duplicate for one in counts),
        )
        drawn.add_row(name, *(f"{count:,}" for count in (*sums, rows)))
    return drawn


def _name(values: Sequence[str]) -> str:
    shown = ", ".join(values[:MOST_NAMED])
    return shown if len(values) <= MOST_NAMED else f"{shown} and {len(values) - MOST_NAMED} more"

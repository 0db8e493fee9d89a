"""The plan and the result of a synchronization, as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.academy.plan import CHANGED, EMPTY, MISSING, UNLOADED, TablePlan
from tasks.academy.steps import LoadedPartition, SyncedPartitions
from tasks.warehouse_table import draw_tables, group_parts

TO_DO = (MISSING, CHANGED, UNLOADED)


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
        todo = [
            f"{len(found)} {state} ({_name([one.value for one in found])})"
            for state in TO_DO
            if (found := plan.of(state))
        ]
        there = f"{len(plan.found.values)} in S3, {plan.recorded} in Redshift"
        yield f"{plan.table}: {there}, {', '.join(todo) or 'nothing to do'}"
        yield from _oddities(plan)


def _oddities(plan: TablePlan) -> Iterator[str]:
    if plan.of(EMPTY):
        empty = _name([one.value for one in plan.of(EMPTY)])
        yield f"{plan.table}: passed over, no objects in {empty}"
    if plan.gone:
        yield f"{plan.table}: gone from S3 and kept in Redshift: {_name(plan.gone)}"
    if plan.found.passed_over:
        yield f"{plan.table}: passed over, no partition: {_name(plan.found.passed_over)}"


def draw_report(report: SyncReport) -> RenderableType:
    """Draw the plan and, unless it was a dry run, a row for each table of the warehouse."""
    oddities = [Text(line) for plan in report.plans for line in _oddities(plan)]
    drawn: list[RenderableType] = ["", _draw_plan(report.plans), *oddities, ""]
    if report.dry_run:
        return Group(*drawn, Text("dry run    nothing was done"))
    return Group(*drawn, *map(Text, _steps(report)), "", _draw_loads(report))


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


def _draw_plan(plans: Sequence[TablePlan]) -> Table:
    drawn = Table("Plan")
    for heading in ("in S3", "loaded", "to do"):
        drawn.add_column(heading, justify="right")
    drawn.add_column("which")
    for plan in plans:
        named = [
            f"{state}: {_name([one.value for one in found])}"
            for state in TO_DO
            if (found := plan.of(state))
        ]
        numbers = (len(plan.found.values), plan.recorded, len(plan.to_load))
        drawn.add_row(plan.table, *(f"{number:,}" for number in numbers), "\n".join(named))
    return drawn


def _draw_loads(report: SyncReport) -> Table:
    parts = group_parts("academy", ((one.table, one.counts) for one in report.loads))
    return draw_tables(report.rows, parts)


def _name(values: Sequence[str]) -> str:
    """Name one or two; of more the first and the last."""
    return ", ".join(values) if len(values) <= 2 else f"{values[0]} … {values[-1]}"

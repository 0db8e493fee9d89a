"""What a run of the whole twitter pipeline did, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.twitter.collection import CollectResult
from tasks.twitter.steps import ProcessedWindow, WarehouseResult
from tasks.warehouse_table import draw_tables, group_parts


@dataclass(frozen=True)
class TweetsReport:
    """The results of the three stages."""

    collected: CollectResult
    processed: tuple[ProcessedWindow, ...]
    warehoused: WarehouseResult


def draw_report(report: TweetsReport) -> RenderableType:
    """Draw the way from the API to Redshift: a line for each step, a row for each table."""
    return Group("", *map(Text, _steps(report)), "", _draw_tables(report.warehoused))


def _steps(report: TweetsReport) -> Iterator[str]:
    collected = report.collected
    yield (
        f"collected  window {collected.window.name}: {collected.objects} pages, "
        f"{collected.pages} of them fetched now"
    )
    for one in report.processed:
        yield (
            f"processed  window {one.window}: run {one.run.state}, "
            f"{one.run.execution_seconds} s, {one.run.dpu_seconds:.0f} DPU seconds"
        )
        if one.quarantine_uri:
            rejected = sum(counts["rejected"] for counts in one.counts.values())
            yield f"rejected   {rejected} records, laid aside in {one.quarantine_uri}"
    if not report.processed:
        yield "processed  nothing: no collected window is pending"
    yield f"loaded     {len(report.warehoused.loads)} partitions"


def _draw_tables(warehoused: WarehouseResult) -> Table:
    parts = group_parts("twitter", ((one.table, one.result) for one in warehoused.loads))
    return draw_tables(warehoused.rows, parts)

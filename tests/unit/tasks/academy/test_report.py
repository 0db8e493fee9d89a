from __future__ import annotations

from io import StringIO

from rich.console import Console

from tasks.academy.plan import CHANGED, CURRENT, EMPTY, MISSING, ComparedPartition, TablePlan
from tasks.academy.recorded import Counts
from tasks.academy.report import SyncReport, draw_report
from tasks.academy.source import FoundPartitions, SourcePartition
from tasks.academy.steps import LoadedPartition, SyncedPartitions
from tasks.glue import JobRun
from tasks.warehouse import LoadResult

RUN = JobRun("sync-partitions", "jr_1", "SUCCEEDED", 12, 24.0, "/aws-glue/jobs")
NOTHING = SourcePartition("s", ())
DAYS = tuple(f"2026-11-{day}" for day in range(10, 20))


def plan(table: str, *states: str) -> TablePlan:
    compared = tuple(
        ComparedPartition(day, state, NOTHING) for day, state in zip(DAYS, states, strict=False)
    )
    found = FoundPartitions(DAYS[: len(states)], ("backfill/",))
    return TablePlan(table, found, 4, compared, 0, ("2025-01-01",))


def drawn(report: SyncReport) -> str:
    console = Console(width=80, record=True, file=StringIO())
    console.print(draw_report(report))
    return console.export_text()


def test_a_dry_run_shows_the_plan_and_that_nothing_was_done() -> None:
    plans = (plan("user_followers", MISSING, MISSING, MISSING, CHANGED, CURRENT, EMPTY),)
    text = drawn(SyncReport(plans, True, None, (), {}))
    assert "missing: 2026-11-10 … 2026-11-12" in text
    assert "changed: 2026-11-13" in text
    assert "user_followers: passed over, no objects in 2026-11-15" in text
    assert "user_followers: gone from S3 and kept in Redshift: 2025-01-01" in text
    assert "user_followers: passed over, no partition: backfill/" in text
    assert "dry run    nothing was done" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_run_shows_what_became_of_the_lines_of_each_table() -> None:
    loads = tuple(
        LoadedPartition(
            "tweets", day, Counts(1000, 990, 4, 6), LoadResult("l", 990, 990, 0, 0, skipped=False)
        )
        for day in DAYS[:2]
    )
    synced = SyncedPartitions(RUN, {}, "s3://zone/quarantine/academy/load_id=p/")
    report = SyncReport(
        (plan("tweets", MISSING, MISSING),), False, synced, loads, {"academy.tweets": 1980}
    )
    text = drawn(report)
    assert "extracted  run SUCCEEDED, 12 s, 24 DPU seconds" in text
    assert "rejected   laid aside in s3://zone/quarantine/academy/load_id=p/" in text
    assert "loaded     2 partitions" in text
    row = next(line for line in text.splitlines() if "academy.tweets" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["academy.tweets", "2,000", "1,980", "8", "12", "1,980"]


def test_where_all_is_published_nothing_was_extracted() -> None:
    text = drawn(SyncReport((plan("users", CURRENT),), False, None, (), {"academy.users": 4}))
    assert "extracted  nothing: every partition is published as it is" in text
    assert "loaded     0 partitions" in text

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from tasks.monitoring.findings import Finding, Severity, Watched
from tasks.monitoring.load import TableSize
from tasks.monitoring.report import MonitorReport, draw_report
from tasks.monitoring.telling import Telling

STALE = Finding(Severity.CRITICAL, "stale", "twitter", "last loaded 48.0 h ago " + "x" * 200)
ADDED = Finding(Severity.INFO, "schema changed", "landing.a", "version 0 to 1: added b int")
SLOW = Finding(Severity.WARNING, "slow run", "clean-books", "took 301 s")
UNWELL = MonitorReport(
    {
        "jobs": Watched("1 job, 4 runs", (SLOW,)),
        "catalog": Watched("2 databases, 1 table", (ADDED,), ("Which tables are gone",)),
        "ledger": Watched("1 dataset, 0 loads", (STALE,)),
    },
    (TableSize("twitter.tweets", 12, 345),),
)
WELL = MonitorReport({"jobs": Watched("no jobs")})


def draw(report: MonitorReport) -> str:
    console = Console(file=StringIO(), width=200)
    console.print(draw_report(report))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("report", [UNWELL, WELL])
def test_report_keeps_within_80_columns(report: MonitorReport) -> None:
    lines = [line.rstrip() for line in draw(report).splitlines()]
    assert max(map(len, lines)) <= 80


def test_report_shows_the_worst_first_and_what_is_not_known() -> None:
    drawn = draw(UNWELL)
    places = [drawn.index(word) for word in ("Not known yet", "critical", "warning", "info")]
    assert places == sorted(places)
    for shown in ("1 job, 4 runs", "Which tables are gone", "twitter.tweets, 12 MB", "slow run"):
        assert shown in drawn
    assert "All is well." not in drawn


def test_all_is_well_only_without_findings() -> None:
    assert "All is well." in draw(WELL)
    assert WELL.summarise() == "All is well."


def test_summary_counts_and_names_the_worst() -> None:
    assert UNWELL.summarise().startswith(
        "1 critical, 1 warning, 1 info; stale: twitter: last loaded 48.0 h ago "
    )


def test_summary_names_what_is_new_before_what_was_told() -> None:
    telling = Telling(now=(SLOW,), before=(STALE,), times={})
    assert UNWELL.summarise(telling) == (
        "1 critical, 1 warning, 1 info, 1 finding told before; slow run: clean-books: took 301 s"
    )


def test_report_says_why_its_run_does_not_fail() -> None:
    assert "Told before" not in draw(UNWELL)
    shown = draw(replace(UNWELL, told_before=1))
    assert "Told before, so that the run does not fail: 1 finding." in shown

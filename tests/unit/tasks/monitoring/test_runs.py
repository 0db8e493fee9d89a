"""Judging runs; every expected text is written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.limits import RunLimits
from tasks.monitoring.runs import Run, Span, explain_missing_history, judge_runs

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPAN = Span(NOW - timedelta(hours=24), NOW)
LIMITS = RunLimits(slow_factor=3, slow_margin_seconds=60, median_from=3, stuck_minutes=120)


def run(hours_ago: float, state: str = "SUCCEEDED", seconds: float = 100, error: str = "") -> Run:
    return Run(f"jr_{hours_ago:g}", state, NOW - timedelta(hours=hours_ago), seconds, error)


def judge(*runs: Run, limits: RunLimits = LIMITS) -> list[Finding]:
    return judge_runs("run", "clean-books", runs, limits, SPAN)


def test_runs_that_succeed_as_fast_as_ever_are_no_finding() -> None:
    assert judge(run(1), run(2), run(3), run(4, seconds=120)) == []


@pytest.mark.parametrize("state", ["FAILED", "ERROR", "TIMEOUT", "EXPIRED"])
def test_a_run_that_failed_last_is_critical(state: str) -> None:
    assert judge(run(1, state, error="No space\n  left"), run(2)) == [
        Finding(
            Severity.CRITICAL,
            "failed run",
            "clean-books",
            f"jr_1 {state} at 2026-11-20 11:00Z: No space left",
            "jr_1",
        )
    ]


def test_a_failure_that_a_later_run_made_good_is_a_warning() -> None:
    (found,) = judge(run(1), run(2, "FAILED", error="boom"))
    assert found.severity is Severity.WARNING
    assert found.text == "jr_2 FAILED at 2026-11-20 10:00Z; a later one succeeded: boom"


def test_a_run_that_somebody_stopped_is_a_warning() -> None:
    (found,) = judge(run(1, "STOPPED"))
    assert (found.severity, found.text) == (
        Severity.WARNING,
        "jr_1 STOPPED at 2026-11-20 11:00Z: Glue gives no reason",
    )


def test_a_failure_before_the_time_looked_at_is_history() -> None:
    assert judge(run(25, "FAILED")) == []


def test_a_slow_run_is_told_with_the_median_of_those_before_it() -> None:
    # Median of 90, 100, 200 is 100; 301 is more than three times that.
    slow = run(1, seconds=301)
    assert judge(slow, run(30, seconds=90), run(31, seconds=200), run(32, seconds=100)) == [
        Finding(
            Severity.WARNING,
            "slow run",
            "clean-books",
            "jr_1 of 2026-11-20 11:00Z took 301 s, the median of the 3 before it is 100 s",
            "jr_1",
        )
    ]


def test_a_short_run_is_not_slow_by_its_factor_alone() -> None:
    assert judge(run(1, seconds=50), *(run(h, seconds=1) for h in (30, 31, 32))) == []


def test_two_runs_have_no_median() -> None:
    assert judge(run(1, seconds=3000), run(2), run(3)) == []
    told = "clean-books: 3 succeeded runs, too few to call one slow"
    assert explain_missing_history("run", "clean-books", [run(1), run(2), run(3)], 3) == told
    assert explain_missing_history("run", "clean-books", [], 3) == "clean-books has no run yet"
    assert explain_missing_history("run", "clean-books", [run(h) for h in (1, 2, 3, 4)], 3) is None


def test_failed_runs_are_not_in_the_median() -> None:
    before = [run(30, "FAILED", seconds=5000), run(31), run(32)]
    assert judge(run(1, seconds=3000), *before) == []


def test_an_absolute_limit_needs_no_history() -> None:
    (found,) = judge(run(1, seconds=3601))
    assert found.text == "jr_1 of 2026-11-20 11:00Z took 3601 s, more than 3600 s"


def test_a_run_that_is_still_active_is_slow_and_then_stuck() -> None:
    before = [run(h) for h in (30, 31, 32)]
    (slow,) = judge(run(0.5, "RUNNING", seconds=0), *before)
    assert slow.kind == "slow run"
    assert "has taken 1800 s, the median of the 3 before it is 100 s" in slow.text
    found = judge(run(3, "WAITING", seconds=0))
    assert [(one.severity, one.kind) for one in found] == [
        (Severity.WARNING, "slow run"),
        (Severity.CRITICAL, "stuck run"),
    ]
    assert found[1].text == "jr_3 is WAITING since 2026-11-20 09:00Z, for 3.0 h"


def test_a_run_that_is_stuck_for_days_is_found_though_it_began_before() -> None:
    (found,) = judge(run(50, "RUNNING"))
    assert found.kind == "stuck run"


def test_crawls_are_judged_in_their_own_words() -> None:
    crawls = [run(1, "FAILED", error="Access denied"), run(2, "COMPLETED")]
    (found,) = judge_runs("crawl", "landing", crawls, LIMITS, SPAN)
    assert (found.kind, found.subject) == ("failed crawl", "landing")
    assert found.text == "jr_1 FAILED at 2026-11-20 11:00Z: Access denied"


def test_a_median_that_can_never_be_is_refused() -> None:
    with pytest.raises(ValueError, match="there would never be a median"):
        RunLimits(median_of=2, median_from=3)

"""When a finding is told; hours and identities are written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.telling import choose_told

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
FAILED = Finding(Severity.CRITICAL, "failed run", "clean-books", "jr_1 FAILED", "jr_1")
STALE = Finding(Severity.CRITICAL, "stale", "books", "last loaded 49.0 h ago")
TOLD_AT_NOON = {
    "critical | failed run | clean-books | jr_1": NOON,
    "critical | stale | books": NOON,
}


def test_what_is_new_is_told_and_remembered() -> None:
    telling = choose_told([FAILED, STALE], {}, NOON, DAY)
    assert (telling.now, telling.before) == ((FAILED, STALE), ())
    assert telling.times == TOLD_AT_NOON


def test_what_lasts_is_not_told_again_though_its_hours_grow() -> None:
    older = Finding(Severity.CRITICAL, "stale", "books", "last loaded 50.0 h ago")
    telling = choose_told([FAILED, older], TOLD_AT_NOON, NOON + timedelta(hours=1), DAY)
    assert (telling.now, telling.before) == ((), (FAILED, older))
    assert telling.times == TOLD_AT_NOON


@pytest.mark.parametrize(("hours", "is_told"), [(23, False), (24, True)])
def test_what_lasts_for_long_is_told_again(hours: int, is_told: bool) -> None:
    later = NOON + timedelta(hours=hours)
    telling = choose_told([STALE], TOLD_AT_NOON, later, DAY)
    assert telling.now == ((STALE,) if is_told else ())
    assert telling.times == {"critical | stale | books": later if is_told else NOON}


def test_another_failed_run_of_the_same_job_is_news() -> None:
    again = Finding(Severity.CRITICAL, "failed run", "clean-books", "jr_2 FAILED", "jr_2")
    telling = choose_told([FAILED, again], TOLD_AT_NOON, NOON, DAY)
    assert (telling.now, telling.before) == ((again,), (FAILED,))


def test_what_became_worse_is_news() -> None:
    warned = {"warning | disk | redshift": NOON}
    full = Finding(Severity.CRITICAL, "disk", "redshift", "96 % of 1,000 MB are used")
    assert choose_told([full], warned, NOON, DAY).now == (full,)


def test_what_went_away_is_forgotten_and_told_when_it_comes_back() -> None:
    gone = choose_told([], TOLD_AT_NOON, NOON + timedelta(hours=1), DAY)
    assert gone.times == {}
    back = choose_told([STALE], gone.times, NOON + timedelta(hours=2), DAY)
    assert back.now == (STALE,)

from __future__ import annotations

import pytest

from tasks.monitoring.findings import Finding, Severity
from tasks.monitoring.limits import WarehouseLimits
from tasks.monitoring.load import Statement, Storage, judge_statements, judge_storage

LIMITS = WarehouseLimits(
    disk_warning_percent=80,
    disk_critical_percent=95,
    slow_query_seconds=300,
    queue_seconds=60,
    storage_limit_gb=1000,
)


@pytest.mark.parametrize(
    ("used", "severity"),
    [(80, None), (81, Severity.WARNING), (95, Severity.WARNING), (96, Severity.CRITICAL)],
)
def test_disk_is_judged_by_percent(used: int, severity: Severity | None) -> None:
    found = list(judge_storage(Storage(used * 10, 1000), LIMITS))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.text == f"{used} % of 1,000 MB are used" for one in found)
    assert str(Storage(used * 10, 1000)) == f"disk {used} % full"


def test_storage_without_an_end_is_judged_by_its_limit() -> None:
    assert list(judge_storage(Storage(1_024_000), LIMITS)) == []
    (found,) = judge_storage(Storage(1_024_001), LIMITS)
    assert found.text == "1,024,001 MB are stored, the limit is 1000 GB"
    assert str(Storage(1_024_001)) == "1,024,001 MB stored"


def test_slow_and_waiting_statements_are_told_with_their_text() -> None:
    slow = Statement(7, "SELECT", "running", 301.5, 0, "SELECT *\n  FROM big")
    waited = Statement(8, "COPY", "success", 100, 61, "COPY t")
    assert list(judge_statements([slow, waited], LIMITS)) == [
        Finding(
            Severity.WARNING,
            "slow query",
            "query 7",
            "301.5 s, SELECT (running): SELECT * FROM big",
        ),
        Finding(
            Severity.WARNING,
            "queue",
            "query 8",
            "waited 61.0 s in its queue, COPY (success): COPY t",
        ),
    ]


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match=r"disk_warning_percent \(90\) is more than"):
        WarehouseLimits(disk_warning_percent=90, disk_critical_percent=85)

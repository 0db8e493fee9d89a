from __future__ import annotations

import pytest
from pydantic import ValidationError

from flows.monitor_platform import MonitorPlatform, choose_alarming
from tasks.monitoring.findings import Finding, Severity, Watched
from tasks.monitoring.report import MonitorReport

REPORT = MonitorReport(
    {
        "jobs": Watched("", (Finding(Severity.WARNING, "slow run", "j", "t"),)),
        "ledger": Watched("", (Finding(Severity.INFO, "rejects", "books", "t"),)),
    }
)


@pytest.mark.parametrize(
    ("least", "kinds"),
    [
        (Severity.INFO, ["slow run", "rejects"]),
        (Severity.WARNING, ["slow run"]),
        (Severity.CRITICAL, []),
    ],
)
def test_findings_alarm_from_the_severity_on_that_is_asked_for(
    least: Severity, kinds: list[str]
) -> None:
    assert [one.kind for one in choose_alarming(REPORT, least)] == kinds


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"window_hour": 3}, "Extra inputs are not permitted"),
        ({"window_hours": 0}, "greater than or equal to 1"),
        ({"fail_on": "error"}, "'info', 'warning', 'critical' or 'never'"),
        ({"databases": ["a\nb"]}, "is no name of a database"),
        ({"runs": {"slow_factor": 1}}, "greater than 1"),
        ({"runs": {"stuck_minutes": 0}}, "greater than 0"),
        ({"tell_again_hours": 0}, "greater than or equal to 1"),
        ({"warehouse": {"slow_query_seconds": float("inf")}}, "less than or equal to 604800"),
        ({"warehouse": {"queue_seconds": float("nan")}}, "less than or equal to 604800"),
        ({"datasets": {"books": {"stale_after_hours": 0}}}, "greater than 0"),
        ({"warehouse": {"disk_warning_percent": 99}}, "is more than disk_critical_percent"),
    ],
)
def test_what_cannot_work_is_refused(parameters: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        MonitorPlatform.model_validate(parameters)

from __future__ import annotations

import pytest
from pydantic import ValidationError

from flows.monitor_platform import MonitorPlatform, is_alarming
from tasks.monitoring.findings import Finding, Severity, Watched
from tasks.monitoring.report import MonitorReport

WARNED = MonitorReport({"jobs": Watched("", (Finding(Severity.WARNING, "slow run", "j", "t"),))})


@pytest.mark.parametrize(
    ("fail_on", "alarming"),
    [("info", True), ("warning", True), ("critical", False), ("never", False)],
)
def test_the_run_fails_from_the_severity_on_that_is_asked_for(fail_on: str, alarming: bool) -> None:
    assert is_alarming(WARNED, fail_on) is alarming


def test_a_report_without_findings_never_alarms() -> None:
    assert not is_alarming(MonitorReport({"jobs": Watched("")}), "info")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"window_hour": 3}, "Extra inputs are not permitted"),
        ({"window_hours": 0}, "greater than or equal to 1"),
        ({"fail_on": "error"}, "'info', 'warning', 'critical' or 'never'"),
        ({"databases": ["a\nb"]}, "is no name of a database"),
        ({"runs": {"slow_factor": 1}}, "greater than 1"),
        ({"datasets": {"books": {"stale_after_hours": 0}}}, "greater than 0"),
        ({"warehouse": {"disk_warning_percent": 99}}, "is more than disk_critical_percent"),
    ],
)
def test_what_cannot_work_is_refused(parameters: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        MonitorPlatform.model_validate(parameters)

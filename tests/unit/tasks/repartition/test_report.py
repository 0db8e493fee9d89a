from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from tasks.glue import JobRun
from tasks.repartition.report import Repartitioned, add_counts, arrived_by_hour, draw_report
from tasks.repartition.steps import RepartitionedHours

RUN = JobRun("lochan-local-repartition-by-event-time", "jr_1", "SUCCEEDED", 12, 24.0, "/logs")


def hour(name: str, arrived: int, rows: int, *, changed: bool = True) -> dict[str, Any]:
    return {
        "hour": name,
        "arrived": arrived,
        "rows": rows,
        "changed": changed,
        "planned_files": 1,
        "planned_bytes": 1024 * 1024,
        "files": 1,
        "bytes": 2 * 1024 * 1024,
        "location": "s3://bucket/",
    }


def done(*written: dict[str, Any], loaded: int, duplicate: int) -> RepartitionedHours:
    counts = {
        "input": loaded + duplicate + 1,
        "loaded": loaded,
        "rejected": 1,
        "duplicate": duplicate,
    }
    summary = {"counts": counts, "written": list(written), "quarantine_uri": "s3://zone/q/"}
    return RepartitionedHours(("2026-10-25-07", "2026-10-25-08"), RUN, summary)


RESULT = Repartitioned(
    "anpr/observations",
    "anpr_readings",
    (
        done(hour("2026-10-25-05", 1200, 1200), hour("2026-10-25-06", 3, 9), loaded=7, duplicate=2),
        done(hour("2026-10-25-06", 4, 13), hour("2026-10-24-23", 1, 5, changed=False), loaded=5,
             duplicate=0),
    ),
)  # fmt: skip


def drawn(result: Repartitioned) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(draw_report(result))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= 80 for line in text.splitlines())
    return str(text)


def test_runs_are_added_up() -> None:
    assert add_counts(RESULT) == {"input": 16, "loaded": 12, "rejected": 2, "duplicate": 2}
    assert arrived_by_hour(RESULT) == {
        "2026-10-25-05": 1200,
        "2026-10-25-06": 7,
        "2026-10-24-23": 1,
    }


def test_the_report_says_what_was_read_counted_and_written() -> None:
    text = drawn(RESULT)
    assert "read       2 arrival hours, 2026-10-25-07 to 2026-10-25-08: run SUCCEEDED" in text
    assert "16 input = 12 loaded + 2 rejected + 2 duplicate" in text
    assert "wrote      3 event hours of anpr_readings: 3 files, 6.0 MB (planned 3, 3.0" in text
    assert "1,200" in text


def test_nothing_pending_is_said() -> None:
    nothing = Repartitioned("anpr/observations", "anpr_readings", ())
    assert "no arrival hour of anpr/observations is pending" in drawn(nothing)


def test_many_hours_are_cut_to_the_last() -> None:
    hours = [hour(f"2026-10-25-{clock:02}", 1, 1) for clock in range(20)]
    text = drawn(Repartitioned("s", "t", (done(*hours, loaded=20, duplicate=0),)))
    assert "8 earlier hours" in text
    assert "2026-10-25-07" not in text.split("event hour, UTC")[1]

from __future__ import annotations

from unittest.mock import Mock

import pytest

from tasks.artifacts import describe_job_run, describe_outcome, draw_plot, publish_lineage
from tasks.glue import JobRun


def test_job_run_tells_cost_logs_and_the_end_of_its_output() -> None:
    run = JobRun("process", "jr_1", "SUCCEEDED", 7, 14.0, "/aws-glue/jobs")
    text = describe_job_run(run, ["200 tweets"])
    assert "Run `jr_1`, 7 s, 14 DPU seconds." in text
    assert "--log-group-name /aws-glue/jobs/error --log-stream-name jr_1" in text
    assert text.endswith("```\n200 tweets\n```")


def test_a_plot_is_a_table_of_bars() -> None:
    # The longest bar has 20 blocks: 600 of 1,000 rows have 12, and 1 row is still seen.
    bars = {"2026-11-20": 600, "2026-11-21": 1000, "a|b": 1, "none": 0}
    assert draw_plot(bars, unit="rows") == (
        "| | rows | |\n"
        "|:--|--:|:--|\n"
        f"| 2026-11-20 | 600 | {'█' * 12} |\n"
        f"| 2026-11-21 | 1,000 | {'█' * 20} |\n"
        "| a\\|b | 1 | █ |\n"
        "| none | 0 |  |"
    )


def test_where_nothing_was_made_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    published = Mock()
    monkeypatch.setattr("tasks.artifacts.create_markdown_artifact", published)
    publish_lineage("clean-books-lineage", iter([]))
    published.assert_not_called()
    publish_lineage("clean-books-lineage", iter([("pages", "tweets")]))
    published.assert_called_once()


def test_a_plot_of_many_bars_shows_the_last_and_says_so() -> None:
    drawn = draw_plot({f"d{day}": day for day in range(50)}, unit="rows")
    assert "| d1 |" not in drawn
    assert "| d2 |" in drawn
    assert drawn.endswith("The last 48 of 50.")


def test_an_outcome_is_a_row_with_its_metrics_as_text() -> None:
    outcome = {
        "table": "tweets",
        "rule": 'Completeness "lang" > 0.9',
        "outcome": "Passed",
        "reason": None,
        "metrics": {"Column.lang.Completeness": 0.96875},
    }
    assert describe_outcome(outcome) == {
        "table": "tweets",
        "rule": 'Completeness "lang" > 0.9',
        "outcome": "Passed",
        "reason": "",
        "metrics": "Column.lang.Completeness = 0.96875",
    }

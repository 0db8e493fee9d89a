from __future__ import annotations

from dataclasses import replace

from spark.quality import RuleOutcome
from spark.tables import Counts
from spark.twitter.summary import Summary, summary_lines

PASSED = RuleOutcome('IsComplete "text"', "Passed", None, {"Column.text.Completeness": 1.0})

SUMMARY = Summary(
    load_id="0123",
    landed_objects=3,
    api_errors=0,
    tables={"pages": Counts(3, 2, 1, 0), "tweets": Counts(205, 200, 2, 3)},
    partitions=(),
    quarantine_uri="s3://zone/quarantine/twitter/load_id=0123/",
    quality={"tweets": (PASSED, PASSED)},
)


def test_a_run_is_told_in_a_line_for_each_table_and_what_is_left() -> None:
    assert summary_lines(SUMMARY) == [
        "pages: 3 input, 2 loaded, 1 rejected, 0 duplicate",
        "tweets: 205 input, 200 loaded, 2 rejected, 3 duplicate",
        "quarantine: 3 records in s3://zone/quarantine/twitter/load_id=0123/",
        "quality: 2 rules of 1 tables hold",
    ]


def test_a_run_without_rejects_says_so() -> None:
    clean = replace(SUMMARY, tables={"users": Counts(1, 1, 0, 0)}, quarantine_uri=None)
    assert summary_lines(clean) == [
        "users: 1 input, 1 loaded, 0 rejected, 0 duplicate",
        "quarantine: 0 records",
        "quality: 2 rules of 1 tables hold",
    ]

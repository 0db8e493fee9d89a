"""What process_rows says of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsgluedq.transforms import EvaluateDataQuality

pytestmark = pytest.mark.spark
FAIL, SKIP, RESULT = (
    "DataQualityRulesFail",
    "DataQualityRulesSkip",
    "DataQualityEvaluationResult",
)
# The table of AWS' reference: id, att1, att2, what becomes of the row by default and with the
# option SKIPPED. https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-filtering-data-in-dqdl
FILTERED = [
    (1, "a", "f", "pass", "pass"),
    (2, "b", "d", "pass", "skip"),
    (3, "a", None, "fail", "fail"),
    (4, "a", "f", "pass", "pass"),
    (5, "b", None, "pass", "skip"),
    (6, "a", "f", "pass", "pass"),
]


def rows_of(processed: Any) -> list[Any]:
    return sorted(processed["rowLevelOutcomes"].toDF().collect())


def test_process_rows_gives_three_frames(
    frame_of: Callable[..., DataFrame], process: Callable[..., Any]
) -> None:
    data = frame_of([(1,)], "id long")
    processed = process(data, 'IsComplete "id"')
    assert set(processed.keys()) == {"originalData", "ruleOutcomes", "rowLevelOutcomes"}
    assert processed["originalData"].toDF().collect() == data.collect()
    assert processed["ruleOutcomes"].toDF().columns == [
        "Rule",
        "Outcome",
        "FailureReason",
        "EvaluatedMetrics",
        "EvaluatedRule",
    ]
    (row,) = rows_of(processed)
    assert row.asDict() == {
        "id": 1,
        "DataQualityRulesPass": ['IsComplete "id"'],
        "DataQualityRulesFail": [],
        "DataQualityRulesSkip": [],
        "DataQualityEvaluationResult": "Passed",
    }


@pytest.mark.parametrize(("option", "place"), [("PASSED", 3), ("SKIPPED", 4)])
def test_filtered_rows_are_labelled_as_the_option_says(
    frame_of: Callable[..., DataFrame], process: Callable[..., Any], option: str, place: int
) -> None:
    data = frame_of([row[:3] for row in FILTERED], "id long, att1 string, att2 string")
    processed = process(
        data,
        'IsComplete "att2" where "att1 = \'a\'"',
        rowLevelConfiguration__filteredRowLabel=option,
    )
    found = ["fail" if row[FAIL] else "skip" if row[SKIP] else "pass" for row in rows_of(processed)]
    assert found == [row[place] for row in FILTERED]


def test_each_rule_marks_the_rows_that_break_it(
    frame_of: Callable[..., DataFrame], process: Callable[..., Any]
) -> None:
    data = frame_of(
        [(1, "a", 5), (2, "b", 6), (2, None, 7), (None, "d", 8)], "id long, name string, n long"
    )
    known = frame_of([(5,), (6,), (7,)], "n long")
    rules = {
        'IsUnique "id"': [6, 7],
        'IsPrimaryKey "id"': [6, 7, 8],
        'Uniqueness "id" > 0.1': [6, 7],
        'Completeness "name" > 0.1': [7],
        'ColumnValues "n" > 5': [5],
        'ColumnLength "name" = 1': [7],
        'CustomSql "select n from primary where n < 8"': [8],
        'ReferentialIntegrity "n" "known.n" = 1.0': [8],
        '(IsComplete "name") or (ColumnValues "n" > 7)': [7],
        "RowCount > 100": [],
        'IsComplete "nope"': [],
    }
    processed = process(data, *rules, others={"known": known})
    rows = processed["rowLevelOutcomes"].toDF().collect()
    broken = {rule: sorted(row["n"] for row in rows if rule in row[FAIL]) for rule in rules}
    assert broken == rules
    assert {row[RESULT] for row in rows} == {"Failed"}
    assert all(row[SKIP] == ["RowCount > 100", 'IsComplete "nope"'] for row in rows)
    assert len(rows) == 4


def test_composite_rules_by_row(
    frame_of: Callable[..., DataFrame], process: Callable[..., Any]
) -> None:
    # https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-composite-rules
    data = frame_of([(2, 1), (0, 3)], "myCol1 int, myCol2 int")
    rule = '(ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2)'
    processed = process(data, rule, compositeRuleEvaluation__method="ROW")
    found = [(row["DataQualityRulesPass"], row[RESULT]) for row in rows_of(processed)]
    assert found == [([rule], "Passed"), ([rule], "Passed")]


def test_analyzers_alone_give_no_outcomes_and_say_so(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = DynamicFrame.fromDF(spark.range(1), GlueContext(spark.sparkContext), "primary")
    processed = EvaluateDataQuality().process_rows(frame, 'Analyzers = [ Mean "id" ]')
    assert processed["ruleOutcomes"].toDF().collect() == []
    (row,) = rows_of(processed)
    assert (row[FAIL], row[SKIP], row[RESULT]) == ([], [], "Passed")
    assert capsys.readouterr().err == "awsgluedq: Analyzers: Lochan publishes no statistics.\n"

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.lake.load import TooManyRejects, check_rows, default_rules
from spark.lake.plan import LoadColumn, LoadPlan, TargetType
from spark.lake.ragged import CsvLayout, RaggedLines, check_lines
from spark.lake.rows import add_unread, make_rows, usable_rows
from spark.quality import Evaluation

INTEGER, TEXT = TargetType("integer"), TargetType("varchar", (256,))
PLAN = LoadPlan(
    load_id="f" * 64,
    table="lake.t",
    source_database="landing",
    source_table="t",
    csv=None,
    target_database="landing",
    target_table="incoming",
    columns=(
        LoadColumn(("Id",), "id", INTEGER),
        LoadColumn(("a b", "größe"), "a_b_größe", TEXT),
        LoadColumn(("n",), "n", INTEGER),
    ),
    keys=("id",),
    rules="",
    bytes=1,
    reject_limit=0,
    preactions="",
    copy_role_arn="",
)


def fields(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [("1", "x", "5"), ("2", None, "five"), (None, "y", "6"), ("id", "größe", "n")],
        "id string, `a_b_größe` string, n string",
    )


def test_every_record_arrives_usable_or_with_a_reason(spark: SparkSession) -> None:
    rows = [tuple(row) for row in make_rows(fields(spark), PLAN).collect()]
    load = "f" * 64
    assert rows == [
        (1, "x", 5, load, None, None),
        (None, None, None, load, "n: 'five' is no INTEGER", '{"id":"2","n":"five"}'),
        (None, None, None, load, "the key id is missing", '{"a_b_größe":"y","n":"6"}'),
        (
            None,
            None,
            None,
            load,
            "id: 'id' is no INTEGER; n: 'n' is no INTEGER",
            '{"id":"id","a_b_größe":"größe","n":"n"}',
        ),
    ]


def test_a_header_in_the_middle_is_no_record(spark: SparkSession) -> None:
    plan = replace(PLAN, csv=CsvLayout("", ",", '"', True, 3))
    reasons = [row["lochan_reason"] for row in make_rows(fields(spark), plan).collect()]
    assert reasons[0] is None
    assert reasons[3] == "the header again"


def test_a_field_that_no_record_has_is_null(spark: SparkSession) -> None:
    row = make_rows(fields(spark).drop("n"), PLAN).collect()[0]
    assert row["n"] is None
    assert row["lochan_reason"] is None


def test_what_could_not_be_read_is_a_rejected_row(spark: SparkSession) -> None:
    errors = spark.createDataFrame(
        [(("Not a JSON record.", "", "{broken"),)],
        "error struct<msg: string, stackTrace: string, dynamicRecord: string>",
    )
    rows = add_unread(make_rows(fields(spark), PLAN), errors, PLAN)
    last = [tuple(row) for row in rows.collect() if row["lochan_record"] == "{broken"]
    assert last == [(None, None, None, "f" * 64, "Not a JSON record.", "{broken")]
    assert usable_rows(rows, PLAN).collect() == [(1, "x", 5)]


def evaluate_nothing(frame: DataFrame, rules: str, others: object) -> Evaluation:
    assert rules == 'Rules = [ RowCount > 0, IsComplete "id" ]'
    outcomes = frame.sparkSession.createDataFrame(
        [("RowCount > 0", "Passed", None, {"Dataset.*.RowCount": 1.0})],
        "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string, double>",
    )
    return Evaluation(outcomes, lambda: frame)


def test_rows_are_counted_by_what_is_wrong_with_them(spark: SparkSession) -> None:
    plan = replace(PLAN, reject_limit=3)
    summary = check_rows(make_rows(fields(spark), plan), plan, evaluate_nothing)
    assert (summary.rows, summary.rejected) == (4, 3)
    assert summary.reasons == {
        "n: a value is no INTEGER": 1,
        "the key id is missing": 1,
        "id: a value is no INTEGER": 1,
    }
    assert [rule["rule"] for rule in summary.rules] == ["RowCount > 0"]


def test_more_rejects_than_the_limit_load_nothing(spark: SparkSession) -> None:
    with pytest.raises(TooManyRejects, match=r"3 of 4 records for lake\.t .* the limit is 0"):
        check_rows(make_rows(fields(spark), PLAN), PLAN, evaluate_nothing)


def test_rules_follow_from_the_keys() -> None:
    assert default_rules(replace(PLAN, keys=())) == "Rules = [ RowCount > 0 ]"


def test_lines_with_other_fields_than_the_others_are_found(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "day=1").mkdir()
    good = 'id,name,v\n1,"a, b",2\n\n2,,\n'
    (tmp_path / "day=1" / "good.csv").write_text(good)
    layout = CsvLayout(str(tmp_path), ",", '"', True, 3)
    check_lines(spark.newSession(), layout)
    (tmp_path / "bad.csv").write_text('id,name,v\n1,2\n1,2,3,4\n1,"open\nend",3\n')
    with pytest.raises(RaggedLines, match=r"4 lines of .* the 3 fields of the others, with ','"):
        check_lines(spark.newSession(), layout)

from __future__ import annotations

from dataclasses import replace

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.lake.load import TooManyRejects, check_rows, choose_rules, default_rules
from spark.lake.plan import Folder, LoadColumn, LoadPlan, TargetType
from spark.lake.rows import add_unread, make_rows, usable_rows
from spark.quality import Evaluation

INTEGER, TEXT = TargetType("integer"), TargetType("varchar", (256,))
PLAN = LoadPlan(
    table="lake.t",
    source_database="landing",
    source_table="t",
    csv=None,
    partition_keys=(),
    predicate="",
    folders=(Folder("s3://bucket/raw/", "f" * 64),),
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
    max_rejected_share=1.0,
    preactions="",
    copy_role_arn="",
)


def fields(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [
            (*values, "f" * 64, "s3://bucket/raw/a", f"line {place}")
            for place, values in enumerate(
                [("1", "x", "5"), ("2", None, "five"), (None, "y", "6"), ("id", "größe", "n")]
            )
        ],
        "id string, `a_b_größe` string, n string, lochan_load_id string, lochan_file string, "
        "lochan_position string",
    )


def test_every_record_arrives_usable_or_with_a_reason(spark: SparkSession) -> None:
    rows = [tuple(row) for row in make_rows(fields(spark), PLAN).collect()]
    load, file = "f" * 64, "s3://bucket/raw/a"
    assert rows == [
        (1, "x", 5, load, None, None, None, None),
        (
            *(None, None, None, load),
            *("n: 'five' is no INTEGER", '{"id":"2","n":"five"}', file, "line 1"),
        ),
        (
            *(None, None, None, load),
            *("the key id is missing", '{"a_b_größe":"y","n":"6"}', file, "line 2"),
        ),
        (
            *(None, None, None, load, "id: 'id' is no INTEGER; n: 'n' is no INTEGER"),
            *('{"id":"id","a_b_größe":"größe","n":"n"}', file, "line 3"),
        ),
    ]


def test_what_is_wrong_already_stays_the_reason_and_the_text_the_record(
    spark: SparkSession,
) -> None:
    known = fields(spark).selectExpr("*", "'ragged' AS lochan_reason", "'1;2' AS lochan_record")
    row = make_rows(known, PLAN).collect()[0]
    assert (row["id"], row["lochan_reason"], row["lochan_record"]) == (None, "ragged", "1;2")


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
    load, place = "f" * 64, "s3://bucket/raw/"
    assert last == [(None, None, None, load, "Not a JSON record.", "{broken", place, None)]
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


def test_a_table_has_the_rules_asked_for_else_those_of_its_file_else_the_default() -> None:
    sample = replace(PLAN, table="lake.parking_sessions")
    assert 'IsComplete "car_park"' in choose_rules(sample)
    assert choose_rules(replace(sample, rules="Rules = [ RowCount > 1 ]")).endswith("> 1 ]")
    assert choose_rules(PLAN) == 'Rules = [ RowCount > 0, IsComplete "id" ]'
    # A table of another schema is another table.
    other = replace(PLAN, table="sales.parking_sessions")
    assert choose_rules(other) == 'Rules = [ RowCount > 0, IsComplete "id" ]'


def test_a_share_of_rejects_above_the_limit_loads_nothing(spark: SparkSession) -> None:
    plan = replace(PLAN, reject_limit=100, max_rejected_share=0.7)
    with pytest.raises(
        TooManyRejects, match=r"3 of 4 .* 70% of them.*\n.*raw/a, line 1: n: 'five'"
    ):
        check_rows(make_rows(fields(spark), plan), plan, evaluate_nothing)

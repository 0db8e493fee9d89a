"""Rules beside tables: what is read, what is said of rows that break them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from awsgluedq._parser import parse_ruleset
from spark.jobs.quality import evaluate
from spark.quality import Checked, RulesFailed, RulesMissing, check_rules, check_tables, read_rules
from spark.tuning import fit_to_size
from spark.twitter.schemas import TABLES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def users(frame_of: Callable[[str, str], DataFrame]) -> DataFrame:
    return frame_of(
        """
        name | user_id | age
        ann  | 1       | 30
        -    | 2       | 40
        bob  | 3       | -1
        -    | 4       | 50
        """,
        "name string, user_id long, age int",
    )


def test_every_file_of_rules_can_be_read() -> None:
    files = sorted((ROOT / "spark" / "rules").rglob("*.dqdl"))
    assert {file.stem for file in files if file.parent.name == "twitter"} == {
        table.name for table in TABLES
    }
    for file in files:
        assert parse_ruleset(read_rules(file.parent.name, file.stem)).rules, file


def test_missing_rules_name_the_file() -> None:
    with pytest.raises(RulesMissing) as error:
        read_rules("twitter", "nothing")
    assert str(error.value) == (
        "twitter.nothing has no rules: write spark/rules/twitter/nothing.dqdl."
    )


@pytest.mark.spark
@pytest.mark.parametrize("rules", ["", "  \n# none yet\n"])
def test_empty_rules_are_missing(users: DataFrame, rules: str) -> None:
    with pytest.raises(RulesMissing, match="The rules of users are empty: write at least one"):
        check_rules(users, table="users", rules=rules, evaluate=evaluate)


@pytest.mark.spark
def test_outcomes_are_in_the_order_of_the_rules(users: DataFrame) -> None:
    rules = 'Rules = [ RowCount = 4, Completeness "name" >= 0.5 ]'
    outcomes = check_rules(users, table="users", rules=rules, evaluate=evaluate)
    assert [outcome.as_dict() for outcome in outcomes] == [
        {
            "rule": "RowCount = 4",
            "outcome": "Passed",
            "reason": None,
            "metrics": {"Dataset.*.RowCount": 4.0},
        },
        {
            "rule": 'Completeness "name" >= 0.5',
            "outcome": "Passed",
            "reason": None,
            "metrics": {"Column.name.Completeness": 0.5},
        },
    ]


@pytest.mark.spark
def test_failed_rules_name_the_table_the_reasons_and_the_rows(users: DataFrame) -> None:
    # Completeness holds although two rows have no name: they are not among the rows that fail.
    rules = 'Rules = [ ColumnValues "age" >= 0, Completeness "name" > 0.4, IsComplete "email" ]'
    with pytest.raises(RulesFailed) as error:
        check_rules(users, table="users", rules=rules, evaluate=evaluate, keys=["user_id"])
    assert str(error.value).splitlines() == [
        'users breaks 2 of its rules, nothing is published. ColumnValues "age" >= 0: Value: -1 '
        'does not meet the constraint requirement!; IsComplete "email": Input data does not '
        "include column email! 1 rows break them, among them:",
        '{"user_id":3,"name":"bob","age":-1}',
    ]


@pytest.mark.spark
def test_five_rows_are_shown_at_most(frame_of: Callable[[str, str], DataFrame]) -> None:
    numbers = frame_of("n\n" + "\n".join(str(n) for n in range(8)), "n long")
    with pytest.raises(RulesFailed) as error:
        check_rules(
            numbers, table="numbers", rules='Rules = [ColumnValues "n" > 99]', evaluate=evaluate
        )
    head, *rows = str(error.value).splitlines()
    assert head.endswith("8 rows break them, among them:")
    assert len(rows) == 5


@pytest.mark.spark
def test_a_rule_about_the_whole_table_names_no_rows(users: DataFrame) -> None:
    with pytest.raises(RulesFailed, match="No single row breaks them"):
        check_rules(users, table="users", rules="Rules = [RowCount > 9]", evaluate=evaluate)


@pytest.mark.spark
def test_all_tables_that_fail_are_named(users: DataFrame) -> None:
    grown = users.withColumnRenamed("age", "years")
    tables = [
        Checked("users", users, 'Rules = [ IsPrimaryKey "user_id" ]'),
        Checked("grown", grown, 'Rules = [ Mean "years" < 0 ]'),
        Checked("empty", grown.limit(0), "Rules = [ RowCount > 0 ]"),
        Checked(
            "orphans",
            users,
            'Rules = [ ReferentialIntegrity "user_id" "grown.user_id" = 1.0 ]',
            {"grown": grown.where("user_id < 3")},
        ),
    ]
    with pytest.raises(RulesFailed) as error:
        check_tables(tables, evaluate=evaluate)
    named = [line.split()[0] for line in str(error.value).splitlines() if " breaks " in line]
    assert named == ["grown", "empty", "orphans"]


@pytest.mark.spark
def test_all_rules_of_a_table_cost_one_action(spark: SparkSession) -> None:
    small = spark.newSession()
    fit_to_size(small, 1)
    rules = 'Rules = [ IsPrimaryKey "id", Mean "id" = 1, Completeness "id" = 1, Entropy "id" > 1 ]'
    small.sparkContext.setJobGroup("quality", "one action")
    check_rules(small.range(3), table="numbers", rules=rules, evaluate=evaluate)
    assert len(small.sparkContext.statusTracker().getJobIdsForGroup("quality")) == 1

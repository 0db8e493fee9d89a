"""Rules on a literal frame; the metrics are computed by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.errors import IllegalArgumentException
from pyspark.sql import DataFrame

from awsgluedq._ruleset import DqdlError

pytestmark = pytest.mark.spark
Outcomes = Callable[..., list[tuple[Any, ...]]]

# Two orders share an id; a name is null, one is empty, one is blank.
ORDERS = [
    (1, "ann", 10.0, dt.date(2026, 1, 1), "7"),
    (2, "bob", 20.0, dt.date(2026, 1, 2), "2026-02-30"),
    (2, None, 30.0, dt.date(2026, 1, 3), "2026-02-28"),
    (4, "", None, None, "1.5"),
    (5, " ", 40.0, dt.date(2026, 1, 5), None),
]
SCHEMA = "id long, name string, price double, day date, code string"


@pytest.fixture(scope="session")
def orders(frame_of: Callable[..., DataFrame]) -> DataFrame:
    return frame_of(ORDERS, SCHEMA).cache()


def value(text: str) -> str:
    return f"Value: {text} does not meet the constraint requirement!"


# The standard deviation of 10, 20, 30, 40 is sqrt(125) of the population. Of five ids, 2 occurs
# twice: entropy is 3 * 0.2 ln 5 + 0.4 ln 2.5.
METRICS = [
    ("RowCount = 5", "Dataset.*.RowCount", 5.0),
    ('RowCount = 2 where "id = 2"', "Dataset.*.RowCount", 2.0),
    ("ColumnCount > 4", "Dataset.*.ColumnCount", 5.0),
    ('Completeness "name" > 0.7', "Column.name.Completeness", 0.8),
    ('Completeness "name" = "1.0" where "id <> 2"', "Column.name.Completeness", 1.0),
    ('IsComplete "id"', "Column.id.Completeness", 1.0),
    ('Uniqueness "id" = 0.6', "Column.id.Uniqueness", 0.6),
    ('Uniqueness "id" "name" > 0.9', "Multicolumn.id,name.Uniqueness", 1.0),
    ('IsUnique "name"', "Column.name.Uniqueness", 1.0),
    ('IsPrimaryKey "id" where "id <> 2"', "Column.id.Uniqueness", 1.0),
    ('IsPrimaryKey "id" "code" where "id < 5"', "Multicolumn.id,code.Uniqueness", 1.0),
    ('UniqueValueRatio "id" = 0.75', "Column.id.UniqueValueRatio", 0.75),
    ('DistinctValuesCount "id" in [3, 4]', "Column.id.DistinctValuesCount", 4.0),
    ('DistinctValuesCount "name" = 4', "Column.name.DistinctValuesCount", 4.0),
    ('Entropy "id" > 1.33', "Column.id.Entropy", 0.6 * math.log(5) + 0.4 * math.log(2.5)),
    ('Mean "price" = 25', "Column.price.Mean", 25.0),
    ('Mean "price" = 25 where "id = 2"', "Column.price.Mean", 25.0),
    ('Sum "price" between 99 and 101', "Column.price.Sum", 100.0),
    ('StandardDeviation "price" < 12', "Column.price.StandardDeviation", math.sqrt(125)),
    ('ColumnCorrelation "price" "price" > 0.99', "Multicolumn.price,price.ColumnCorrelation", 1.0),
    ('ColumnNamesMatchPattern "[a-z]+"', "Dataset.*.ColumnNamesPatternMatchRatio", 1.0),
    ('ColumnValues "id" between 0 and 6', "Column.id.Maximum", 5.0),
    ('ColumnValues "id" not between 2 and 4 where "id <> 3"', "Column.id.Minimum", 1.0),
    ('ColumnLength "name" <= 3', "Column.name.MaximumLength", 3.0),
    (
        'ColumnValues "name" in ["ann", "bob"] with threshold > 0.3',
        "Column.name.ColumnValues.Compliance",
        0.4,
    ),
    (
        'ColumnValues "name" matches "[a-b].*" with threshold between 0.3 and 0.5',
        "Column.name.ColumnValues.Compliance",
        0.4,
    ),
    # 7, and null; 1.5 is no integer.
    (
        'ColumnDataType "code" = "INTEGER" with threshold > 0.3',
        "Column.code.ColumnDataType.Compliance",
        0.4,
    ),
    # The 30th of February is no date, nor are 1.5 and 7: a year has four digits.
    (
        'ColumnDataType "code" = "Date" with threshold > 0.3',
        "Column.code.ColumnDataType.Compliance",
        0.4,
    ),
    (
        'DataFreshness "day" > 24 hours with threshold > 0.7',
        "Column.day.DataFreshness.Compliance",
        0.8,
    ),
    ('CustomSql "select count(*) from primary where id = 2" = 2', "Dataset.*.CustomSQL", 2.0),
]


def test_metrics_are_those_computed_by_hand(orders: DataFrame, outcomes: Outcomes) -> None:
    rules, names, expected = zip(*METRICS, strict=True)
    found = outcomes(orders, *rules)
    assert [(outcome, reason) for outcome, reason, _ in found] == [("Passed", None)] * len(rules)
    assert [metrics[name] for (*_, metrics), name in zip(found, names, strict=True)] == (
        pytest.approx(expected)
    )


REASONS = [
    ("RowCount > 5", value("5.0")),
    ('IsComplete "name"', value("0.8")),
    ('IsUnique "id"', value("0.6")),
    ('IsPrimaryKey "name"', value("0.8")),
    ('Mean "price" > 25', value("25.0")),
    ('ColumnValues "id" between 1 and 6', value("1")),
    ('ColumnValues "id" != 4', value("4")),
    ('ColumnValues "price" < 100', value("NULL")),
    ('ColumnValues "name" in ["ann", "bob", NULL, EMPTY]', value(" ")),
    ('ColumnValues "name" not in ["zoe", WHITESPACES_ONLY]', value(" ")),
    ('ColumnValues "name" != NULL', value("NULL")),
    ('ColumnValues "day" > "2026-01-02" where "day IS NOT NULL"', value("2026-01-01")),
    ('ColumnLength "name" > 0', value("0")),
    ('ColumnValues "name" in ["ann"] with threshold > 0.3', "20.00 % of rows passed the threshold"),
    ('DataFreshness "day" > 24 hours', "80.00 % of rows passed the threshold"),
    ('ColumnDataType "code" = "LONG"', "40.00 % of rows passed the threshold"),
    ('IsComplete "colA"', "Input data does not include column colA!"),
    ('ColumnExists "colA"', "Input data does not include column colA!"),
    ('ColumnNamesMatchPattern "[a-m].*"', "Columns that do not match the pattern: name, price"),
    ('Mean "name" > 1', "Column name has the type string, which is no number"),
    (
        'CustomSql "select id from primary where id > 1"',
        "80.00 % of rows passed the threshold",
    ),
    (
        'CustomSql "select 1 as one from primary"',
        "The output from CustomSQL must contain at least one column that matches the input "
        "dataset for AWS Glue Data Quality to provide row level results",
    ),
    ('CustomSql "select id from primary" = 1', "CustomSql has to return one value, not 5 rows"),
]


def test_failures_say_why(orders: DataFrame, outcomes: Outcomes) -> None:
    rules, reasons = zip(*REASONS, strict=True)
    found = outcomes(orders, *rules)
    assert [reason for _, reason, _ in found] == list(reasons)
    assert {outcome for outcome, *_ in found} == {"Failed"}


# https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html#Null-behavior
@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ('ColumnValues "price" != 21', True),
        ('ColumnValues "price" not in [21, 22]', True),
        ('ColumnValues "price" not in [21, NULL]', False),
        ('ColumnValues "price" > 0', False),
        ('ColumnValues "price" not between 50 and 60', False),
        ('ColumnLength "code" < 11', True),
        (
            'ColumnValues "day" in [NULL, "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-05"]',
            True,
        ),
        ('ColumnValues "day" < (now() - 1 days) where "day IS NOT NULL"', True),
        ('ColumnValues "day" > (now() - 1 days) where "day IS NOT NULL"', False),
    ],
)
def test_nulls_and_moments(orders: DataFrame, outcomes: Outcomes, rule: str, holds: bool) -> None:
    assert outcomes(orders, rule)[0][0] == ("Passed" if holds else "Failed")


def test_composite_rules_join_outcomes_by_default(
    frame_of: Callable[..., DataFrame], outcomes: Outcomes
) -> None:
    # https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-composite-rules
    data = frame_of([(2, 1), (0, 3)], "myCol1 int, myCol2 int")
    rule = '(ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2)'
    ((outcome, reason, metrics),) = outcomes(data, rule)
    assert (outcome, reason) == ("Failed", f"{value('0')}, {value('1')}")
    assert metrics == {
        "Column.myCol1.Minimum": 0.0,
        "Column.myCol1.Maximum": 2.0,
        "Column.myCol2.Minimum": 1.0,
        "Column.myCol2.Maximum": 3.0,
    }
    by_row = outcomes(data, rule, compositeRuleEvaluation__method="ROW")
    assert by_row == [("Passed", None, {})]


def test_composite_rules_by_row_are_refused_where_they_are_about_no_row(
    orders: DataFrame, process: Callable[..., Any]
) -> None:
    rule = '(IsComplete "id") and (Completeness "name" > 0.5)'
    with pytest.raises(DqdlError, match="cannot be evaluated row by row"):
        process(orders, rule, compositeRuleEvaluation__method="ROW")


def test_no_rows_fulfil_what_each_row_has_to(
    frame_of: Callable[..., DataFrame], outcomes: Outcomes
) -> None:
    empty = frame_of([], SCHEMA)
    rules = ['IsComplete "id"', 'IsPrimaryKey "id"', 'ColumnValues "id" > 3', "RowCount > 0"]
    found = [outcome for outcome, *_ in outcomes(empty, *rules)]
    assert found == ["Passed", "Passed", "Passed", "Failed"]


def test_names_and_values_cannot_leave_their_quotes(
    frame_of: Callable[..., DataFrame], outcomes: Outcomes
) -> None:
    data = frame_of([("a'b",), ("a\\b",)], "`odd ``name` string")
    found = outcomes(
        data,
        'IsComplete "odd `name"',
        'ColumnValues "odd `name" in ["a\'b", "a\\b"]',
        "ColumnValues \"odd `name\" != \"x') OR ('1' = '1\"",
    )
    assert [outcome for outcome, *_ in found] == ["Passed", "Passed", "Passed"]


# https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-filtering-data-in-dqdl
@pytest.mark.parametrize("where", ["no_such_column = 1", "id = ", "id = 1) OR (id = 2"])
def test_where_that_is_no_condition_is_an_illegal_argument(
    orders: DataFrame, process: Callable[..., Any], where: str
) -> None:
    with pytest.raises(IllegalArgumentException) as error:
        process(orders, f'IsComplete "id" where "{where}"')
    assert str(error.value).startswith(
        f'Rule IsComplete "id" where "{where}" has provided an invalid where clause :\n'
    )


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ('ColumnValues "id" matches "a" with threshold matches "b"', "cannot match a pattern"),
        ('Mean "price" > "much"', "compare with numbers"),
        ('DataFreshness "day" < 3', "say how old in hours or days"),
        ('ColumnValues "name" > "zoe"', "'zoe' has no order"),
        ('ColumnValues "day" > 3', "`day` is date, 3 a number"),
        ('ColumnDataType "code" = "TEXT"', "one of boolean, date, timestamp, integer"),
        ('ColumnNamesMatchPattern "("', "the pattern is no regular expression"),
        (
            'CustomSql "select id from primary" with threshold > 3',
            "Lochan does not implement one that counts rows",
        ),
    ],
)
def test_rules_without_meaning_are_refused(
    orders: DataFrame, process: Callable[..., Any], rule: str, sentence: str
) -> None:
    with pytest.raises(DqdlError, match=sentence):
        process(orders, rule)

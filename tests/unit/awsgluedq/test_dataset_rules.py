"""Rules that compare two literal frames; the metrics are computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame

pytestmark = pytest.mark.spark
Outcomes = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def cities(frame_of: Callable[..., DataFrame]) -> DataFrame:
    rows = [(1, "Oban", "SC", 4), (2, "Ayr", "SC", 6), (3, "York", "EN", 10), (4, None, "EN", 20)]
    return frame_of(rows, "id long, city string, land string, people long").cache()


@pytest.fixture(scope="session")
def known(frame_of: Callable[..., DataFrame]) -> DataFrame:
    rows = [(1, "Oban", "SC", 4), (2, "Ayr", "SC", 7), (3, "York", "EN", 9)]
    return frame_of(rows, "nr long, name string, land string, people long").cache()


def reference(known: DataFrame) -> dict[str, DataFrame]:
    return {"reference": known}


# People are 40 and 20. Two rows of four are the same in `people`.
METRICS = [
    ('RowCountMatch "reference" > 1', "Dataset.reference.RowCountMatch", 4 / 3),
    ('RowCountMatch "reference" < 1 where "id < 3"', "Dataset.reference.RowCountMatch", 2 / 3),
    (
        'ReferentialIntegrity "id" "reference.nr" = 0.75',
        "Column.reference.ReferentialIntegrity",
        0.75,
    ),
    (
        'ReferentialIntegrity "city,land" "reference.{name,land}" = 1.0 where "id < 4"',
        "Column.reference.ReferentialIntegrity",
        1.0,
    ),
    # `land` and `people` are in both with one type; each frame has four columns.
    ('SchemaMatch "reference" >= 0.5', "Dataset.reference.SchemaMatch", 0.5),
    (
        'AggregateMatch "sum(people)" "sum(reference.people)" = 2',
        "Column.people.AggregateMatch",
        2.0,
    ),
    ('AggregateMatch "avg(id)" "avg(reference.nr)" > 1', "Column.id,nr.AggregateMatch", 1.25),
    (
        'DatasetMatch "reference" "id->nr" "people" = 0.25',
        "Dataset.reference.DatasetMatch",
        0.25,
    ),
    (
        'DatasetMatch "reference" "id->nr" "city->name,land" >= 0.75',
        "Dataset.reference.DatasetMatch",
        0.75,
    ),
]


def test_metrics_are_those_computed_by_hand(
    cities: DataFrame, known: DataFrame, outcomes: Outcomes
) -> None:
    rules, names, expected = zip(*METRICS, strict=True)
    found = outcomes(cities, *rules, others=reference(known))
    assert [(outcome, reason) for outcome, reason, _ in found] == [("Passed", None)] * len(rules)
    assert [metrics[name] for (*_, metrics), name in zip(found, names, strict=True)] == (
        pytest.approx(expected)
    )


REASONS = [
    (
        'DatasetMatch "reference" "land" "people" > 0.1',
        "Provided key map not suitable for given data frames",
    ),
    (
        'DatasetMatch "reference" "city->name" "people" > 0.1',
        "Provided key map not suitable for given data frames",
    ),
    (
        'ReferentialIntegrity "id" "reference.nr" = 1.0',
        "Value: 0.75 does not meet the constraint requirement!",
    ),
    (
        'ReferentialIntegrity "id" "reference.id" = 1.0',
        "Reference data does not include column id!",
    ),
    (
        'ReferentialIntegrity "nr" "reference.nr" = 1.0',
        "Input data does not include column nr!",
    ),
    (
        'RowCountMatch "others" = 1',
        "There is no data source 'others': give it by this alias in additional_data_sources",
    ),
]


def test_failures_say_why(cities: DataFrame, known: DataFrame, outcomes: Outcomes) -> None:
    rules, reasons = zip(*REASONS, strict=True)
    found = outcomes(cities, *rules, others=reference(known))
    assert [reason for _, reason, _ in found] == list(reasons)


def test_data_sources_are_there_for_custom_sql_and_gone_after_it(
    cities: DataFrame, known: DataFrame, outcomes: Outcomes
) -> None:
    cities.limit(1).createOrReplaceTempView("primary")
    rule = 'CustomSql "select count(*) from primary join reference on id = nr" = 3'
    found = outcomes(cities, rule, others=reference(known))
    assert found == [("Passed", None, {"Dataset.*.CustomSQL": 3.0})]
    session = cities.sparkSession
    assert session.table("primary").count() == 1
    assert not session.catalog.tableExists("reference")
    session.catalog.dropTempView("primary")

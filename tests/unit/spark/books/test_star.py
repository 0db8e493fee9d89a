from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.books.star import Exported, build_star, type_columns

EARLY, LATE = "2026-11-20 01:00:00", "2026-11-20 02:00:00.000000"


def location_id(city: str, state: str, country: str) -> str:
    """As documented: the SHA-256 of the parts with a unit separator (U+001F) between."""
    return hashlib.sha256("\x1f".join((city, state, country)).encode()).hexdigest()


@pytest.fixture(scope="module")
def exported(spark: SparkSession) -> Exported:
    """An export as a crawler typed it: ISBNs of books as numbers, those of ratings as text."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return Exported(
        users=spark.createDataFrame(
            [
                ("1", "oban", "argyll", "uk", "30", EARLY),
                ("2", "oban", "argyll", "uk", None, EARLY),
                ("3", " ", None, "uk", "", LATE),
            ],
            "user_id string, city string, state string, country string, age string,"
            " landed_at string",
        ),
        books=spark.createDataFrame(
            [(2005018, "Clara Callan", None, 2001, "Harper", EARLY)],
            "isbn long, title string, author string, publication_year long, publisher string,"
            " landed_at string",
        ),
        ratings=spark.createDataFrame(
            [
                (1, "0002005018", 8, LATE),
                (1, "080442957X", 0, EARLY),
                (9, "080442957X", 5, LATE),
                (9, "0002005018", 5, EARLY),
            ],
            "user_id long, isbn string, rating long, landed_at string",
        ),
    )


@pytest.fixture(scope="module")
def star(exported: Exported) -> dict[str, DataFrame]:
    return dict(build_star(type_columns(exported)))


def rows(frame: DataFrame) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in frame.collect()), key=str)


OBAN = location_id("oban", "argyll", "uk")
UK = location_id("", "", "uk")
NOWHERE = location_id("", "", "")


def moment(hour: int) -> datetime:
    """A time of the export as Spark gives it back: local, without a zone."""
    return datetime(2026, 11, 20, hour, tzinfo=UTC).astimezone().replace(tzinfo=None)


def test_locations_are_distinct_and_nowhere_is_one(star: dict[str, DataFrame]) -> None:
    expected = [
        (OBAN, "oban", "argyll", "uk"),
        (UK, None, None, "uk"),
        (NOWHERE, None, None, None),
    ]
    assert rows(star["dim_location"]) == sorted(expected, key=str)


def test_users_that_only_ratings_know_are_inferred_from_the_first(
    star: dict[str, DataFrame],
) -> None:
    assert rows(star["dim_users"]) == [
        (1, OBAN, 30, False, moment(1)),
        (2, OBAN, None, False, moment(1)),
        (3, UK, None, False, moment(2)),
        (9, NOWHERE, None, True, moment(1)),
    ]


def test_isbns_get_their_zeros_back_and_missing_books_are_inferred(
    star: dict[str, DataFrame],
) -> None:
    assert rows(star["dim_books"]) == [
        ("0002005018", "Clara Callan", None, 2001, "Harper", False, moment(1)),
        ("080442957X", None, None, None, None, True, moment(1)),
    ]


def test_ratings_are_as_they_were_exported(star: dict[str, DataFrame]) -> None:
    assert [row[:3] for row in rows(star["fact_ratings"])] == [
        (1, "0002005018", 8),
        (1, "080442957X", 0),
        (9, "0002005018", 5),
        (9, "080442957X", 5),
    ]


# The types that COPY from Parquet compares with those of the stage (warehouse/books.py).
@pytest.mark.parametrize(
    ("table", "types"),
    [
        ("dim_location", ["string"] * 4),
        ("dim_users", ["bigint", "string", "int", "boolean", "timestamp"]),
        ("dim_books", ["string", "string", "string", "int", "string", "boolean", "timestamp"]),
        ("fact_ratings", ["bigint", "string", "int", "timestamp"]),
    ],
)
def test_columns_have_the_types_of_the_warehouse(
    star: dict[str, DataFrame], table: str, types: list[str]
) -> None:
    assert [kind for _, kind in star[table].dtypes] == types

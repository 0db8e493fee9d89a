"""Paths of JDBC targets.

Forms and exclusions: https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
(2026-11-21).
"""

from __future__ import annotations

import pytest

from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.jdbc_paths import parse_jdbc_path

TABLES = ["HR_us", "HR_fr", "Employees_Table", "Finance", "Market_US_Table", "Market_AP_Table"]


@pytest.mark.parametrize(
    ("path", "included"),
    [
        ("dev/%", [("public", "sales"), ("books", "fact_ratings")]),
        ("dev/%/%", [("public", "sales"), ("books", "fact_ratings")]),
        ("dev/books/%", [("books", "fact_ratings")]),
        ("dev/public/sales", [("public", "sales")]),
        ("dev/%/fact%", [("books", "fact_ratings")]),
        ("dev/Public/%", []),
        ("dev/public/s_les", []),
    ],
)
def test_path_includes(path: str, included: list[tuple[str, str]]) -> None:
    stored = [("public", "sales"), ("books", "fact_ratings")]
    parsed = parse_jdbc_path(path)
    assert [names for names in stored if parsed.includes(*names)] == included


# The example of AWS' page, with the include path MyDatabase/MySchema/%.
@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("HR*", ["Employees_Table", "Finance", "Market_US_Table", "Market_AP_Table"]),
        ("Market_*", ["HR_us", "HR_fr", "Employees_Table", "Finance"]),
        ("**_Table", ["HR_us", "HR_fr", "Finance"]),
    ],
)
def test_exclusions_are_relative_to_the_path(pattern: str, left: list[str]) -> None:
    parsed = parse_jdbc_path("MyDatabase/MySchema/%", [pattern])
    assert [name for name in TABLES if parsed.includes("MySchema", name)] == left


def test_exclusions_below_all_schemas_name_the_schema() -> None:
    parsed = parse_jdbc_path("dev/%", ["etl/*"])
    assert parsed.includes("books", "x")
    assert not parsed.includes("etl", "x")


@pytest.mark.parametrize(
    ("location", "covered"),
    [
        ("dev.books.fact_ratings", True),
        ("dev.books2.fact_ratings", False),
        ("devXbooks.fact_ratings", False),
        ("s3://lake/data/", False),
    ],
)
def test_path_covers_locations(location: str, covered: bool) -> None:
    assert parse_jdbc_path("dev/books/%").covers(location) is covered


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("", "no Path: write it as database/schema/table"),
        ("dev", "names no tables"),
        ("dev/", "names no tables"),
        ("dev/public", "names no tables"),
        ("dev/public/", "names no tables"),
        ("dev/public/a/b", "names no tables"),
        ("%/public/a", "takes a name only"),
    ],
)
def test_path_that_names_no_tables(path: str, complaint: str) -> None:
    with pytest.raises(UnusableTarget, match=complaint):
        parse_jdbc_path(path)

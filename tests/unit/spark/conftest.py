"""Text tables in place of DataFrames: the first line names columns, `-` is null."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.tables import Table
from spark.twitter.schemas import LANDED_OBJECT
from spark.twitter.transforms.checks import RecordRules
from spark.twitter.transforms.pages import split_pages
from spark.twitter.transforms.records import read_records
from spark.twitter.transforms.rows import flatten_records

Cells = list[tuple[str, ...]]


def parse_cells(text: str) -> Cells:
    lines = [line.strip() for line in text.strip().splitlines()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


@pytest.fixture(scope="session")
def assert_table() -> Callable[[DataFrame, str], None]:
    """Compare the columns that a text table names, rows in any order."""

    def compare(frame: DataFrame, text: str) -> None:
        header, *expected = parse_cells(text)
        cells = [F.coalesce(F.col(name).cast("string"), F.lit("-")) for name in header]
        found = [tuple(row) for row in frame.select(*cells).collect()]
        assert sorted(found) == sorted(expected)

    return compare


@pytest.fixture(scope="session")
def frame_of(spark: SparkSession) -> Callable[[str, str], DataFrame]:
    """Make a DataFrame of a text table; types are given like `a int, b string`."""

    def build(text: str, types: str) -> DataFrame:
        header, *rows = parse_cells(text)
        values = [tuple(None if cell == "-" else cell for cell in row) for row in rows]
        strings = spark.createDataFrame(values, ", ".join(f"{name} string" for name in header))
        kinds = dict(part.split() for part in types.split(", "))
        return strings.select(*(F.col(name).cast(kinds[name]).alias(name) for name in header))

    return build


@pytest.fixture(scope="session")
def split(spark: SparkSession) -> Callable[..., DataFrame]:
    """split_pages over pages given as text or as objects, all of one kind and moment."""

    def build(*pages: Any, kind: str = "tweet", subject_id: str = "-") -> DataFrame:
        texts, landed = [], []
        for number, page in enumerate(pages):
            text = page if isinstance(page, str) else json.dumps(page)
            texts.append((f"page-{number}", text))
            landed.append((f"page-{number}", kind, subject_id, "2026-11-20 10:00:00"))
        names = ", ".join(f"{name} string" for name in LANDED_OBJECT.names)
        marked = spark.createDataFrame(landed, names).withColumn(
            "retrieved_at", F.col("retrieved_at").cast("timestamp")
        )
        return split_pages(spark.createDataFrame(texts, "file string, text string"), marked)

    return build


@pytest.fixture(scope="session")
def records(split: Callable[..., DataFrame]) -> Callable[..., DataFrame]:
    """read_records over pages."""
    return lambda *pages, **options: read_records(split(*pages, **options), RecordRules())


@pytest.fixture(scope="session")
def flatten() -> Callable[[DataFrame, Table], DataFrame]:
    """The rows of one table that flatten_records makes of records."""

    def rows_of(records: DataFrame, table: Table) -> DataFrame:
        rows = flatten_records(records).where(F.col("table_name") == table.name)
        return rows.select(f"{table.name}.*", "event_date")

    return rows_of


@pytest.fixture(scope="session")
def value_of(spark: SparkSession) -> Callable[[Column], Any]:
    """The value of one expression."""
    return lambda column: spark.range(1).select(column).collect()[0][0]

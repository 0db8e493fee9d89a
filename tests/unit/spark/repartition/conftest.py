"""A reading's shape for the tests of this folder, and frames as the catalog gives them."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from spark.repartition.request import EventTime, Shape

SHAPE = Shape(
    {"id": "string", "site_id": "int", "plate": "string", "confidence": "double"}, "id", None
)
EVENT_TIME = EventTime("t", "iso8601", "UTC", "2000-01-01T00:00:00Z", 15)


@pytest.fixture
def shape() -> Shape:
    return SHAPE


@pytest.fixture
def event_time() -> EventTime:
    return EVENT_TIME


@pytest.fixture
def arrived(spark: SparkSession) -> Any:
    """Readings that arrived in one hour, all text, as they are read through the catalog."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    names = ["id", "t", "site_id", "plate", "confidence"]

    def build(*readings: dict[str, str | None], hour: str = "2026-10-25-07") -> Any:
        rows = [
            (*(one.get(name) for name in names), *hour.split("-"), "stream/file.gz")
            for one in readings
        ]
        fields = [*names, "year", "month", "day", "hour", "file"]
        return spark.createDataFrame(rows, ", ".join(f"{name} string" for name in fields))

    return build

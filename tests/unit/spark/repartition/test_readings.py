from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from spark.repartition.readings import read_readings, table_schema

pytestmark = pytest.mark.spark

GOOD = {
    "id": "a",
    "t": "2026-10-25T06:59:59.5Z",
    "site_id": "7",
    "plate": "AB12 CDE",
    "confidence": "0.5",
}


def reasons(frame: Any) -> list[str | None]:
    return [row["reason"] for row in frame.collect()]


def test_a_reading_becomes_a_typed_row(arrived: Any, shape: Any, event_time: Any) -> None:
    [row] = read_readings(arrived(GOOD), shape, event_time).collect()
    assert row.asDict() == {
        "id": "a",
        "site_id": 7,
        "plate": "AB12 CDE",
        "confidence": 0.5,
        "event_time": datetime(2026, 10, 25, 6, 59, 59, 500000),
        "arrived_at": datetime(2026, 10, 25, 7),
        "event_hour": "2026-10-25-06",
        "file": "stream/file.gz",
        "reason": None,
        "record": None,
    }
    assert table_schema(shape).simpleString() == (
        "struct<id:string,site_id:int,plate:string,confidence:double,"
        "event_time:timestamp,arrived_at:timestamp>"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id is missing"),
        ({"id": " "}, "id is missing"),
        ({"t": None}, "t is missing"),
        ({"t": "yesterday"}, "t 'yesterday' is no iso8601 time"),
        ({"t": "1999-12-31T23:59:59Z"}, "t '1999-12-31T23:59:59Z' is before 2000-01-01T00:00:00Z"),
        ({"t": "2000-01-01T00:00:00Z"}, None),
        # The arrival hour ends at 08:00; a camera's clock may be 15 minutes ahead.
        ({"t": "2026-10-25T08:14:59.999Z"}, None),
        (
            {"t": "2026-10-25T08:15:00Z"},
            "t '2026-10-25T08:15:00Z' is after the arrival hour 2026-10-25 07:00",
        ),
        ({"site_id": "seven"}, "site_id 'seven' is no int"),
        ({"site_id": "7.0"}, None),
        ({"site_id": "7.5"}, "site_id '7.5' is no int"),
        ({"site_id": "2147483648"}, "site_id '2147483648' is no int"),
        ({"confidence": "high"}, "confidence 'high' is no double"),
        ({"plate": None, "site_id": None, "confidence": None}, None),
    ],
)
def test_what_is_wrong_is_said(
    arrived: Any, shape: Any, event_time: Any, change: Any, reason: str | None
) -> None:
    assert reasons(read_readings(arrived({**GOOD, **change}), shape, event_time)) == [reason]


def test_a_reject_keeps_what_was_read(arrived: Any, shape: Any, event_time: Any) -> None:
    [row] = read_readings(arrived({**GOOD, "t": "soon"}), shape, event_time).collect()
    assert json.loads(row["record"]) == {**GOOD, "t": "soon"}
    assert row["event_hour"] is None


def test_a_column_may_be_a_time_or_a_flag(arrived: Any, shape: Any, event_time: Any) -> None:
    wider = replace(
        shape, columns={"id": "string", "site_id": "bigint", "t": "timestamp", "plate": "boolean"}
    )
    given = {**GOOD, "site_id": "-9223372036854775808", "plate": "TRUE"}
    [row] = read_readings(arrived(given), wider, event_time).collect()
    assert (row["site_id"], row["plate"]) == (-9223372036854775808, True)
    assert row["t"] == datetime(2026, 10, 25, 6, 59, 59, 500000)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.repartition.request import Shape
from spark.repartition.versions import keep_newest

pytestmark = pytest.mark.spark

VERSIONED = Shape({"id": "string", "plate": "string", "sent": "int"}, "id", "sent")
PLAIN = Shape({"id": "string", "plate": "string", "sent": "int"}, "id", None)
Rows = Callable[[str], DataFrame]


@pytest.fixture
def rows(frame_of: Callable[[str, str], DataFrame]) -> Rows:
    """Rows of two columns and their hours; the event time is the start of the event hour."""
    types = (
        "id string, plate string, sent int, event_hour string, event_time timestamp, "
        "arrived_at timestamp"
    )

    def build(text: str) -> DataFrame:
        lines = ["id|plate|sent|event_hour|event_time|arrived_at"]
        for line in text.strip().splitlines():
            identifier, plate, sent, hour, arrived = (cell.strip() for cell in line.split("|"))
            event = f"2026-10-25 {hour[-2:]}:00:00"
            arrival = f"2026-10-25 {arrived}:00:00"
            lines.append(f"{identifier}|{plate}|{sent}|2026-10-25-{hour}|{event}|{arrival}")
        return frame_of("\n".join(lines), types)

    return build


def kept(
    arrived: DataFrame, existing: DataFrame | None, shape: Shape, **files: int
) -> list[tuple[Any, ...]]:
    planned = {f"2026-10-25-{hour[1:]}": count for hour, count in files.items()}
    frame = keep_newest(arrived, existing, shape, planned)
    return sorted(
        (row["event_hour"][-2:], row["id"], row["plate"], row["is_new"], row["is_loaded"])
        for row in frame.collect()
    )


def test_a_redelivery_is_one_row(rows: Rows) -> None:
    arrived = rows(
        """
        a | X1 | 1 | 05 | 07
        a | X1 | 1 | 05 | 08
        b | Y1 | 1 | 05 | 07
        """
    )
    assert kept(arrived, None, VERSIONED) == [
        ("05", "a", "X1", True, True),
        ("05", "b", "Y1", True, True),
    ]


def test_the_newest_version_stays(rows: Rows) -> None:
    arrived = rows(
        """
        a | X1 | 1 | 05 | 09
        a | X2 | 2 | 05 | 07
        a | X0 | - | 05 | 08
        """
    )
    assert kept(arrived, None, VERSIONED) == [("05", "a", "X2", True, True)]


def test_without_versions_the_last_to_arrive_stays(rows: Rows) -> None:
    arrived = rows(
        """
        a | X1 | 1 | 05 | 09
        a | X2 | 2 | 05 | 07
        """
    )
    assert kept(arrived, None, PLAIN) == [("05", "a", "X1", True, True)]


def test_an_older_version_changes_nothing(rows: Rows) -> None:
    existing = rows("a | X2 | 2 | 05 | 07")
    assert kept(rows("a | X1 | 1 | 05 | 08"), existing, VERSIONED) == [
        ("05", "a", "X2", False, False)
    ]


def test_a_redelivery_of_what_is_there_changes_nothing(rows: Rows) -> None:
    existing = rows("a | X1 | 1 | 05 | 07")
    assert kept(rows("a | X1 | 1 | 05 | 08"), existing, VERSIONED) == [
        ("05", "a", "X1", False, False)
    ]


def test_an_attempt_after_a_kill_finds_its_own_rows(rows: Rows) -> None:
    # The same reading of the same arrival hour: not a duplicate, and no change either.
    existing = rows("a | X1 | 1 | 05 | 07")
    arrived = rows(
        """
        a | X1 | 1 | 05 | 07
        a | X1 | 1 | 05 | 07
        b | Y1 | 1 | 05 | 07
        """
    )
    assert kept(arrived, existing, VERSIONED) == [
        ("05", "a", "X1", False, True),
        ("05", "b", "Y1", True, True),
    ]


def test_an_id_may_be_in_two_hours(rows: Rows) -> None:
    arrived = rows(
        """
        a | X1 | 1 | 05 | 07
        a | X1 | 1 | 06 | 07
        """
    )
    assert [row[0] for row in kept(arrived, None, VERSIONED)] == ["05", "06"]


def test_the_order_of_arrivals_does_not_matter(rows: Rows) -> None:
    first, second = "a | X1 | 1 | 05 | 07", "a | X2 | 1 | 05 | 08"
    together = kept(rows(f"{first}\n{second}"), None, VERSIONED)
    one_by_one = kept(rows(second), rows(first), VERSIONED)
    backwards = kept(rows(first), rows(second), VERSIONED)
    assert [row[2] for row in together] == [row[2] for row in one_by_one] == ["X1"]
    assert [row[2] for row in backwards] == ["X1"]


def test_rows_are_spread_over_the_planned_files_and_sorted(rows: Rows, spark: SparkSession) -> None:
    many = "\n".join(f"id{number:03} | X | 1 | 05 | 07" for number in range(100))
    frame = keep_newest(rows(many), None, VERSIONED, {"2026-10-25-05": 4})
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    parts = frame.rdd.glom().collect()
    spark.conf.unset("spark.sql.shuffle.partitions")
    places = [
        [(row["event_hour"], row["file_number"], row["id"]) for row in part] for part in parts
    ]
    assert all(part == sorted(part) for part in places)
    assert {place[1] for part in places for place in part} == {0, 1, 2, 3}
    assert sum(map(len, places)) == 100

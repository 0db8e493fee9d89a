from __future__ import annotations

from spark.repartition.generations import Generation
from spark.repartition.plan import PlannedHour, plan_files
from spark.zone import StoredObject

MEGABYTE = 1024 * 1024


def generation(rows: int, size: int) -> Generation:
    return Generation("readings", "hour", "one", rows, (StoredObject("key", "etag", size, rows),))


def test_files_are_planned_from_the_size_of_the_input() -> None:
    # 4,000 rows in 400 MB: 102.4 kB a row. 3,000 rows are 300 MB, three files of 128 MB.
    planned = plan_files(
        {"a": 3000, "b": 1000}, {}, input_bytes=400 * MEGABYTE, file_bytes=128 * MEGABYTE
    )
    assert planned == {
        "a": PlannedHour(3000, 300 * MEGABYTE, 3),
        "b": PlannedHour(1000, 100 * MEGABYTE, 1),
    }


def test_rows_that_lie_there_say_how_large_rows_are() -> None:
    # 100 rows in 1 MB there, so 10.24 kB a row; 300 rows are 3 MB.
    planned = plan_files(
        {"a": 200}, {"a": generation(100, MEGABYTE)}, input_bytes=10**9, file_bytes=2 * MEGABYTE
    )
    assert planned == {"a": PlannedHour(300, 3 * MEGABYTE, 2)}


def test_rows_without_a_known_size_are_as_large_as_the_input() -> None:
    there = Generation("readings", "hour", "", 100, ())
    planned = plan_files({"a": 100}, {"a": there}, input_bytes=1000, file_bytes=MEGABYTE)
    assert planned == {"a": PlannedHour(200, 2000, 1)}


def test_a_file_is_the_least() -> None:
    assert plan_files({"a": 1}, {}, input_bytes=1, file_bytes=MEGABYTE)["a"].files == 1
    assert plan_files({}, {}, input_bytes=0, file_bytes=1) == {}

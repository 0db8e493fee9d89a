"""Notes, markers and sweeping, with a moto catalog beside a moto S3: no Spark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from spark.repartition.catalog import (
    TableRefused,
    ensure_table,
    find_locations,
    switch_locations,
)
from spark.repartition.generations import (
    Shelf,
    close_generation,
    name_generation,
    open_generation,
    put_marker,
    read_generations,
    settle_generations,
    sweep_generations,
)
from spark.repartition.readings import table_schema
from spark.repartition.request import Shape, Target
from spark.zone import PartitionDamaged, StoredObject

TARGET = Target("zone", "anpr", "readings", "processed", "parquet", "runs/state/")
SCHEMA = table_schema(Shape({"id": "string"}, "id", None))
HOUR, OTHER = "2026-10-25-07", "2026-10-25-08"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        glue = boto3.client("glue", region_name="us-east-1")
        s3.create_bucket(Bucket="zone")
        glue.create_database(DatabaseInput={"Name": "processed"})
        ensure_table(glue, TARGET, SCHEMA)
        yield Shelf(s3, glue, TARGET)


def lay(shelf: Shelf, generation: str, *hours: str) -> None:
    """Put an object and its marker into each hour's generation."""
    for hour in hours:
        key = f"{shelf.folder(hour, generation)}part-1.snappy.parquet"
        shelf.s3.put_object(Bucket="zone", Key=key, Body=b"rows")
        put_marker(shelf, hour, generation, [StoredObject(key, "etag", 4, 3)])


def switch(shelf: Shelf, generation: str, *hours: str) -> None:
    known = find_locations(shelf.glue, TARGET, hours)
    locations = {hour: shelf.location(hour, generation) for hour in hours}
    switch_locations(shelf.glue, TARGET, SCHEMA, locations, known)


def publish(shelf: Shelf, generation: str, *hours: str, now: datetime = NOON) -> None:
    """Do what a run does from its note to its end."""
    known = find_locations(shelf.glue, TARGET, hours)
    replaced = {hour: known.get(hour) for hour in hours}
    open_generation(shelf, generation, replaced)
    lay(shelf, generation, *hours)
    switch(shelf, generation, *hours)
    close_generation(shelf, generation, replaced, now)


def keys(shelf: Shelf, prefix: str = "") -> list[str]:
    listed = shelf.s3.list_objects_v2(Bucket="zone", Prefix=prefix)
    return [found["Key"] for found in listed.get("Contents", [])]


def test_what_a_marker_names_is_what_lies_there(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR)
    [(hour, generation)] = read_generations(
        shelf, find_locations(shelf.glue, TARGET, [HOUR, OTHER])
    ).items()
    assert (hour, generation.rows, generation.bytes, generation.generation) == (HOUR, 3, 4, "one")
    assert generation.partition == "year=2026/month=10/day=25/hour=07"
    assert keys(shelf, "runs/") == []


def test_what_was_replaced_stays_until_its_readers_are_done(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR, OTHER)
    publish(shelf, "two", HOUR)
    old = keys(shelf, shelf.folder(HOUR, "one"))
    assert len(old) == 2
    assert sweep_generations(shelf, DAY, NOON + DAY - timedelta(seconds=1)) == 0
    assert keys(shelf, shelf.folder(HOUR, "one")) == old
    assert sweep_generations(shelf, DAY, NOON + DAY) == 2
    assert keys(shelf, shelf.folder(HOUR, "one")) == []
    assert len(keys(shelf, "anpr/")) == 4
    assert keys(shelf, "runs/") == []


def test_what_is_in_use_again_is_not_swept(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR)
    publish(shelf, "two", HOUR)
    switch(shelf, "one", HOUR)
    assert sweep_generations(shelf, DAY, NOON + DAY) == 0
    assert len(keys(shelf, shelf.folder(HOUR, "one"))) == 2


def test_a_generation_that_no_reader_saw_is_deleted_at_once(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR)
    open_generation(shelf, "two", {HOUR: shelf.location(HOUR, "one"), OTHER: None})
    lay(shelf, "two", HOUR, OTHER)
    # Killed here: nothing is switched.
    assert settle_generations(shelf, NOON) == 4
    assert keys(shelf, "anpr/") == keys(shelf, shelf.folder(HOUR, "one"))
    assert keys(shelf, "runs/") == []


def test_a_generation_that_is_half_switched_is_finished(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR, OTHER)
    before = find_locations(shelf.glue, TARGET, [HOUR, OTHER])
    open_generation(shelf, "two", before)
    lay(shelf, "two", HOUR, OTHER)
    switch(shelf, "two", HOUR)
    # Killed here: one hour is switched, the other is not.
    assert settle_generations(shelf, NOON) == 2
    now = find_locations(shelf.glue, TARGET, [HOUR, OTHER])
    assert now == {HOUR: shelf.location(HOUR, "two"), OTHER: shelf.location(OTHER, "one")}
    assert sweep_generations(shelf, DAY, NOON + DAY) == 2
    assert keys(shelf, shelf.folder(HOUR, "one")) == []
    assert len(keys(shelf, shelf.folder(OTHER, "one"))) == 2


def test_sweeping_costs_what_there_is_to_sweep(shelf: Shelf) -> None:
    for number in range(5):
        publish(shelf, f"g{number}", HOUR, now=NOON + number * DAY)
    asked: list[str] = []
    shelf.s3.meta.events.register("before-call.s3.GetObject", lambda **_: asked.append("get"))
    assert sweep_generations(shelf, DAY, NOON + 2 * DAY) == 2
    assert len(asked) == 1


def test_a_partition_that_somebody_moved_is_refused(shelf: Shelf) -> None:
    switch_locations(shelf.glue, TARGET, SCHEMA, {HOUR: "s3://zone/elsewhere/"}, [])
    with pytest.raises(PartitionDamaged, match="s3://zone/elsewhere/ is none of the generations"):
        read_generations(shelf, find_locations(shelf.glue, TARGET, [HOUR]))


def test_a_generation_without_its_marker_is_refused(shelf: Shelf) -> None:
    publish(shelf, "one", HOUR)
    shelf.s3.delete_object(Bucket="zone", Key=f"{shelf.folder(HOUR, 'one')}_complete.json")
    with pytest.raises(PartitionDamaged, match=r"has no _complete\.json"):
        read_generations(shelf, find_locations(shelf.glue, TARGET, [HOUR]))


def test_generations_sort_by_time() -> None:
    first = name_generation(NOON, "ab" * 32)
    assert first == "20261101T120000000000Z-abababab"
    assert first < name_generation(NOON + timedelta(microseconds=1), "00" * 32)


def test_the_table_grows_and_never_changes_a_type(shelf: Shelf) -> None:
    wider = table_schema(Shape({"id": "string", "speed": "int"}, "id", None))
    ensure_table(shelf.glue, TARGET, wider)
    found = shelf.glue.get_table(DatabaseName="processed", Name="anpr_readings")["Table"]
    columns = [(one["Name"], one["Type"]) for one in found["StorageDescriptor"]["Columns"]]
    assert columns == [
        ("id", "string"),
        ("event_time", "timestamp"),
        ("arrived_at", "timestamp"),
        ("speed", "int"),
    ]
    other = table_schema(Shape({"id": "bigint"}, "id", None))
    with pytest.raises(TableRefused, match=r"id of processed.*is string, and the run"):
        ensure_table(shelf.glue, TARGET, other)
    delta = Target("zone", "anpr", "readings", "processed", "delta", "runs/state/")
    with pytest.raises(TableRefused, match="holds parquet, not delta"):
        ensure_table(shelf.glue, delta, wider)
    moved = Target("other", "anpr", "readings", "processed", "parquet", "runs/state/")
    with pytest.raises(
        TableRefused, match=r"lies at s3://zone/anpr/readings/?, not at s3://other/"
    ):
        ensure_table(shelf.glue, moved, wider)

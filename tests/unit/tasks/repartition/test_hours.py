from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.repartition.hours import (
    ArrivalsUnreadable,
    Asked,
    Pending,
    State,
    find_pending,
    hour_folder,
    name_hour,
    next_frontier,
    parse_hour,
)

STREAM = "anpr/observations"
STATE = State("processed", "runs/state/")
LONG_CLOSED = datetime(2027, 1, 1, tzinfo=UTC)
ALL = Asked(None, None, LONG_CLOSED, False)
SETTLE = timedelta(hours=48)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        for bucket in ("landing", "processed"):
            client.create_bucket(Bucket=bucket)
        yield client


def land(s3: Any, hour: str, name: str = "one.gz", body: bytes = b"1") -> None:
    s3.put_object(Bucket="landing", Key=f"{STREAM}/{hour_folder(hour)}{name}", Body=body)


def find(s3: Any, asked: Asked = ALL) -> Pending:
    return find_pending(s3, "landing", STREAM, STATE, asked)


def do(s3: Any, pending: Pending, count: int | None = None) -> None:
    """Record hours as the job does when it has done them."""
    done = pending.hours[:count]
    for hour in done:
        objects = [{"key": one.key, "etag": one.etag} for one in hour.objects]
        body = json.dumps({"objects": objects}).encode()
        s3.put_object(Bucket="processed", Key=STATE.record_key(hour), Body=body)
    frontier = next_frontier(pending, done, SETTLE)
    if frontier is not None:
        body = json.dumps({"sealed_through": frontier}).encode()
        s3.put_object(Bucket="processed", Key=STATE.frontier_key, Body=body)


def names(pending: Pending) -> list[str]:
    return [one.hour for one in pending.hours]


def test_hours_without_a_record_are_pending(s3: Any) -> None:
    for hour in ("2026-10-25-07", "2026-10-25-06", "2026-02-28-23"):
        land(s3, hour)
    pending = find(s3)
    assert names(pending) == ["2026-02-28-23", "2026-10-25-06", "2026-10-25-07"]
    do(s3, pending, 2)
    assert names(find(s3)) == ["2026-10-25-07"]
    do(s3, find(s3))
    assert names(find(s3)) == []


def test_an_hour_is_pending_again_when_something_comes_to_it(s3: Any) -> None:
    land(s3, "2026-10-25-07")
    do(s3, find(s3))
    land(s3, "2026-10-25-07", "two.gz")
    [hour] = find(s3).hours
    prefix = f"{STREAM}/year=2026/month=10/day=25/hour=07/"
    assert [one.key for one in hour.objects] == [f"{prefix}one.gz", f"{prefix}two.gz"]
    assert hour.new_keys == {f"{prefix}two.gz"}
    do(s3, find(s3))
    land(s3, "2026-10-25-07", "one.gz", b"changed")
    [hour] = find(s3).hours
    assert hour.new_keys == {f"{prefix}one.gz"}


def test_asked_hours_start_included_and_end_excluded(s3: Any) -> None:
    for clock in range(4, 9):
        land(s3, f"2026-10-25-{clock:02}")
    asked = Asked(parse_hour("2026-10-25-05"), parse_hour("2026-10-25-07"), LONG_CLOSED, False)
    pending = find(s3, asked)
    assert names(pending) == ["2026-10-25-05", "2026-10-25-06"]
    assert pending.left_out == "2026-10-25-04"


def test_refresh_takes_done_hours_as_new(s3: Any) -> None:
    land(s3, "2026-10-25-07")
    do(s3, find(s3))
    [hour] = find(s3, Asked(parse_hour("2026-10-25-07"), None, LONG_CLOSED, True)).hours
    assert len(hour.new_keys) == 1


def test_an_hour_that_is_still_filling_is_left_out(s3: Any) -> None:
    land(s3, "2026-10-25-06")
    land(s3, "2026-10-25-07")
    at_the_end = Asked(None, None, datetime(2026, 10, 25, 7, 59, 59, tzinfo=UTC), False)
    assert names(find(s3, at_the_end)) == ["2026-10-25-06"]
    after = Asked(None, None, datetime(2026, 10, 25, 8, tzinfo=UTC), False)
    assert names(find(s3, after)) == ["2026-10-25-06", "2026-10-25-07"]


def test_the_frontier_follows_at_a_distance_and_stops_before_pending_hours(s3: Any) -> None:
    for hour in ("2026-10-20-00", "2026-10-20-01", "2026-10-25-07"):
        land(s3, hour)
    pending = find(s3)
    # 2026-10-20-01 is still to do; the newest done hour less 48 hours is earlier still.
    assert next_frontier(pending, pending.hours[:1], SETTLE) == "2026-10-18-00"
    assert next_frontier(pending, pending.hours[:2], SETTLE) == "2026-10-18-01"
    # All done: 48 hours before 2026-10-25-07.
    assert next_frontier(pending, pending.hours, SETTLE) == "2026-10-23-07"
    assert next_frontier(pending, (), SETTLE) is None
    open_hour = Pending(pending.hours[2:], "2026-10-20-01", "2026-10-18-00")
    assert next_frontier(open_hour, open_hour.hours, SETTLE) == "2026-10-20-00"
    settled = Pending(pending.hours[:1], None, "2026-10-19-00")
    assert next_frontier(settled, settled.hours, SETTLE) is None


def test_behind_the_frontier_only_asking_finds(s3: Any) -> None:
    for hour in ("2026-10-20-00", "2026-10-25-07"):
        land(s3, hour)
    do(s3, find(s3))
    land(s3, "2026-10-20-00", "late.gz")
    assert names(find(s3)) == []
    asked = Asked(parse_hour("2026-10-20-00"), parse_hour("2026-10-21-00"), LONG_CLOSED, False)
    assert names(find(s3, asked)) == ["2026-10-20-00"]


def test_listing_costs_the_same_however_many_hours_are_done(s3: Any) -> None:
    listed: list[int] = []

    def count(parsed: Any, **_: Any) -> None:
        listed.append(parsed.get("KeyCount", 0))

    s3.meta.events.register("after-call.s3.ListObjectsV2", count)
    costs = []
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    for done in (60, 300):
        while (hour - datetime(2026, 1, 1, tzinfo=UTC)) < timedelta(hours=done):
            land(s3, name_hour(hour))
            hour += timedelta(hours=1)
        do(s3, find(s3))
        land(s3, name_hour(hour))
        hour += timedelta(hours=1)
        listed.clear()
        assert len(find(s3).hours) == 1
        costs.append((len(listed), sum(listed)))
        do(s3, find(s3))
    # Two listings: 48 hours and the new one on one side, 48 records on the other.
    assert costs == [(2, 97), (2, 97)]


def test_an_object_in_no_hour_is_named(s3: Any) -> None:
    land(s3, "2026-10-25-07")
    s3.put_object(Bucket="landing", Key=f"{STREAM}/readme.txt", Body=b"1")
    with pytest.raises(ArrivalsUnreadable, match=r"readme\.txt lies in no arrival hour"):
        find(s3)


def test_marks_of_folders_are_no_objects(s3: Any) -> None:
    land(s3, "2026-10-25-07")
    land(s3, "2026-10-25-08", "_SUCCESS")
    s3.put_object(Bucket="landing", Key=f"{STREAM}/{hour_folder('2026-10-25-09')}", Body=b"")
    assert names(find(s3)) == ["2026-10-25-07"]


def test_an_empty_stream_and_a_missing_bucket_are_named(s3: Any) -> None:
    with pytest.raises(ArrivalsUnreadable, match="Nothing lies under s3://landing/anpr"):
        find(s3)
    with pytest.raises(ArrivalsUnreadable, match="bucket nowhere does not exist"):
        find_pending(s3, "nowhere", STREAM, STATE, ALL)

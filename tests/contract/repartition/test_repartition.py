"""The job's steps on the stack: readers at every moment, kills before every effect, bad input."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from spark.repartition.run import TooManyRejects
from spark.tables import Counts

if TYPE_CHECKING:
    from tests.contract.repartition.conftest import Stream

pytestmark = [pytest.mark.spark, pytest.mark.stack]

CHANGES = {
    "put_object",
    "delete_object",
    "delete_objects",
    "batch_create_partition",
    "batch_update_partition",
    "create_table",
}
SIX, FIVE = "2026-10-25-06", "2026-10-25-05"


def reading(identifier: str, plate: str, clock: str, sent: int = 1) -> dict[str, Any]:
    return {"id": identifier, "plate": plate, "sent": sent, "t": f"2026-10-25T{clock}:00Z"}


class Killed(BaseException):
    """The job's process is gone."""


def kill_before(number: int) -> Any:
    """A hook that kills before the effect of this number."""
    seen = 0

    def hook(name: str) -> None:
        nonlocal seen
        seen += name in CHANGES
        if name in CHANGES and seen == number:
            raise Killed(name)

    return hook


def test_readers_see_each_hour_as_it_was_or_as_it_is(stream: Stream) -> None:
    stream.land("2026-10-25-07", reading("a", "A1", "06:10"), reading("b", "B1", "05:10"))
    assert stream.run("2026-10-25-07").counts == Counts(2, 2, 0, 0)
    old = {SIX: [("a", "A1")], FIVE: [("b", "B1")]}
    new = {SIX: [("a", "A2"), ("c", "C1")], FIVE: [("b", "B1"), ("d", "D1")]}
    before = stream.locations()
    slow_reader = stream.spark.newSession().read.parquet(before[SIX])
    stream.land(
        "2026-10-25-08",
        reading("a", "A2", "06:10", sent=2),
        reading("c", "C1", "06:59"),
        reading("d", "D1", "05:00"),
    )
    seen: dict[str, list[Any]] = {SIX: [], FIVE: []}

    def look(name: str) -> None:
        if name in CHANGES:
            now = stream.locations()
            for hour, found in seen.items():
                rows = stream.read_by_glue(hour)
                assert rows == stream.read_by_spark(now[hour])
                found.append(rows)

    assert stream.run("2026-10-25-08", hook=look).counts == Counts(3, 3, 0, 0)
    for hour, found in seen.items():
        assert found[0] == old[hour] and found[-1] == new[hour]
        # Once new, never old again, and nothing else in between.
        switched = found.index(new[hour])
        assert found == [old[hour]] * switched + [new[hour]] * (len(found) - switched)
    # Who found the old place goes on reading there.
    assert [(row["id"], row["plate"]) for row in slow_reader.collect()] == old[SIX]
    assert stream.read_by_spark(before[FIVE]) == old[FIVE]


def test_killed_before_every_effect_and_run_again(stream: Stream) -> None:
    expected: dict[str, dict[str, str]] = {}
    for number in range(1, 30):
        arrival = f"2026-10-26-{number % 24:02}" if number < 24 else f"2026-10-27-{number - 24:02}"
        readings = [
            reading("same", f"V{number}", "06:10", sent=number),
            reading(f"six{number}", "S", "06:20"),
            reading(f"own{number}", "O", f"{number % 24:02}:30"),
        ]
        for one in readings:
            expected.setdefault(f"2026-10-25-{one['t'][11:13]}", {})[one["id"]] = one["plate"]
        stream.land(arrival, *readings)
        try:
            stream.run(arrival, hook=kill_before(number))
            break
        except Killed:
            assert stream.run(arrival).counts in (Counts(3, 3, 0, 0), Counts(0, 0, 0, 0))
    # The last run had fewer effects than the number: there was nothing left to kill before.
    assert number >= 8
    locations = stream.locations()
    assert {
        hour: dict(stream.read_by_spark(location)) for hour, location in locations.items()
    } == expected
    in_use = {location.removeprefix(f"s3://{stream.bucket}/") for location in locations.values()}
    markers = [key for key in stream.keys("anpr/readings/") if key.endswith("_complete.json")]
    assert in_use <= {key.removesuffix("_complete.json") for key in markers}
    assert stream.keys("runs/state/generations/open/") == []


def test_delta_changes_all_hours_in_one_commit(stream: Stream) -> None:
    delta = replace(stream, format="delta")
    delta.land("2026-10-25-07", reading("a", "A1", "06:10"), reading("b", "B1", "05:10"))
    assert delta.run("2026-10-25-07").counts == Counts(2, 2, 0, 0)
    delta.land("2026-10-25-08", reading("a", "A2", "06:10", sent=2), reading("c", "C1", "07:59"))
    summary = delta.run("2026-10-25-08")
    assert summary.counts == Counts(2, 2, 0, 0)
    assert [(one.hour, one.rows, one.files) for one in summary.written] == [
        ("2026-10-25-06", 1, 1),
        ("2026-10-25-07", 1, 1),
    ]
    delta.land("2026-10-25-09", reading("a", "A2", "06:10", sent=2))
    assert delta.run("2026-10-25-09").counts == Counts(1, 0, 0, 1)
    commits = [key for key in delta.keys("anpr/readings/_delta_log/") if key.endswith(".json")]
    assert len(commits) == 2
    frame = delta.spark.newSession().read.format("delta").load(delta.target.location)
    rows = sorted(tuple(row) for row in frame.select("id", "plate", "hour").collect())
    assert rows == [("a", "A2", "06"), ("b", "B1", "05"), ("c", "C1", "07")]


def test_damaged_objects_and_lines_are_laid_aside(stream: Stream) -> None:
    good = [reading("a", "A1", "06:10"), {**reading("b", "B1", "05:10"), "t": 1761368400000}]
    cut = gzip.compress("".join(json.dumps(one) + "\n" for one in good * 500).encode())[:-20]
    stream.land("2026-10-25-07", *good, reading("c", "C1", "23:00"), {"id": "d", "t": "soon"})
    stream.land("2026-10-25-07", gzip.compress(b'\n{"id": "e", "t\n'))
    stream.land("2026-10-25-07", cut)
    stream.land("2026-10-25-07", b"")
    stream.land("2026-10-25-08", b"plain text")
    with pytest.raises(TooManyRejects, match="6 of 8 readings are unusable, the limit is 5"):
        stream.run("2026-10-25-07", "2026-10-25-08", limits=replace_limits(stream, 5))
    assert stream.locations() == {}
    summary = stream.run("2026-10-25-07", "2026-10-25-08")
    assert summary.counts == Counts(8, 2, 6, 0)
    # 1761368400000 ms are 2025-10-25T05:00:00Z.
    assert sorted(stream.locations()) == ["2025-10-25-05", "2026-10-25-06"]
    prefix = str(summary.quarantine_uri).removeprefix(f"s3://{stream.bucket}/")
    [key] = stream.keys(prefix)
    body = stream.clients.s3.get_object(Bucket=stream.bucket, Key=key)["Body"].read()
    rejects = [json.loads(line) for line in body.splitlines()]
    assert sorted(
        (one["file"][-6:], one["reason"][:36], one.get("position")) for one in rejects
    ) == [
        ("000.gz", "t '2026-10-25T23:00:00Z' is after th", "3"),
        ("000.gz", "t 'soon' is no time", "4"),
        ("000.gz", "the object is no gzip stream: Error ", None),
        ("001.gz", "the line is no JSON record", "2"),
        ("002.gz", "the object is cut off: its gzip stre", None),
        ("003.gz", "the object is empty", None),
    ]


def replace_limits(stream: Stream, rejects: int) -> Any:
    return replace(stream.request().limits, rejects=rejects)

"""Readings into the hours of their events: the flow on generated input and on real earthquakes."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.event_hours import ids, list_keys, locations, rows_at

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

FLOW = "repartition_by_event_time"
SIGKILLED, INTERRUPTED = -9, 130
QUAKES = {
    "stream": "usgs/earthquakes",
    "event_time_field": "time",
    "event_time_format": "epoch_millis",
    "version_field": "updated",
    "columns": {"id": "string", "mag": "double", "place": "string", "updated": "bigint"},
    "landing_table": "usgs_arrivals",
    "dataset": "usgs",
    "table": "earthquakes",
}


def hour_of(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d-%H}"


def folder_of(hour: str) -> str:
    year, month, day, clock = hour.split("-")
    return f"year={year}/month={month}/day={day}/hour={clock}"


def read_quakes(real_data: Path) -> list[dict[str, Any]]:
    """The earthquakes as readings: made at `time`, arrived at `updated`."""
    features = json.loads((real_data / "usgs_earthquakes" / "earthquakes.json").read_text())
    return [
        {"id": one["id"], **{n: one["properties"][n] for n in ("time", "updated", "mag", "place")}}
        for one in features["features"]
    ]


def land(platform: Platform, stream: str, hour: str, readings: list[dict[str, Any]]) -> None:
    body = gzip.compress("".join(json.dumps(one) + "\n" for one in readings).encode())
    platform.client("s3").put_object(
        Bucket=platform.values["LANDING_BUCKET"], Key=f"{stream}/{folder_of(hour)}/1.gz", Body=body
    )


def sentence(done: Finished) -> str:
    return next(line for line in done.errors.splitlines() if " failed: " in line)


def test_earthquakes_lie_in_the_hours_in_which_the_earth_shook(
    platform: Platform, real_data: Path
) -> None:
    quakes = read_quakes(real_data)
    arrivals: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for quake in quakes:
        arrivals[hour_of(quake["updated"])].append(quake)
    for hour, readings in arrivals.items():
        land(platform, QUAKES["stream"], hour, readings)
    # The file: 1,707 earthquakes of 169 hours, updated in 165 hours; half of them by 2018-02-06.
    assert (len(quakes), len(arrivals)) == (1707, 165)
    middle = "2018-02-06T00:00:00Z"
    done = platform.run_flow(FLOW, {**QUAKES, "to_hour": middle})
    assert done.code == 0, done.errors
    first = locations(platform, "usgs_earthquakes")
    early = [one for one in quakes if hour_of(one["updated"]) < "2018-02-06-00"]
    assert Counter(
        {hour: len(found) for hour, found in ids(platform, "usgs_earthquakes").items()}
    ) == Counter(hour_of(one["time"]) for one in early)

    done = platform.run_flow(FLOW, QUAKES)
    assert done.code == 0, done.errors
    expected: dict[str, list[str]] = defaultdict(list)
    for quake in quakes:
        expected[hour_of(quake["time"])].append(quake["id"])
    assert len(expected) == 169
    assert ids(platform, "usgs_earthquakes") == {h: sorted(found) for h, found in expected.items()}

    # Late ones moved the hours that they touch, and no others.
    second = locations(platform, "usgs_earthquakes")
    late = [one for one in quakes if hour_of(one["updated"]) >= "2018-02-06-00"]
    touched = {hour_of(one["time"]) for one in late}
    assert {hour for hour in first if first[hour] != second[hour]} == touched & first.keys()
    strongest = max(quakes, key=lambda quake: quake["mag"] or 0)
    [row] = [
        row
        for row in rows_at(platform, second[hour_of(strongest["time"])])
        if row["id"] == strongest["id"]
    ]
    assert (row["mag"], row["place"], row["updated"]) == (
        strongest["mag"],
        strongest["place"],
        strongest["updated"],
    )
    arrived = datetime.fromtimestamp(strongest["updated"] // 3_600_000 * 3600, UTC)
    assert row["event_time"] == datetime.fromtimestamp(strongest["time"] / 1000, UTC)
    assert row["arrived_at"] == arrived


def reading(identifier: str, clock: str, **more: Any) -> dict[str, Any]:
    moment = f"2026-10-25T{clock}:00Z"
    return {
        "id": identifier,
        "t": moment,
        "site_id": 1,
        "vehicle_id": "v",
        "plate": "AB12 CDE",
        "confidence": 0.9,
        "sent_at": moment,
        **more,
    }


CLEAN = {
    "2026-10-25-05": ["b"],
    "2026-10-25-06": ["a", "c"],
    "2026-10-25-07": ["d"],
}


def land_readings(platform: Platform) -> None:
    stream = "anpr/observations"
    land(platform, stream, "2026-10-25-06", [reading("a", "06:10"), reading("b", "05:50")])
    land(
        platform,
        stream,
        "2026-10-25-07",
        [reading("c", "06:59"), reading("d", "07:00"), reading("a", "06:10")],
    )


def test_killed_doubled_and_interrupted_it_ends_as_one_clean_run(platform: Platform) -> None:
    land_readings(platform)
    for effect in (
        "glue.BatchCreatePartition:1",  # nothing is registered
        "glue.StartJobRun:1",  # the plan lies there, no job runs
        "glue.GetJobRun:1",  # the Glue run goes on without its flow
    ):
        killed = platform.run_flow(FLOW, FAULT_KILL_BEFORE=effect)
        assert killed.code == SIGKILLED, (effect, killed.errors)
    done = platform.run_flow(FLOW)
    assert done.code == 0, done.errors
    assert ids(platform, "anpr_readings") == CLEAN
    # One generation of each hour, closed; no note of an open one.
    assert len(list_keys(platform, "anpr/readings/")) == 6
    state = f"runs/{FLOW}/anpr/readings/"
    assert not [key for key in list_keys(platform, state) if "/generations/open/" in key]

    land(platform, "anpr/observations", "2026-10-25-08", [reading("e", "07:30")])
    stopped = platform.run_flow(FLOW, FAULT_INTERRUPT_BEFORE="glue.GetJobRun:1")
    assert stopped.code == INTERRUPTED, stopped.errors
    job = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}-repartition-by-event-time"
    runs = platform.client("glue").get_job_runs(JobName=job)["JobRuns"]
    newest = max(runs, key=lambda run: run["StartedOn"])
    assert newest["JobRunState"] in ("STOPPING", "STOPPED")
    finished: list[Finished] = []
    both = [
        threading.Thread(target=lambda: finished.append(platform.run_flow(FLOW))) for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [done.code for done in finished] == [0, 0], [done.errors for done in finished]
    assert ids(platform, "anpr_readings") == {**CLEAN, "2026-10-25-07": ["d", "e"]}


def test_what_breaks_the_rules_or_the_limit_publishes_nothing(platform: Platform) -> None:
    stream = "anpr/observations"
    land(platform, stream, "2026-10-25-06", [reading("a", "06:10"), reading("b", "05:50")])
    assert platform.run_flow(FLOW).code == 0
    before = locations(platform, "anpr_readings")
    land(
        platform,
        stream,
        "2026-10-25-07",
        [reading("bad", "06:20", confidence=7.5), reading("z", "06:30", t="soon")],
    )
    done = platform.run_flow(FLOW, {"reject_limit": 0})
    assert done.code == 1
    assert "1 of 2 readings are unusable, the limit is 0" in sentence(done)
    done = platform.run_flow(FLOW)
    assert done.code == 1
    assert 'ColumnValues "confidence"' in sentence(done)
    assert '"bad"' in done.errors
    assert locations(platform, "anpr_readings") == before
    assert ids(platform, "anpr_readings") == {"2026-10-25-05": ["b"], "2026-10-25-06": ["a"]}
    done = platform.run_flow(FLOW, {"stream": "anpr/nothing"})
    assert done.code == 1
    assert "Nothing lies under s3://" in sentence(done)
    done = platform.run_flow(FLOW, {"stream": "anpr/../secrets"})
    assert done.code == 1
    assert "String should match pattern" in done.errors


def test_generated_readings_come_out_as_one_counts_them(platform: Platform) -> None:
    platform.sample(FLOW)
    done = platform.run_flow(FLOW)
    assert done.code == 0, done.errors
    newest = newest_readings(platform)
    assert ids(platform, "anpr_readings") == {hour: sorted(found) for hour, found in newest.items()}
    [summary_key] = [
        key for key in list_keys(platform, f"runs/{FLOW}/") if key.endswith("summary.json")
    ]
    body = platform.client("s3").get_object(
        Bucket=platform.values["PROCESSED_BUCKET"], Key=summary_key
    )["Body"]
    counts = json.loads(body.read())["counts"]
    assert counts["input"] == counts["loaded"] + counts["rejected"] + counts["duplicate"]
    assert counts["loaded"] == sum(len(found) for found in newest.values())


def newest_readings(platform: Platform) -> dict[str, dict[str, str]]:
    """By event hour the ids and plates that should be there, counted line by line."""
    s3, bucket = platform.client("s3"), platform.values["LANDING_BUCKET"]
    newest: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for found in s3.list_objects_v2(Bucket=bucket, Prefix="anpr/observations/")["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        for line in gzip.decompress(body).decode().splitlines():
            try:
                one = json.loads(line)
                moment = datetime.fromisoformat(one["t"]).astimezone(UTC)
            except (ValueError, TypeError):
                continue
            if not 2000 <= moment.year <= 2026:
                continue
            hour = newest[f"{moment:%Y-%m-%d-%H}"]
            if one["id"] not in hour or one["sent_at"] > hour[one["id"]][0]:
                hour[one["id"]] = (one["sent_at"], one["plate"])
    return {
        hour: {name: plate for name, (_, plate) in found.items()} for hour, found in newest.items()
    }

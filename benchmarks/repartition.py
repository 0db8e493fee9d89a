"""Readings into the hours of their events: `python -m benchmarks.repartition [1000000]`.

Prints how long so many readings take, a day of arrivals in one run, and the most memory that all
processes of the stack and the flow held together (aim: 4 GB; time linear in rows). With `hours`
in place of a number it prints what one more arrival hour costs when 10 are done and when 1,000 are:
requests, objects, bytes, readings and seconds; `hours 10 100` for other numbers.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from benchmarks.counting import count_requests, log_size, print_costs
from benchmarks.stack import ROOT, client, measure_memory, own_stack, start_stack
from lochan.samples.repartition_by_event_time import draw_lag, make_vehicle, object_key

AIM_MEGABYTES = 4000
STREAM = "bench/observations"
FIRST_ARRIVAL = datetime(2026, 3, 1, tzinfo=UTC)
ARRIVAL_HOURS = 24
READINGS_PER_OBJECT = 50_000
READINGS_PER_SMALL_HOUR = 20
DONE_HOURS = (10, 1000)


def main() -> None:
    """Measure and print."""
    asked = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    with own_stack() as values:
        start_stack(values)
        if asked == "hours":
            measure_hours(values, [int(text) for text in sys.argv[2:]] or DONE_HOURS)
        else:
            measure_rows(values, int(asked))


def measure_rows(values: dict[str, str], readings: int) -> None:
    """Repartition a day of so many readings in one run."""
    chance = random.Random(readings)
    s3 = client(values)
    started = time.perf_counter()
    size = 0
    for key, body in make_day(chance, readings):
        s3.put_object(Bucket=values["LANDING_BUCKET"], Key=key, Body=body)
        size += len(body)
    print(f"{readings:,} readings landed, {size / 1e6:,.0f} MB, {since(started):.0f} s", flush=True)
    started = time.perf_counter()
    flow = start_flow(values, "one_day")
    most, before, work = 0.0, measure_work(values["LOCHAN_HOME"]), {}
    while flow.poll() is None:
        most = max(most, measure_memory(values["LOCHAN_HOME"]))
        work |= measure_work(values["LOCHAN_HOME"])
        time.sleep(1)
    seconds = since(started)
    print(
        f"{readings:,} readings: {seconds:.0f} s, {readings / seconds:,.0f} a second, "
        f"exit code {flow.returncode}",
        flush=True,
    )
    print(*read_counts(values), sep="\n", flush=True)
    processor = sum(used - before.get(process, 0) for process, used in work.items())
    load = os.getloadavg()[0]
    print(f"processor time of all processes: {processor:,.0f} s, load {load:.1f}", flush=True)
    print(f"most memory: {most:,.0f} MB (sum of PSS), aim {AIM_MEGABYTES:,} MB", flush=True)
    sys.exit(flow.returncode)


def measure_hours(values: dict[str, str], numbers: Sequence[int]) -> None:
    """Do one more hour when few hours are done and when many are."""
    chance = random.Random(1)
    landed = 0
    for done in numbers:
        land_hours(values, chance, range(landed, done))
        landed = done
        finish(start_flow(values, f"{done} hours"))
        land_hours(values, chance, range(landed, landed + 1))
        landed += 1
        sizes, before = measure_hour_sizes(values), log_size(values)
        started = time.perf_counter()
        finish(start_flow(values, "one more hour"))
        costs: dict[str, float] = {"seconds": round(since(started), 1)}
        requests = count_requests(values, before)
        costs |= {f"requests: {name}": count for name, count in requests.most_common(6)}
        costs["requests, all"] = requests.total()
        summary = read_summaries(values)[-1]
        costs["readings"] = summary["counts"]["input"]
        costs["objects of arrivals read"] = summary["objects"]
        costs["bytes of arrivals read"] = measure_arrivals(values, summary["hours"])
        costs["event hours written again"] = len(summary["written"])
        again = {one["hour"] for one in summary["written"]}
        costs["bytes of these hours read before"] = sum(sizes.get(hour, 0) for hour in again)
        print_costs(f"one more hour after {done:,}", costs)


def measure_arrivals(values: dict[str, str], hours: list[str]) -> int:
    """Sum the objects of arrival hours."""
    s3, size = client(values), 0
    for hour in hours:
        year, month, day, clock = hour.split("-")
        prefix = f"{STREAM}/year={year}/month={month}/day={day}/hour={clock}/"
        listed = s3.list_objects_v2(Bucket=values["LANDING_BUCKET"], Prefix=prefix)
        size += sum(found["Size"] for found in listed.get("Contents", []))
    return size


def measure_hour_sizes(values: dict[str, str]) -> dict[str, int]:
    """Return the bytes of each event hour as the last run that wrote it left it."""
    written = [one for summary in read_summaries(values) for one in summary["written"]]
    return {one["hour"]: one["bytes"] for one in written}


def measure_work(home: str) -> dict[int, float]:
    """Return the processor time in seconds that each process of this stack has used."""
    work = {}
    for process in psutil.process_iter(["environ", "cpu_times"]):
        if any(home in value for value in (process.info["environ"] or {}).values()):
            work[process.pid] = process.info["cpu_times"].user + process.info["cpu_times"].system
    return work


def make_day(chance: random.Random, readings: int) -> Iterator[tuple[str, bytes]]:
    """Make up a day of arrivals, in objects of at most 50,000 readings."""
    vehicles = [make_vehicle(chance) for _ in range(20_000)]
    in_hour = -(-readings // ARRIVAL_HOURS)
    for hour in range(ARRIVAL_HOURS):
        left = min(in_hour, readings - hour * in_hour)
        part = 0
        while left > 0:
            arrival = FIRST_ARRIVAL + timedelta(hours=hour, seconds=part)
            count = min(left, READINGS_PER_OBJECT)
            lines = "".join(make_lines(chance, vehicles, arrival, count))
            yield object_key(STREAM, arrival, chance), gzip.compress(lines.encode(), 1)
            left, part = left - count, part + 1


def make_lines(
    chance: random.Random, vehicles: list[Any], arrival: datetime, count: int
) -> Iterator[str]:
    """Make up readings that arrive together; of a hundred one is delivered twice."""
    for _ in range(count):
        seen = arrival - draw_lag(chance)
        vehicle = vehicles[int(chance.random() * len(vehicles))]
        moment = f"{seen:%Y-%m-%dT%H:%M:%S}"
        line = (
            f'{{"id": "{chance.getrandbits(128):032x}", "t": "{moment}Z", '
            f'"site_id": {int(chance.random() * 40) + 1}, "vehicle_id": "{vehicle.vehicle_id}", '
            f'"plate": "{vehicle.plate}", "confidence": {chance.random():.3f}, '
            f'"sent_at": "{moment}Z"}}\n'
        )
        yield line
        if chance.random() < 0.01:
            yield line


def land_hours(values: dict[str, str], chance: random.Random, hours: range) -> None:
    """Land small hours, an object each."""
    vehicles = [make_vehicle(chance) for _ in range(100)]
    s3 = client(values)
    for hour in hours:
        arrival = FIRST_ARRIVAL + timedelta(hours=hour)
        lines = "".join(make_lines(chance, vehicles, arrival, READINGS_PER_SMALL_HOUR))
        s3.put_object(
            Bucket=values["LANDING_BUCKET"],
            Key=object_key(STREAM, arrival, chance),
            Body=gzip.compress(lines.encode(), 1),
        )


def start_flow(values: dict[str, str], what: str) -> subprocess.Popen[bytes]:
    """Start the flow over the benchmark's stream."""
    parameters = {"stream": STREAM, "landing_table": "bench_observations", "dataset": "bench"}
    code = (
        "import json, sys; from flows.repartition_by_event_time import *;"
        "repartition_by_event_time(RepartitionByEventTime(**json.loads(sys.argv[1])))"
    )
    parameters |= {"rules": 'Rules = [IsComplete "id", IsComplete "event_time"]'}
    given = json.dumps({**parameters, "hours_per_run": 1000})
    with (Path(values["LOCHAN_HOME"]) / f"{what}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-c", code, given], cwd=ROOT, env=values, stdout=log, stderr=log
        )


def finish(flow: subprocess.Popen[bytes]) -> None:
    """Wait for a flow; its failure ends the benchmark."""
    if flow.wait():
        sys.exit(f"The flow ended {flow.returncode}.")


def read_summaries(values: dict[str, str]) -> list[dict[str, Any]]:
    """Return what the runs of the flow say of themselves, the newest last."""
    s3, bucket = client(values), values["PROCESSED_BUCKET"]
    prefix = "runs/repartition_by_event_time/bench/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    listed = [one for page in pages for one in page.get("Contents", [])]
    found = [one for one in listed if one["Key"].endswith("/summary.json")]
    keys = [one["Key"] for one in sorted(found, key=lambda one: one["LastModified"])]
    return [json.load(s3.get_object(Bucket=bucket, Key=key)["Body"]) for key in keys]


def read_counts(values: dict[str, str]) -> list[str]:
    """Return what the runs of the flow say that became of their input."""
    return [
        f"{one['counts']}, {len(one['written'])} event hours, "
        f"{sum(hour['files'] for hour in one['written'])} files"
        for one in read_summaries(values)
    ]


def since(started: float) -> float:
    """Return the seconds since."""
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

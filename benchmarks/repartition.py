"""Readings into the hours of their events: `python -m benchmarks.repartition [1000000]`.

Prints how long so many readings take, a day of arrivals in one run, and the most memory that all
processes of the stack and the flow held together (aim: 4 GB; time linear in rows). With `hours`
in place of a number it prints what one more arrival hour costs when 10 are done and when 1,000 are:
requests, objects listed, readings and seconds.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import psutil

from benchmarks.stack import ROOT, measure_memory, own_stack, start_stack
from lochan.samples.repartition_by_event_time import draw_lag, make_vehicle, object_key

AIM_MEGABYTES = 4000
STREAM = "bench/observations"
FIRST_ARRIVAL = datetime(2026, 3, 1, tzinfo=UTC)
ARRIVAL_HOURS = 24
READINGS_PER_OBJECT = 50_000
READINGS_PER_SMALL_HOUR = 20
DONE_HOURS = (10, 1000)
REQUEST = re.compile(r"AWS (s3|glue)\.(\w+) =>")


def main() -> None:
    """Measure and print."""
    asked = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    with own_stack() as values:
        start_stack(values)
        if asked == "hours":
            measure_hours(values)
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


def measure_hours(values: dict[str, str]) -> None:
    """Do one more hour when few hours are done and when many are."""
    chance = random.Random(1)
    landed = 0
    for done in DONE_HOURS:
        land_hours(values, chance, range(landed, done))
        landed = done
        finish(start_flow(values, f"{done} hours"))
        land_hours(values, chance, range(landed, landed + 1))
        landed += 1
        log = Path(values["LOCHAN_HOME"]) / "logs" / "localstack.log"
        before = log.stat().st_size
        started = time.perf_counter()
        finish(start_flow(values, "one more hour"))
        seconds = since(started)
        requests = count_requests(log, before)
        kinds = ", ".join(f"{count} {name}" for name, count in requests.most_common(6))
        print(
            f"one more hour after {done:,}: {seconds:.1f} s, {requests.total()} requests ({kinds})",
            flush=True,
        )


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


def read_counts(values: dict[str, str]) -> list[str]:
    """Return what the runs of the flow say that became of their input."""
    s3, bucket = client(values), values["PROCESSED_BUCKET"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="runs/repartition_by_event_time/bench/")
    keys = [one["Key"] for one in listed.get("Contents", [])]
    summaries = [key for key in keys if key.endswith("/summary.json")]
    bodies = [json.load(s3.get_object(Bucket=bucket, Key=key)["Body"]) for key in summaries]
    return [
        f"{one['counts']}, {len(one['written'])} event hours, "
        f"{sum(hour['files'] for hour in one['written'])} files"
        for one in bodies
    ]


def count_requests(log: Path, start: int) -> Counter[str]:
    """Count what LocalStack was asked since, by operation."""
    with log.open() as file:
        file.seek(start)
        return Counter(f"{service}.{name}" for service, name in REQUEST.findall(file.read()))


def client(values: dict[str, str]) -> Any:
    """Return a client of the stack's S3."""
    return boto3.client(  # type: ignore[call-overload]
        "s3",
        endpoint_url=values["AWS_ENDPOINT_URL"],
        region_name=values["AWS_DEFAULT_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def since(started: float) -> float:
    """Return the seconds since."""
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

"""What one more folder costs catalog_to_redshift: `python -m benchmarks.catalog_to_redshift`.

Loads 10 folders and then 1,000 (or the numbers given), each time adds one more and prints what the
run that loads it asks of S3, Glue and Redshift, and its seconds. All that should be the same with
many folders as with few, but for the names and ETags of objects, which are compared a thousand in a
request.

`python -m benchmarks.catalog_to_redshift huge 300` loads one CSV file of so many megabytes instead.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from typing import Any

from benchmarks.counting import count_calls, count_requests, log_size, print_costs
from benchmarks.stack import client, measure_memory, own_stack, report, run, start_stack

ROWS_A_FOLDER = 2000
FOLDERS_PREFIX, HUGE_PREFIX = "measured/", "huge/"
LOAD = (
    "import sys; from benchmarks.catalog_to_redshift import load_and_count; "
    "load_and_count(*sys.argv[1:])"
)


def main() -> None:
    """Measure with few and with many folders, or with one huge file."""
    given = sys.argv[1:]
    with own_stack() as values:
        start_stack(values)
        s3 = client(values)
        if given and given[0] == "huge":
            _measure_huge(values, s3, int(given[1]))
        else:
            _measure_folders(values, s3, [int(text) for text in given] or [10, 1000])


def load_and_count(prefix: str, table: str) -> None:
    """Load a prefix in this process; print what that asked for, as JSON."""
    counts = count_calls()
    from flows.catalog_to_redshift import CatalogToRedshift, catalog_to_redshift

    started = time.perf_counter()
    loaded = catalog_to_redshift(CatalogToRedshift(source=prefix, target=table, merge_keys=["id"]))
    costs: dict[str, float] = dict(sorted(counts.items()))
    if loaded.plan and loaded.filled and loaded.loaded:
        costs["folders loaded"] = len(loaded.plan.folders)
        costs["bytes loaded"] = loaded.plan.bytes
        costs["rows loaded"] = loaded.loaded.loaded_rows
        costs["Glue run, seconds"] = loaded.filled.run.execution_seconds
    costs["whole run, seconds"] = round(time.perf_counter() - started, 1)
    print(json.dumps(costs))


def _measure_folders(values: dict[str, str], s3: Any, numbers: list[int]) -> None:
    bucket, loaded = values["LANDING_BUCKET"], 0
    for number in numbers:
        _put_folders(s3, bucket, range(loaded, number))
        _load(values, FOLDERS_PREFIX)
        _put_folders(s3, bucket, range(number, number + 1))
        start = log_size(values)
        costs = _load(values, FOLDERS_PREFIX)
        for name, count in sorted(count_requests(values, start).items()):
            costs[f"requests of all: {name}"] = count
        print_costs(f"one more beside {number:,}", costs)
        loaded = number + 1


def _measure_huge(values: dict[str, str], s3: Any, megabytes: int) -> None:
    with tempfile.NamedTemporaryFile("w+b") as file:
        file.write(b"id,name,value\n")
        number = 0
        while file.tell() < megabytes * 1_000_000:
            lines = (f"{n},name {n},{n / 4}\n" for n in range(number, number + 10_000))
            file.write("".join(lines).encode())
            number += 10_000
        file.flush()
        s3.upload_file(file.name, values["LANDING_BUCKET"], f"{HUGE_PREFIX}huge.csv")
    report(
        f"load {number:,} rows of CSV, {megabytes} MB",
        None,
        lambda: print_costs("one file", _load(values, HUGE_PREFIX)),
    )
    print(f"{'the stack holds':<45}{measure_memory(values['LOCHAN_HOME']):8.0f} MB")


def _put_folders(s3: Any, bucket: str, places: range) -> None:
    for place in places:
        first = place * ROWS_A_FOLDER
        numbers = range(first, first + ROWS_A_FOLDER)
        lines = [f"{number},name {number},{number / 4}" for number in numbers]
        body = "\n".join(["id,name,value", *lines, ""]).encode()
        s3.put_object(Bucket=bucket, Key=f"{FOLDERS_PREFIX}part={place}/a.csv", Body=body)


def _load(values: dict[str, str], prefix: str) -> dict[str, float]:
    given = [f"s3://{{landing}}/{prefix}", f"lake.{prefix.rstrip('/')}"]
    costs: dict[str, float] = json.loads(
        run(["python", "-c", LOAD, *given], values).splitlines()[-1]
    )
    return costs


if __name__ == "__main__":
    main()

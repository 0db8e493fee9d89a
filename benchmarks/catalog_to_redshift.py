"""What one more prefix costs catalog_to_redshift: `python -m benchmarks.catalog_to_redshift`.

The target and the ledger hold 10 prefixes and then 1,000 (or the numbers given) before one more is
loaded; printed is what that asks of S3, Glue and Redshift, and its seconds. All of it should be the
same. The prefixes before are put into Redshift by SQL, as loads of them would have left it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

import boto3

from benchmarks.stack import own_stack, run, start_stack
from benchmarks.sync_partitions import _count_calls

ROWS_A_PREFIX = 2000
TABLE = "lake.measured"


def main() -> None:
    """Measure with few and with many prefixes."""
    numbers = [int(text) for text in sys.argv[1:]] or [10, 1000]
    with own_stack() as values:
        start_stack(values)
        s3 = boto3.client(
            "s3",
            endpoint_url=values["AWS_ENDPOINT_URL"],
            region_name=values["AWS_DEFAULT_REGION"],
            aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
        )
        _load(values, s3, 0)
        loaded = 1
        for number in numbers:
            _pretend(values, loaded, number)
            costs = _load(values, s3, number)
            print(f"\none more beside {number:,}")
            for name, cost in costs.items():
                print(f"  {name:<45}{cost:>12,}")
            loaded = number + 1


def load_and_count(prefix: str) -> None:
    """Load a prefix in this process; print what that asked for, as JSON."""
    counts: Counter[str] = Counter()
    _count_calls(counts)
    from flows.catalog_to_redshift import CatalogToRedshift, catalog_to_redshift

    started = time.perf_counter()
    report = catalog_to_redshift(CatalogToRedshift(source=prefix, target=TABLE, merge_keys=["id"]))
    costs: dict[str, float] = dict(sorted(counts.items()))
    if report.plan and report.filled:
        costs["bytes of the prefix"] = report.plan.bytes
        costs["Glue run, seconds"] = report.filled.run.execution_seconds
    costs["whole run, seconds"] = round(time.perf_counter() - started, 1)
    print(json.dumps(costs))


def _load(values: dict[str, str], s3: Any, place: int) -> dict[str, float]:
    first = place * ROWS_A_PREFIX
    lines = [
        f"{number},name {number},{number / 4}" for number in range(first, first + ROWS_A_PREFIX)
    ]
    body = "\n".join(["id,name,value", *lines, ""]).encode()
    key = f"measured/{place}/part.csv"
    s3.put_object(Bucket=values["LANDING_BUCKET"], Key=key, Body=body)
    prefix = f"s3://{{landing}}/measured/{place}/"
    code = (
        "import sys; from benchmarks.catalog_to_redshift import load_and_count; "
        "load_and_count(sys.argv[1])"
    )
    costs: dict[str, float] = json.loads(
        run(["python", "-c", code, prefix], values).splitlines()[-1]
    )
    return costs


def _pretend(values: dict[str, str], first: int, end: int) -> None:
    """Leave in Redshift what loads of these prefixes would have left; ids serve as numbers."""
    places = f"(SELECT id AS place FROM {TABLE} WHERE id >= {first} AND id < {end}) AS places"
    load_id = "LPAD(CAST(place AS VARCHAR(8)), 64, '0')"
    statements = (
        f"INSERT INTO {TABLE} (id, name, value, lochan_load_id) "
        f"SELECT id + {ROWS_A_PREFIX} * place, "
        f"name, value, {load_id} FROM {TABLE}, {places} WHERE id < {ROWS_A_PREFIX}",
        "INSERT INTO etl.loads (load_id, dataset, partition_key, object_count, input_rows, "
        f"loaded_rows, rejected_rows, duplicate_rows) SELECT {load_id}, 'lake', "
        f"'{TABLE} s3://pretended/' || CAST(place AS VARCHAR(8)), 1, {ROWS_A_PREFIX}, "
        f"{ROWS_A_PREFIX}, 0, 0 FROM {places}",
    )
    for statement in statements:
        run(["lochan", "sql", "-c", statement], values)


if __name__ == "__main__":
    main()

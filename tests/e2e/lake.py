"""Loads of the lake in end-to-end tests: what a person puts, what the table then holds."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

# One process for several loads: a flow of its own each, one start of Prefect for all.
RUN_ALL = """
import json, sys
from flows.catalog_to_redshift import CatalogToRedshift, catalog_to_redshift
for given in json.loads(sys.argv[1]):
    try:
        report = catalog_to_redshift(CatalogToRedshift(**given))
        result = report.loaded
        print("RESULT", result.input_rows, result.loaded_rows, result.rejected_rows,
              result.duplicate_rows, result.skipped, flush=True)
    except Exception as error:
        print("RESULT", type(error).__name__, str(error).replace(chr(10), " "), flush=True)
"""
Rows = list[tuple[Any, ...]]


def load(platform: Platform, *loads: dict[str, Any]) -> list[str]:
    """Run the flow for each of the loads; return what each of them gave."""
    done = platform.run(sys.executable, "-c", RUN_ALL, json.dumps(loads))
    results = [line[7:] for line in done.output.splitlines() if line.startswith("RESULT ")]
    assert len(results) == len(loads), done.errors[-3000:]
    return results


def put(platform: Platform, key: str, body: bytes) -> str:
    """Put an object into the landing bucket; return the prefix that it lies below."""
    platform.client("s3").put_object(Bucket=platform.values["LANDING_BUCKET"], Key=key, Body=body)
    return f"s3://{{landing}}/{key.rpartition('/')[0]}/"


def columns(platform: Platform, table: str) -> dict[str, str]:
    found = platform.query(
        "SELECT column_name, data_type FROM svv_columns WHERE table_schema = 'lake' "
        f"AND table_name = '{table}' ORDER BY ordinal_position"
    )
    return {name: kind for name, kind in found if name != "lochan_load_id"}


def rows(platform: Platform, table: str, nested: Iterable[str] = ()) -> Counter[str]:
    """The rows of a table, each as text; SUPER as canonical JSON."""
    names = list(columns(platform, table))
    shown = [f'JSON_SERIALIZE("{n}")' if n in nested else f'"{n}"' for n in names]
    found = platform.query(f"SELECT {', '.join(shown)} FROM lake.{table}")
    places = [names.index(name) for name in nested]
    return counted(
        tuple(
            canonical(json.loads(value)) if place in places and value is not None else value
            for place, value in enumerate(row)
        )
        for row in found
    )


def canonical(value: Any) -> Any:
    """JSON with sorted members; a member that is null and one that is absent are the same."""
    if not isinstance(value, list | dict):
        return value
    kept = json.loads(
        json.dumps(value), object_hook=lambda o: {k: v for k, v in o.items() if v is not None}
    )
    return json.dumps(kept, sort_keys=True)


def counted(expected: Iterable[tuple[Any, ...]]) -> Counter[str]:
    return Counter(map(repr, expected))

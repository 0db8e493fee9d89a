"""Any prefix into Redshift: real folders against plain Python, faults against one clean run.

What is expected is read off the raw files here with csv, json and yaml alone; nothing of the
pipeline takes part in it.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from lochan.samples.catalog_to_redshift import make_objects
from tests.e2e.lake import Rows, canonical, columns, counted, load, put, rows

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

DAYS = 3
FLOW = "catalog_to_redshift"
SIGKILLED = -9


def pipe(path: Path) -> list[list[str]]:
    return [line.split("|") for line in path.read_text().splitlines()]


def text(value: str) -> str | None:
    return value or None


def test_real_folders_arrive_row_by_row(platform: Platform, real_data: Path) -> None:
    tickit, taxis = real_data / "tickit", real_data / "nyc_taxis"
    legislators = real_data / "us_legislators_glue"
    files = {
        "allevents": tickit / "allevents_pipe.txt",
        "date2008": tickit / "date2008_pipe.txt",
        "venue": tickit / "venue_pipe.txt",
        "category": tickit / "category_pipe.txt",
        "taxis": taxis / "taxis.csv",
        "taxis_raw": taxis / "raw" / "taxis.csv",
        "zones": taxis / "taxi_zones.csv",
        "persons": legislators / "persons_subset_head_10.ndjson",
        "memberships": legislators / "memberships_subset_head_10.ndjson",
    }
    given = {
        table: {
            "source": put(platform, f"real/{table}/{path.name}", path.read_bytes()),
            "target": f"lake.{table}",
        }
        for table, path in files.items()
    }
    given["allevents"]["mapping"] = [  # type: ignore[assignment]
        {"source": "col0", "target": "eventid", "type": "INTEGER"},
        {"source": "col4", "target": "eventname"},
        {"source": "col5", "target": "starttime", "type": "TIMESTAMP"},
    ]
    given["taxis"]["mapping"] = [  # type: ignore[assignment]
        {"source": "pickup", "type": "TIMESTAMP"},
        {"source": "total", "type": "DECIMAL(8,2)"},
        {"source": "passengers", "type": "SMALLINT"},
        {"source": "payment"},
    ]
    results = load(platform, *given.values())
    # Records, by `wc -l` without the headers of the CSV files that have one.
    assert dict(zip(given, results, strict=True)) == {
        "allevents": "8798 8798 0 0 False",
        "date2008": "365 365 0 0 False",
        "venue": "202 202 0 0 False",
        "category": "11 11 0 0 False",
        "taxis": "6433 6433 0 0 False",
        "taxis_raw": "6500 6500 0 0 False",
        "zones": "263 263 0 0 False",
        "persons": "10 10 0 0 False",
        "memberships": "10 10 0 0 False",
    }
    assert rows(platform, "allevents") == counted(
        (int(r[0]), r[4], datetime.fromisoformat(r[5])) for r in pipe(files["allevents"])
    )
    assert columns(platform, "allevents") == {
        "eventid": "integer",
        "eventname": "character varying",
        "starttime": "timestamp without time zone",
    }
    assert rows(platform, "date2008") == counted(
        (int(r[0]), r[1], r[2], int(r[3]), r[4], int(r[5]), int(r[6]), r[7] == "TRUE")
        for r in pipe(files["date2008"])
    )
    assert rows(platform, "category") == counted(
        (int(r[0]), *r[1:]) for r in pipe(files["category"])
    )
    with files["taxis"].open(newline="") as file:
        trips = list(csv.DictReader(file))
    assert rows(platform, "taxis") == counted(
        (
            datetime.fromisoformat(trip["pickup"]),
            Decimal(trip["total"]).quantize(Decimal("0.01")),
            int(trip["passengers"]),
            text(trip["payment"]),
        )
        for trip in trips
    )
    with files["zones"].open(newline="") as file:
        zones = list(csv.reader(file))[1:]
    assert rows(platform, "zones") == counted((int(z[0]), *map(text, z[1:])) for z in zones)
    persons = [json.loads(line) for line in files["persons"].read_text().splitlines()]
    nested = ("links", "identifiers", "other_names", "images", "contact_details")
    names = list(columns(platform, "persons"))
    assert set(names) == {name for person in persons for name in person}
    assert rows(platform, "persons", nested) == counted(
        tuple(canonical(person.get(name)) for name in names) for person in persons
    )
    legislators_and_parquet(platform, real_data, trips)


def legislators_and_parquet(
    platform: Platform, real_data: Path, trips: list[dict[str, str]]
) -> None:
    """YAML turned into JSON, and Parquet in partition folders made of the trips."""
    folder = real_data / "congress_legislators"
    current = yaml.load((folder / "legislators-current.yaml").read_bytes(), yaml.CSafeLoader)
    body = "".join(f"{json.dumps(one, default=str)}\n" for one in current)
    prefix = put(platform, "real/legislators/current.json", body.encode())
    by_color: dict[str, list[dict[str, str]]] = {}
    for trip in trips:
        by_color.setdefault(trip["color"], []).append(trip)
    for color, some in by_color.items():
        table = pa.table(
            {
                "Pickup At": pa.array([datetime.fromisoformat(t["pickup"]) for t in some]),
                "fare": pa.array([Decimal(t["fare"]) for t in some], pa.decimal128(10, 2)),
                "zones": pa.array([[t["pickup_zone"], t["dropoff_zone"]] for t in some]),
                "party": pa.array([{"size": int(t["passengers"])} for t in some]),
            }
        )
        sink = io.BytesIO()
        pq.write_table(table, sink)
        put(platform, f"real/parquet/color={color}/part.parquet", sink.getvalue())
    results = load(
        platform,
        {"source": prefix, "target": "legislators", "merge_keys": ["id_bioguide"]},
        {"source": "s3://{landing}/real/parquet/", "target": "trips"},
    )
    # `grep -c '^- id:' legislators-current.yaml` is 537.
    assert results == ["537 537 0 0 False", "6433 6433 0 0 False"]
    names = list(columns(platform, "legislators"))
    nested = ("id_fec", "terms", "leadership_roles", "family")
    flat = [flatten(one) for one in json.loads(json.dumps(current, default=str))]
    assert set(names) == {name for one in flat for name in one}
    assert rows(platform, "legislators", nested) == counted(
        tuple(canonical(one.get(name)) for name in names) for one in flat
    )
    assert rows(platform, "trips", ("zones",)) == counted(
        (
            datetime.fromisoformat(trip["pickup"]),
            Decimal(trip["fare"]).quantize(Decimal("0.01")),
            canonical([trip["pickup_zone"], trip["dropoff_zone"]]),
            int(trip["passengers"]),
            trip["color"],
        )
        for trip in trips
    )
    assert list(columns(platform, "trips")) == ["pickup_at", "fare", "zones", "party_size", "color"]


def flatten(record: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{before}{name}_")
        else:
            flat[before + name] = value
    return flat


def expected_sessions() -> tuple[Counter[str], tuple[int, int, int, int]]:
    """The newest usable version of each generated session; input, loaded, rejected, duplicate."""
    newest: dict[int, tuple[Any, ...]] = {}
    total = rejected = 0
    for key, body in make_objects():
        if "parking_sessions" not in key:
            continue
        day = date.fromisoformat(key.split("day=")[1][:10])
        for record in csv.DictReader(io.StringIO(body.decode())):
            total += 1
            if record["Fare (£)"] == "n/a":
                rejected += 1
                continue
            row = (
                int(record["Session ID"]),
                day,
                record["Car Park"],
                datetime.fromisoformat(record["Started at"]),
                datetime.fromisoformat(record["Updated at"]),
                int(record["Hours"]),
                Decimal(record["Fare (£)"]),
                text(record["User"]),
                record["paid"] == "true",
            )
            there = newest.get(row[0])
            if there is None or there[4] < row[4]:
                newest[row[0]] = row
    loaded = len(newest)
    return counted(newest.values()), (total, loaded, rejected, total - rejected - loaded)


def ledger(platform: Platform) -> Rows:
    """What became of all rows, and in how many loads; nothing where there was none."""
    return platform.query(
        "SELECT SUM(input_rows), SUM(loaded_rows), SUM(rejected_rows), SUM(duplicate_rows), "
        "COUNT(*) FROM etl.loads WHERE dataset = 'lake' HAVING COUNT(*) > 0"
    )


def leftovers(platform: Platform) -> list[str]:
    """What of a load is still staged: tables in Redshift and in the catalog, objects in S3."""
    staged = platform.query(
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'etl' "
        "AND tablename LIKE 'incoming%'"
    )
    database = f"lochan_{platform.values['LOCHAN_ENVIRONMENT']}_landing"
    tables = platform.client("glue").get_tables(DatabaseName=database)["TableList"]
    s3, bucket = platform.client("s3"), platform.values["TEMP_BUCKET"]
    objects = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return [
        *(name for (name,) in staged),
        *(table["Name"] for table in tables if "incoming" in table["Name"]),
        *(found["Key"] for found in objects),
    ]


def test_a_killed_doubled_or_interrupted_run_leaves_what_one_clean_run_leaves(
    platform: Platform,
) -> None:
    platform.sample(FLOW)
    sessions, counts = expected_sessions()
    # DAYS folders of 400 sessions, 25 of each day sent again with the next.
    assert counts[0] == 1250
    killed = ("glue.StartJobRun:1", "redshift.MERGE:1")
    for effect in killed:
        assert platform.run_flow(FLOW, FAULT_KILL_BEFORE=effect).code == SIGKILLED, effect
        assert ledger(platform) == []
    stopped = platform.run_flow(FLOW, FAULT_INTERRUPT_BEFORE="glue.GetJobRun:1")
    assert stopped.code != 0
    job = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}-catalog-to-redshift"
    runs = platform.client("glue").get_job_runs(JobName=job)["JobRuns"]
    assert runs[0]["JobRunState"] in ("STOPPED", "STOPPING")
    both = [start(platform) for _ in range(2)]
    ended = [(process.communicate(timeout=300), process.returncode) for process in both]
    failures = [errors for (_, errors), code in ended if code]
    assert len(failures) <= 1, failures
    assert all("Another run loads" in errors for errors in failures), failures
    assert rows(platform, "parking_sessions") == sessions
    assert ledger(platform) == [(*counts, DAYS)]
    rejects = platform.query("SELECT DISTINCT reason FROM etl.rejects")
    assert rejects == [("fare: 'n/a' is no DECIMAL(8,2)",)]
    assert leftovers(platform) == []
    # Killed once it is published: the next run has nothing to do but to tidy up.
    platform.query("DELETE FROM etl.loads")
    platform.run_flow(FLOW, FAULT_KILL_BEFORE="glue.BatchDeleteTable:1")
    assert ledger(platform) == [(*counts, DAYS)]
    assert leftovers(platform)
    runs = platform.client("glue").get_job_runs(JobName=job)["JobRuns"]
    again = platform.run_flow(FLOW)
    assert again.code == 0, again.errors
    assert leftovers(platform) == []
    assert platform.client("glue").get_job_runs(JobName=job)["JobRuns"] == runs
    assert ledger(platform) == [(*counts, DAYS)]
    assert rows(platform, "parking_sessions") == sessions


def start(platform: Platform) -> subprocess.Popen[str]:
    from tests.e2e.conftest import ROOT, clean_environment

    return subprocess.Popen(
        [sys.executable, "-m", f"flows.{FLOW}"],
        cwd=ROOT,
        env={**clean_environment(), **platform.values},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_a_person_brings_is_loaded_or_refused_with_a_sentence(platform: Platform) -> None:
    odd = 'id,"order","Größe in cm"\n1,"a, ""b""",2.5\n2,"x",\n'
    jsonl = "".join(json.dumps({"a": n, "s": {"x": [n]}}) + "\n" for n in range(1200))
    late = json.dumps({"a": "late", "s": {"x": []}}) + "\n{broken\n"
    sources = {
        "odd": put(platform, "odd/a.csv", odd.encode()),
        "ragged": put(platform, "ragged/a.csv", b"id,v\n1,2\n2\n3,4,5\n"),
        "late": put(platform, "late/a.json", (jsonl + late).encode()),
        "widened": put(platform, "widened/a.csv", b"id,v\n1,2\n3000000000,4\n"),
    }
    put(platform, "several/one/a.csv", b"id,v\n1,2\n2,3\n")
    put(platform, "several/two/b.json", b'{"x": 1}\n')
    results = load(
        platform,
        {"source": sources["odd"], "target": "odd"},
        {"source": sources["ragged"], "target": "ragged"},
        {"source": sources["late"], "target": "late"},
        {"source": sources["late"], "target": "few", "reject_limit": 1},
        {"source": sources["widened"], "target": "odd"},
        {
            "source": sources["odd"],
            "target": "odd",
            "mapping": [{"source": "order", "target": "id"}],
        },
        {"source": "s3://{landing}/several/", "target": "several"},
        {"source": "s3://{landing}/nothing/", "target": "nothing"},
        {"source": sources["odd"], "target": "odd"},
        {"source": sources["odd"], "target": "ruled", "rules": "Rules = [ RowCount > 5 ]"},
    )
    assert results[0] == "2 2 0 0 False"
    assert rows(platform, "odd") == counted(
        [
            (1, 'a, "b"', 2.5, None),
            (2, "x", None, None),
            (1, None, None, 2),
            (3000000000, None, None, 4),
        ]
    )
    assert "2 of 3 records for lake.ragged are unusable, the limit is 1000 and 10%" in results[1]
    assert "a.csv, line 3: does not have the 2 fields of its file, with ',': 2" in results[1]
    assert results[2] == "1202 1200 2 0 False"
    assert "2 of 1202 records for lake.few are unusable, the limit is 1" in results[3]
    assert results[4] == "2 2 0 0 False"
    assert "lake.odd.id is BIGINT, and order of the source is string" in results[5]
    assert "holds 2 tables" in results[6]
    assert "holds no objects" in results[7]
    assert results[8] == "2 2 0 0 True"
    assert "RowCount > 5" in results[9]
    assert platform.query("SELECT COUNT(*) FROM lake.ruled") == [(0,)]

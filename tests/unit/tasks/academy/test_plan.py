from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tasks.academy.names import Names
from tasks.academy.plan import (
    CHANGED,
    CURRENT,
    EMPTY,
    MISSING,
    UNLOADED,
    TablePlan,
    compare,
    make_document,
    plan_table,
)
from tasks.academy.recorded import Counts, Published
from tasks.academy.report import describe_plan
from tasks.academy.source import SourcePartition
from tasks.processed import StoredObject, hash_load

NOTHING = SourcePartition("s0", ())
NOW = SourcePartition("s1", (StoredObject("a", "1", 10),))
COUNTS = Counts(1, 1, 0, 0)
OF_NOW, OF_BEFORE = Published("s1", "l1", COUNTS), Published("s0", "l0", COUNTS)
DAYS = [f"2026-11-{day:02d}" for day in range(1, 16)]


@pytest.mark.parametrize(
    ("source", "published", "loads", "state"),
    [
        (NOW, None, None, MISSING),
        (NOW, OF_BEFORE, None, MISSING),
        (NOW, OF_NOW, None, UNLOADED),
        (NOW, OF_NOW, {"l0"}, UNLOADED),
        (NOW, OF_NOW, {"l0", "l1"}, CURRENT),
        (NOW, OF_BEFORE, {"l0"}, CHANGED),
        (NOW, None, {"l0"}, CHANGED),
        (NOTHING, OF_BEFORE, {"l0"}, EMPTY),
        (NOTHING, None, None, EMPTY),
    ],
)
def test_a_partition_is_as_its_copy_and_the_ledger_say(
    source: SourcePartition, published: Published | None, loads: set[str] | None, state: str
) -> None:
    found = frozenset(loads) if loads is not None else None
    assert compare(source, published, found) == state


def put_day(s3: Any, day: str) -> None:
    s3.put_object(Bucket="raw-data", Key=f"users/dt={day}/a.json", Body=day.encode())


def publish_day(s3: Any, names: Names, day: str) -> str:
    """Publish a day as the job would; return its load."""
    prefix = f"users/dt={day}/"
    etag = s3.head_object(Bucket="raw-data", Key=f"{prefix}a.json")["ETag"].strip('"')
    source = hash_load("s3://raw-data", prefix, [StoredObject(f"{prefix}a.json", etag, 0)])
    item = {"key": f"academy/{prefix}p.parquet", "etag": f"e-{day}", "bytes": 1}
    marker = {"source_id": source, "rows": 1, "objects": [item]}
    counts = {"input": 1, "loaded": 1, "rejected": 0, "duplicate": 0}
    body = json.dumps(marker | {"counts": counts}).encode()
    s3.put_object(Bucket="zone", Key=f"academy/{prefix}_complete.json", Body=body)
    return hash_load("academy", f"users/dt={day}", [StoredObject(item["key"], f"e-{day}", 1)])


def plan(s3: Any, names: Names, recorded: dict[str, frozenset[str]], recheck: Any) -> TablePlan:
    return plan_table(
        s3, names, "users", recorded=recorded, processed_bucket="zone", recheck=recheck
    )


def test_names_are_compared_of_all_and_objects_of_the_newest(s3: Any, names: Names) -> None:
    recorded = {}
    for day in DAYS[:-1]:
        put_day(s3, day)
        recorded[day] = frozenset({publish_day(s3, names, day)})
    put_day(s3, DAYS[-1])
    del recorded[DAYS[3]]  # published, and its load was lost
    for day in (DAYS[0], DAYS[12]):  # both have changed
        s3.put_object(Bucket="raw-data", Key=f"users/dt={day}/b.json", Body=b"more")
    recorded["2025-01-01"] = frozenset({"l"})
    newest = plan(s3, names, recorded, 3)
    assert [(one.value, one.state) for one in newest.compared] == [
        (DAYS[3], UNLOADED),
        (DAYS[11], CURRENT),
        (DAYS[12], CHANGED),
        (DAYS[13], CURRENT),
        (DAYS[14], MISSING),
    ]
    assert (newest.unchecked, newest.gone, newest.recorded) == (10, ("2025-01-01",), 14)
    assert [one.value for one in newest.to_extract] == [DAYS[12], DAYS[14]]
    assert newest.to_load == (DAYS[3], DAYS[12], DAYS[14])
    assert DAYS[0] in plan(s3, names, recorded, None).to_load
    assert DAYS[12] not in plan(s3, names, recorded, 0).to_load
    assert list(describe_plan([newest])) == [
        "users: 15 in S3, 14 in Redshift, 1 missing (2026-11-15), 1 changed (2026-11-13), "
        "1 unloaded (2026-11-04)",
        "users: gone from S3 and kept in Redshift: 2025-01-01",
    ]


def test_one_more_partition_asks_as_much_however_many_are_loaded(s3: Any, names: Names) -> None:
    asked: list[Counter[str]] = []
    recorded: dict[str, frozenset[str]] = {}
    calls: Counter[str] = Counter()
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.update([model.name]))
    for count in (12, 15):
        for day in DAYS[len(recorded) : count]:
            put_day(s3, day)
            recorded[day] = frozenset({publish_day(s3, names, day)})
        del recorded[DAYS[count - 1]]
        calls.clear()
        plan(s3, names, recorded, 10)
        asked.append(Counter(calls))
        recorded[DAYS[count - 1]] = frozenset({"l"})
    # The folders, then the objects and the marker of one missing and ten newest.
    assert asked == [Counter(ListObjectsV2=12, GetObject=11)] * 2


def test_the_document_of_a_plan_is_named_by_its_content(s3: Any, names: Names) -> None:
    put_day(s3, DAYS[0])
    plans = [plan(s3, names, {}, 10)]
    document = make_document(plans, names, processed_bucket="zone", reject_limit=5)
    again = make_document(plans, names, processed_bucket="zone", reject_limit=5)
    other = make_document(plans, names, processed_bucket="zone", reject_limit=6)
    assert document == again
    assert document["plan_id"] != other["plan_id"]
    (table,) = document["tables"]
    assert (table["table"], table["raw_name"]) == ("users", "users")
    (partition,) = table["partitions"]
    # printf 2026-11-01 | md5sum
    etag = "090962706ddaf124e10f22ed54380e7f"
    assert partition["prefix"] == "users/dt=2026-11-01/"
    assert (partition["bytes"], list(partition["etags"])) == (10, ["users/dt=2026-11-01/a.json"])
    assert partition["etags"]["users/dt=2026-11-01/a.json"] == etag

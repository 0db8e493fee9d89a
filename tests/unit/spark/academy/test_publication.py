from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from spark.academy.plan import Plan, PlannedPartition, PlannedTable, read_plan
from spark.academy.publication import (
    SourceChanged,
    Work,
    check_source,
    find_work,
    find_written,
    is_data,
    publish,
)
from spark.tables import Counts
from spark.twitter.schemas import USERS
from spark.zone import PartitionDamaged, Zone

FOLDER = "academy/users/dt=2026-11-20/"
MARKER = f"{FOLDER}_complete.json"
COUNTS = Counts(3, 1, 1, 1)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        for bucket in ("zone", "raw-data"):
            s3.create_bucket(Bucket=bucket)
        yield Zone(s3, "zone", "academy")


def put(zone: Zone, key: str, bucket: str = "zone") -> str:
    return str(zone.s3.put_object(Bucket=bucket, Key=key, Body=b"x")["ETag"].strip('"'))


def planned(source_id: str = "s1", **etags: str) -> PlannedTable:
    prefix = "people/dt=2026-11-20/"
    named = {f"{prefix}{name}.json": etag for name, etag in etags.items()}
    partition = PlannedPartition("2026-11-20", source_id, prefix, 1, named)
    return PlannedTable(USERS, "people", "people", (partition,))


def plan_of(table: PlannedTable) -> Plan:
    return Plan("p1", "raw-data", "raw", "zone", "processed", 0, (table,))


def keys(zone: Zone) -> list[str]:
    return [one["Key"] for one in zone.s3.list_objects_v2(Bucket="zone").get("Contents", [])]


def write(zone: Zone, table: PlannedTable, *names: str) -> None:
    """Write objects as a run does, and publish them."""
    (work,) = find_work(zone, table)
    for name in names:
        put(zone, FOLDER + name)
    (objects,) = find_written(zone, [work]).values()
    assert [one.key for one in objects] == [FOLDER + name for name in names]
    publish(zone, "users", work, objects, COUNTS, rows_read_back=1)


def test_a_partition_changes_with_its_marker_and_leaves_nothing_behind(zone: Zone) -> None:
    write(zone, planned("s1"), "one.parquet")
    assert keys(zone) == [MARKER, f"{FOLDER}one.parquet"]
    write(zone, planned("s2"), "three.parquet", "two.parquet")
    assert keys(zone) == [MARKER, f"{FOLDER}three.parquet", f"{FOLDER}two.parquet"]
    marker = json.loads(zone.s3.get_object(Bucket="zone", Key=MARKER)["Body"].read())
    assert (marker["partition"], marker["source_id"], marker["rows"]) == ("dt=2026-11-20", "s2", 1)
    assert marker["counts"] == {"input": 3, "loaded": 1, "rejected": 1, "duplicate": 1}
    named = [one["key"] for one in marker["objects"]]
    assert named == [f"{FOLDER}three.parquet", f"{FOLDER}two.parquet"]


def test_what_is_published_of_the_same_objects_is_no_work(zone: Zone) -> None:
    write(zone, planned("s1"), "one.parquet")
    assert find_work(zone, planned("s1")) == []
    assert len(find_work(zone, planned("s2"))) == 1


def test_what_a_broken_run_left_is_swept(zone: Zone) -> None:
    put(zone, f"{FOLDER}left.parquet")
    write(zone, planned("s1"), "one.parquet")
    assert keys(zone) == [MARKER, f"{FOLDER}one.parquet"]


def test_a_partition_without_rows_is_published_without_objects(zone: Zone) -> None:
    (work,) = find_work(zone, planned("s1"))
    publish(zone, "users", work, [], Counts(2, 0, 2, 0), rows_read_back=0)
    assert keys(zone) == [MARKER]
    assert find_work(zone, planned("s1")) == []


def test_objects_with_other_rows_than_were_counted_are_not_published(zone: Zone) -> None:
    (work,) = find_work(zone, planned("s1"))
    with pytest.raises(PartitionDamaged, match=r"hold 2 rows instead of 1\. Run the flow again"):
        publish(zone, "users", work, [], COUNTS, rows_read_back=2)
    assert keys(zone) == []


def test_a_source_that_changed_while_it_was_read_is_not_published(zone: Zone) -> None:
    etag = put(zone, "people/dt=2026-11-20/a.json", "raw-data")
    table = planned("s1", a=etag)
    works = [Work(table.partitions[0], FOLDER, frozenset())]
    put(zone, "people/dt=2026-11-20/_SUCCESS", "raw-data")
    check_source(zone.s3, plan_of(table), works)
    put(zone, "people/dt=2026-11-20/b.json", "raw-data")
    with pytest.raises(SourceChanged, match=r"s3://raw-data/people/dt=2026-11-20/ changed"):
        check_source(zone.s3, plan_of(table), works)


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("p/a.json", True),
        ("p/deep/a.json", True),
        ("p/", False),
        ("p/_SUCCESS", False),
        ("p/.a.crc", False),
        ("p/_temporary/0/a.json", False),
    ],
)
def test_data_are_what_hadoop_does_not_hide(key: str, data: bool) -> None:
    assert is_data(key, "p/") == data


def test_a_plan_is_read_as_it_was_written(zone: Zone) -> None:
    document = {
        "plan_id": "p1",
        "source_bucket": "raw-data",
        "raw_database": "raw",
        "processed_bucket": "zone",
        "processed_database": "processed",
        "reject_limit": 0,
        "tables": [
            {
                "table": "users",
                "raw_name": "people",
                "processed_name": "people",
                "partitions": [
                    {
                        "value": "2026-11-20",
                        "source_id": "s1",
                        "prefix": "people/dt=2026-11-20/",
                        "bytes": 1,
                        "etags": {"people/dt=2026-11-20/a.json": "e"},
                    }
                ],
            }
        ],
    }
    zone.s3.put_object(Bucket="zone", Key="plan.json", Body=json.dumps(document).encode())
    plan = read_plan(zone.s3, "s3://zone/plan.json")
    assert (plan, plan.bytes) == (plan_of(planned("s1", a="e")), 1)

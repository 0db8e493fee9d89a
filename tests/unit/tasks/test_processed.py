from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.processed import (
    PartitionMarker,
    ProcessedZoneError,
    StoredObject,
    group_partitions,
    hash_load,
    list_partitions,
    manifest,
    read_marker,
    verify_objects,
)

PREFIX = "twitter/tweets/"
DAY = f"{PREFIX}event_date=2026-11-20/"
ONE = StoredObject("a", "1", 10)
TWO = StoredObject("b", "2", 20)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        client.create_bucket(Bucket="zone")
        yield client


def put(s3: Any, key: str, body: bytes = b"x") -> StoredObject:
    etag = s3.put_object(Bucket="zone", Key=key, Body=body)["ETag"]
    return StoredObject(key, etag.strip('"'), len(body))


def test_partitions_are_listed_beyond_one_page(s3: Any) -> None:
    for number in range(1002):
        put(s3, f"{PREFIX}event_date={number:05d}/part.parquet")
    put(s3, f"{PREFIX}_temporary/0/part.parquet")
    names = list_partitions(s3, "zone", PREFIX)
    assert len(names) == 1002
    assert names[0] == "event_date=00000"


def test_a_load_is_named_by_its_content_in_any_order() -> None:
    # printf '["twitter", "tweets/d=1", [["a", "1"], ["b", "2"]]]' | sha256sum
    name = "988f2d706cc7427672a0f671a66cb8617fc755a8daef22b69390c697ac9c0b1b"
    assert hash_load("twitter", "tweets/d=1", [ONE, TWO]) == name
    assert hash_load("twitter", "tweets/d=1", [TWO, ONE]) == name
    assert hash_load("twitter", "tweets/d=1", [StoredObject("a", '"1"', 0), TWO]) == name


@pytest.mark.parametrize(
    ("dataset", "partition", "objects"),
    [
        ("other", "tweets/d=1", [ONE, TWO]),
        ("twitter", "tweets/d=2", [ONE, TWO]),
        ("twitter", "tweets/d=1", [ONE]),
        ("twitter", "tweets/d=1", [ONE, StoredObject("b", "3", 20)]),
    ],
)
def test_another_content_is_another_load(
    dataset: str, partition: str, objects: list[StoredObject]
) -> None:
    assert hash_load(dataset, partition, objects) != hash_load("twitter", "tweets/d=1", [ONE, TWO])


def test_a_partition_without_marker_is_not_there(s3: Any) -> None:
    put(s3, f"{DAY}part.parquet")
    assert read_marker(s3, "zone", DAY) is None


def test_a_marker_names_objects_and_rows(s3: Any) -> None:
    stored = {"key": f"{DAY}p", "etag": '"e"', "bytes": 3, "records": 7}
    put(s3, f"{DAY}_complete.json", json.dumps({"rows": 7, "objects": [stored]}).encode())
    assert read_marker(s3, "zone", DAY) == PartitionMarker(
        DAY, 7, (StoredObject(f"{DAY}p", "e", 3),)
    )


@pytest.mark.parametrize("text", [b"", b"[]", b'{"rows": 1}', b'{"rows": "x", "objects": []}'])
def test_a_damaged_marker_is_named(s3: Any, text: bytes) -> None:
    put(s3, f"{DAY}_complete.json", text)
    with pytest.raises(ProcessedZoneError, match=rf"s3://zone/{DAY}_complete.json is no"):
        read_marker(s3, "zone", DAY)


def test_a_missing_bucket_is_named(s3: Any) -> None:
    with pytest.raises(ProcessedZoneError, match="The bucket absent does not exist"):
        read_marker(s3, "absent", DAY)
    with pytest.raises(ProcessedZoneError, match="The bucket absent does not exist"):
        list_partitions(s3, "absent", PREFIX)
    named = pytest.raises(ProcessedZoneError, match="The bucket absent does not exist")
    with named, manifest(s3, "absent", "m", "zone", [ONE]):
        pass


def test_objects_as_the_marker_names_them_pass(s3: Any) -> None:
    stored = put(s3, f"{DAY}p")
    assert verify_objects(s3, "zone", PartitionMarker(DAY, 1, (stored,))) is None


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (None, "is gone"),
        (b"cut", "has 3 bytes instead of 5"),
        (b"other", "was rewritten: its ETag is"),
    ],
)
def test_an_object_that_changed_is_named(s3: Any, body: bytes | None, state: str) -> None:
    stored = put(s3, f"{DAY}p", b"whole")
    s3.delete_object(Bucket="zone", Key=stored.key)
    if body is not None:
        put(s3, stored.key, body)
    with pytest.raises(ProcessedZoneError, match=f"s3://zone/{DAY}p {state}"):
        verify_objects(s3, "zone", PartitionMarker(DAY, 1, (stored,)))


def test_a_listing_is_grouped_by_partition() -> None:
    listed = [
        StoredObject(f"{PREFIX}event_date=1/a", "e", 1),
        StoredObject(f"{PREFIX}event_date=1/b", "e", 1),
        StoredObject(f"{PREFIX}event_date=2/a", "e", 1),
        StoredObject(f"{PREFIX}_temporary/0/a", "e", 1),
        StoredObject(f"{PREFIX}loose", "e", 1),
    ]
    grouped = group_partitions(PREFIX, listed)
    assert {name: len(objects) for name, objects in grouped.items()} == {
        "event_date=1": 2,
        "event_date=2": 1,
    }


def test_a_manifest_is_mandatory_and_tells_lengths(s3: Any) -> None:
    with manifest(s3, "zone", "manifests/1.json", "source", [ONE, TWO]) as uri:
        assert uri == "s3://zone/manifests/1.json"
        body = s3.get_object(Bucket="zone", Key="manifests/1.json")["Body"].read()
    assert json.loads(body) == {
        "entries": [
            {"url": "s3://source/a", "mandatory": True, "meta": {"content_length": 10}},
            {"url": "s3://source/b", "mandatory": True, "meta": {"content_length": 20}},
        ]
    }


def test_a_manifest_is_gone_after_its_use_and_after_a_failure(s3: Any) -> None:
    with manifest(s3, "zone", "manifests/1.json", "source", [ONE]):
        pass
    with pytest.raises(RuntimeError), manifest(s3, "zone", "manifests/1.json", "source", [ONE]):
        raise RuntimeError
    assert s3.list_objects_v2(Bucket="zone", Prefix="manifests/")["KeyCount"] == 0

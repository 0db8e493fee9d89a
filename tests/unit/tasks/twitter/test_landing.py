import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.twitter.landing import (
    LandedObject,
    LandingError,
    Marker,
    Partition,
    Window,
    format_marker,
    parse_marker,
)
from tasks.twitter.x_api import Page

BUCKET = "landing"
WINDOW = Window(datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
RETRIEVED = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
BODY = b'{"data":[{"id":"1","text":"h\\u00e9ron"}],"errors":[{}],"meta":{"next_token":"t1"}}'


@pytest.fixture(scope="module")
def moto_s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("s3", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def s3(moto_s3: Any) -> Iterator[Any]:
    moto_s3.create_bucket(Bucket=BUCKET)
    yield moto_s3
    for item in moto_s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        moto_s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    moto_s3.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def partition(s3: Any) -> Partition:
    return Partition(s3, BUCKET, "search_recent", WINDOW)


def make_page(body: bytes = BODY, cursor: str | None = None) -> Page:
    url = "https://x.test/2/tweets/search/recent?query=loch"
    return Page("search_recent", "loch 湖", cursor, body, RETRIEVED, 200, url)


def test_a_window_is_named_after_its_start_in_utc() -> None:
    helsinki = timezone(timedelta(hours=2))
    window = Window(datetime(2026, 11, 20, 1, tzinfo=helsinki), WINDOW.end)
    assert window.name == "2026-11-19T23-00-00Z"


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (datetime(2026, 11, 19), WINDOW.end, "must have a time zone and whole seconds"),
        (WINDOW.start, RETRIEVED, "must have a time zone and whole seconds"),
        (WINDOW.end, WINDOW.start, "not after its start"),
        (WINDOW.start, WINDOW.start, "not after its start"),
    ],
)
def test_an_odd_window_is_refused(start: datetime, end: datetime, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Window(start, end)


def test_a_page_has_the_same_key_for_ever(partition: Partition) -> None:
    digest = hashlib.sha256('["search_recent", "loch 湖", "t1"]'.encode()).hexdigest()
    expected = f"x_api/search_recent/window=2026-11-19T00-00-00Z/{digest}.json.gz"
    assert partition.page_key("loch 湖", "t1") == expected
    keys = {partition.page_key(*pair) for pair in [("a", None), ("a", "b"), ("ab", None)]}
    assert len(keys) == 3


def test_a_landed_page_is_the_body_gzipped_with_its_origin(s3: Any, partition: Partition) -> None:
    landed = partition.land(make_page())
    stored = s3.get_object(Bucket=BUCKET, Key=landed.key)
    packed = stored["Body"].read()
    assert gzip.decompress(packed) == BODY
    assert stored["Metadata"] == {
        "endpoint": "search_recent",
        "url": "https://x.test/2/tweets/search/recent?query=loch",
        "retrieved-at": "2026-11-20T12:00:00.250000Z",
    }
    assert landed == LandedObject(
        key=partition.page_key("loch 湖", None),
        etag=hashlib.md5(packed).hexdigest(),
        bytes=len(packed),
        records=1,
        errors=1,
        readable=True,
        identifier="loch 湖",
        retrieved_at="2026-11-20T12:00:00.250000Z",
    )


def test_the_same_page_makes_the_same_object(partition: Partition) -> None:
    assert partition.land(make_page()) == partition.land(make_page())


def test_a_landed_page_is_read_back(partition: Partition) -> None:
    landed = partition.land(make_page(cursor="t0"))
    assert partition.read("loch 湖", "t0") == (make_page(cursor="t0"), landed)
    assert partition.read("loch 湖", "t9") is None


def test_what_is_no_json_is_landed_all_the_same(partition: Partition) -> None:
    landed = partition.land(make_page(b'{"data":['))
    assert (landed.readable, landed.records) == (False, 0)
    found = partition.read("loch 湖", None)
    assert found and found[0].body == b'{"data":['


@pytest.mark.parametrize(
    "damage", [b"", b"no gzip", gzip.compress(BODY)[:-9]], ids=["empty", "no gzip", "cut off"]
)
def test_a_damaged_object_counts_as_absent(s3: Any, partition: Partition, damage: bytes) -> None:
    landed = partition.land(make_page())
    metadata = {"retrieved-at": landed.retrieved_at}
    s3.put_object(Bucket=BUCKET, Key=landed.key, Body=damage, Metadata=metadata)
    assert partition.read("loch 湖", None) is None
    with pytest.raises(LandingError, match=f"names {landed.key}, which is gone or damaged"):
        partition.read_named(landed)


def test_a_marker_is_read_back_and_does_not_depend_on_order(partition: Partition) -> None:
    pages = [partition.land(make_page(cursor=cursor)) for cursor in (None, "t1", "t2")]
    pages.sort(key=lambda item: item.key)
    marker = Marker("search_recent", WINDOW, tuple(pages), "sha256:origin")
    assert format_marker(marker) == format_marker(
        Marker("search_recent", WINDOW, tuple(reversed(pages)), "sha256:origin")
    )
    partition.write_marker(marker)
    assert partition.read_marker() == marker
    document = json.loads(format_marker(marker))
    assert document["schema_version"] == 1
    assert document["window"] == {
        "start": "2026-11-19T00:00:00+00:00",
        "end": "2026-11-20T00:00:00+00:00",
    }
    assert document["counts"] == {"objects": 3, "records": 3, "errors": 3, "unreadable": 0}
    assert partition.marker_uri == (
        "s3://landing/x_api/search_recent/window=2026-11-19T00-00-00Z/_complete.json"
    )


def test_a_partition_without_a_marker_is_not_complete(partition: Partition) -> None:
    partition.land(make_page())
    assert partition.read_marker() is None


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"schema_version": 2}', b"\xff"])
def test_a_marker_that_is_none_says_what_to_do(text: bytes) -> None:
    with pytest.raises(LandingError, match="s3://b/m is not a completion marker of version 1"):
        parse_marker(text, "s3://b/m")


def test_sweeping_deletes_what_the_marker_does_not_name(s3: Any, partition: Partition) -> None:
    kept = partition.land(make_page())
    partition.land(make_page(cursor="orphan"))
    partition.write_start(RETRIEVED)
    neighbour = Partition(s3, BUCKET, "users", WINDOW)
    neighbour.land(make_page())
    marker = Marker("search_recent", WINDOW, (kept,))
    partition.write_marker(marker)
    assert partition.sweep(marker) == 2
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    names = sorted(item["Key"].rsplit("/", 1)[0] + "/" for item in listed)
    assert names == [partition.prefix, partition.prefix, neighbour.prefix]
    assert partition.sweep(marker) == 0


def test_sweeping_deletes_more_than_one_batch(
    s3: Any, partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.twitter.landing._DELETE_BATCH", 2)
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"{partition.prefix}{number}", Body=b"")
    assert partition.sweep(Marker("search_recent", WINDOW, ())) == 5
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_a_missing_bucket_is_one_sentence(s3: Any) -> None:
    nowhere = Partition(s3, "not-there", "users", WINDOW)
    with pytest.raises(LandingError, match="The landing bucket not-there does not exist"):
        nowhere.read_marker()

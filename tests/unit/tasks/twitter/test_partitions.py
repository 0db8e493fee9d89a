import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from tasks.twitter.landing import LandedObject, Partition, Window
from tasks.twitter.partitions import CollectedPartition, Request, collect_partition
from tasks.twitter.x_api import XApi
from tasks.twitter.x_errors import BadRequest, Unauthorized

BUCKET = "landing"
WINDOW = Window(datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
LOCH = Request("loch", {"query": "loch"})


class FakeX:
    """X with chains of pages by query; it can break at the nth request and forget cursors."""

    def __init__(self) -> None:
        self.chains: dict[str, list[bytes]] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.break_at: int | None = None
        self.expired: set[str] = set()
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        query, cursor = request.url.params["query"], request.url.params.get("next_token")
        self.requests.append((query, cursor))
        if len(self.requests) == self.break_at:
            return httpx.Response(401, json={})
        if cursor in self.expired:
            return httpx.Response(400, json={"errors": [{"message": "Invalid 'next_token'"}]})
        place = int(cursor.rsplit("-", 1)[1]) if cursor else 0
        return httpx.Response(200, content=self.chains[query][place])

    def serve(self, query: str, *pages: str | bytes, mark: str = "c") -> None:
        """Chain pages; texts become one tweet each, bytes stay what they are."""
        chain = []
        for place, content in enumerate(pages, 1):
            following = {"next_token": f"{mark}-{place}"} if place < len(pages) else {}
            document = {"data": [{"id": str(place), "text": content}], "meta": following}
            whole = isinstance(content, bytes)
            chain.append(content if whole else json.dumps(document).encode())
        self.chains[query] = chain

    def api(self) -> XApi:
        transport = httpx.MockTransport(self)
        return XApi("https://x.test", "t", clock=lambda: self.now, sleep=lambda _: None,
                    transport=transport)  # fmt: skip


@pytest.fixture
def x() -> FakeX:
    fake = FakeX()
    fake.serve("loch", "one", "two", "three")
    return fake


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("s3", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def partition(s3: Any) -> Iterator[Partition]:
    s3.create_bucket(Bucket=BUCKET)
    yield Partition(s3, BUCKET, "search_recent", WINDOW)
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def collect(
    x: FakeX, partition: Partition, *requests: Request, **options: Any
) -> CollectedPartition:
    return collect_partition(x.api(), partition, requests or [LOCH], **options)


def read_all(partition: Partition) -> dict[str, bytes]:
    """Every object of the partition by the last part of its key."""
    listed = partition.s3.list_objects_v2(Bucket=BUCKET, Prefix=partition.prefix)
    keys = [item["Key"] for item in listed.get("Contents", [])]
    return {
        key.rsplit("/", 1)[1]: partition.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        for key in keys
    }


def texts(partition: Partition) -> list[str]:
    """What the pages say that the marker names, in the order in which they were retrieved."""
    marker = partition.read_marker()
    assert marker
    items = sorted(marker.objects, key=lambda item: item.retrieved_at)
    pages = [partition.read_named(item) for item in items]
    return [tweet["text"] for page in pages for tweet in (page.document or {})["data"]]


def test_pages_are_landed_and_named_by_the_marker(x: FakeX, partition: Partition) -> None:
    result = collect(x, partition)
    assert (result.objects, result.records, result.fetched, result.swept) == (3, 3, 3, 1)
    assert texts(partition) == ["one", "two", "three"]
    names = list(read_all(partition))
    assert len(names) == 4
    assert "_complete.json" in names


def test_a_complete_partition_is_not_collected_again(x: FakeX, partition: Partition) -> None:
    first = collect(x, partition)
    before = read_all(partition)
    x.requests.clear()
    again = collect(x, partition)
    assert x.requests == []
    assert read_all(partition) == before
    assert (again.objects, again.fetched, again.swept) == (first.objects, 0, 0)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_an_interrupted_collection_goes_on_behind_its_last_page(
    x: FakeX, partition: Partition, broken: int
) -> None:
    x.break_at = broken
    with pytest.raises(Unauthorized):
        collect(x, partition)
    assert partition.read_marker() is None
    x.requests, x.break_at = [], None
    seen: list[str] = []
    result = collect_partition(
        x.api(), partition, [LOCH], on_page=lambda _, page: seen.append(page.body.decode())
    )
    assert [cursor for _, cursor in x.requests] == [None, "c-1", "c-2"][broken - 1 :]
    assert result.fetched == 4 - broken
    assert texts(partition) == ["one", "two", "three"]
    assert len(seen) == 3  # what was landed before is seen as well


def test_a_refreshed_partition_holds_the_new_pages_alone(x: FakeX, partition: Partition) -> None:
    collect(x, partition)
    x.serve("loch", "uno", "due", mark="d")
    result = collect(x, partition, refresh=True)
    assert texts(partition) == ["uno", "due"]
    assert (result.objects, result.fetched) == (2, 2)
    assert len(read_all(partition)) == 3


def test_a_partition_is_incomplete_while_it_is_refreshed(x: FakeX, partition: Partition) -> None:
    collect(x, partition)
    x.serve("loch", "uno", "due", "tre")
    x.break_at = 5
    with pytest.raises(Unauthorized):
        collect(x, partition, refresh=True)
    assert partition.read_marker() is None  # the first page was overwritten already
    x.requests, x.break_at = [], None
    collect(x, partition)
    # Old pages under the same cursors are not taken for new ones.
    assert [cursor for _, cursor in x.requests] == ["c-1", "c-2"]
    assert texts(partition) == ["uno", "due", "tre"]


def test_another_end_of_the_window_is_another_collection(x: FakeX, partition: Partition) -> None:
    collect(x, partition)
    x.serve("loch", "uno")
    longer = Window(WINDOW.start, datetime(2026, 11, 21, tzinfo=UTC))
    collect(x, Partition(partition.s3, BUCKET, "search_recent", longer))
    assert texts(partition) == ["uno"]


def test_a_second_request_joins_what_is_there(x: FakeX, partition: Partition) -> None:
    collect(x, partition)
    x.serve("heron", "four", "five")
    x.requests.clear()
    result = collect(x, partition, Request("heron", {"query": "heron"}))
    assert {query for query, _ in x.requests} == {"heron"}
    assert texts(partition) == ["one", "two", "three", "four", "five"]
    assert (result.objects, result.fetched) == (5, 2)


def test_a_second_request_that_breaks_leaves_the_marker_and_goes_on(
    x: FakeX, partition: Partition
) -> None:
    collect(x, partition)
    before = partition.read_marker()
    x.serve("heron", "four", "five")
    heron = Request("heron", {"query": "heron"})
    x.break_at = 5
    with pytest.raises(Unauthorized):
        collect(x, partition, heron)
    assert partition.read_marker() == before
    x.requests, x.break_at = [], None
    collect(x, partition, heron)
    assert x.requests == [("heron", "c-1")]


def test_an_expired_cursor_starts_the_chain_over(x: FakeX, partition: Partition) -> None:
    x.break_at = 3
    with pytest.raises(Unauthorized):
        collect(x, partition)
    x.requests, x.break_at, x.expired = [], None, {"c-2"}
    x.serve("loch", "one", "two", "three", mark="d")
    result = collect(x, partition)
    assert [cursor for _, cursor in x.requests] == ["c-2", None, "d-1", "d-2"]
    assert texts(partition) == ["one", "two", "three"]
    assert result.objects == 3


def test_a_wrong_request_is_not_started_over(x: FakeX, partition: Partition) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        x.requests.append(("", None))
        return httpx.Response(400, json={"errors": [{"message": "no"}]})

    api = XApi("https://x.test", "t", transport=httpx.MockTransport(refuse))
    with pytest.raises(BadRequest):
        collect_partition(api, partition, [LOCH])
    assert len(x.requests) == 1


def test_the_last_page_that_may_be_taken_ends_a_chain(x: FakeX, partition: Partition) -> None:
    few = Request("loch", {"query": "loch"}, most_pages=2)
    assert collect(x, partition, few).objects == 2
    assert len(x.requests) == 2
    assert collect(x, partition, few).fetched == 0


def test_an_unreadable_page_is_landed_and_asked_for_again(x: FakeX, partition: Partition) -> None:
    x.serve("loch", "one", b'{"data":[')
    first = collect(x, partition)
    assert (first.objects, first.records) == (2, 1)
    assert len(first.unreadable) == 1
    before = read_all(partition)
    again = collect(x, partition)
    assert (again.fetched, again.unreadable) == (0, first.unreadable)
    assert read_all(partition) == before  # still unreadable: nothing changed
    x.serve("loch", "one", "two", "three")
    healed = collect(x, partition)
    assert (healed.objects, healed.unreadable) == (3, ())
    assert texts(partition) == ["one", "two", "three"]


def test_orphans_are_swept_by_the_next_collection(x: FakeX, partition: Partition) -> None:
    collect(x, partition)
    partition.s3.put_object(Bucket=BUCKET, Key=f"{partition.prefix}orphan.json.gz", Body=b"?")
    assert collect(x, partition).swept == 1
    assert "orphan.json.gz" not in read_all(partition)


def test_a_damaged_page_is_fetched_again(x: FakeX, partition: Partition) -> None:
    x.break_at = 3
    with pytest.raises(Unauthorized):
        collect(x, partition)
    key = partition.page_key("loch", "c-1")
    partition.s3.put_object(Bucket=BUCKET, Key=key, Body=b"half")
    x.requests, x.break_at = [], None
    collect(x, partition)
    assert [cursor for _, cursor in x.requests] == ["c-1", "c-2"]
    assert texts(partition) == ["one", "two", "three"]


def test_nothing_to_ask_for_is_complete_as_well(x: FakeX, partition: Partition) -> None:
    result = collect_partition(x.api(), partition, [], derived_from="sha256:nothing")
    assert (result.objects, result.fetched) == (0, 0)
    marker = partition.read_marker()
    assert marker and marker.derived_from == "sha256:nothing"


class Killed(BaseException):
    """The end of the process, between two instructions."""


class DyingS3:
    """S3 that ends the process just before or just after the nth thing it changes."""

    CHANGES = ("put_object", "delete_object", "delete_objects")

    def __init__(self, s3: Any, nth: int, *, after: bool) -> None:
        self._s3, self._left, self._after = s3, nth, after
        self.survived = True

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._s3, name)
        return call if name not in self.CHANGES else lambda **options: self._change(call, options)

    def _change(self, call: Any, options: dict[str, Any]) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            self._die()
        answer = call(**options)
        if self._left == 0:
            self._die()
        return answer

    def _die(self) -> None:
        self.survived = False
        raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("refresh", [False, True])
def test_killed_at_any_change_and_run_again_it_ends_as_if_nothing_had_been(
    x: FakeX, partition: Partition, refresh: bool, after: bool
) -> None:
    expected = ["uno", "due", "tre"] if refresh else ["one", "two", "three"]
    nth, survived = 0, False
    while not survived:
        nth += 1
        _empty(partition)
        x.serve("loch", "one", "two", "three")
        if refresh:
            collect(x, partition)
            x.serve("loch", "uno", "due", "tre")
        dying = DyingS3(partition.s3, nth, after=after)
        victim = Partition(dying, BUCKET, "search_recent", WINDOW)  # type: ignore[arg-type]
        try:
            collect(x, victim, refresh=refresh)
        except Killed:
            # Whoever reads now sees no marker, or one whose pages are all as it names them.
            marker = partition.read_marker()
            assert all(_is_as_named(partition, item) for item in (marker.objects if marker else ()))
            collect(x, partition, refresh=refresh)
        survived = dying.survived
        assert sorted(texts(partition)) == sorted(expected)
        assert len(read_all(partition)) == 4
    assert nth > 5


def _empty(partition: Partition) -> None:
    for name in read_all(partition):
        partition.s3.delete_object(Bucket=BUCKET, Key=partition.prefix + name)


def _is_as_named(partition: Partition, item: LandedObject) -> bool:
    return partition.s3.head_object(Bucket=BUCKET, Key=item.key)["ETag"] == f'"{item.etag}"'

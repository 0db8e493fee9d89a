import asyncio
import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from lochan.x_api.server import Server, make_app
from lochan.x_api.settings import Settings
from lochan.x_api.world import World
from tasks.twitter.collection import CollectResult, Limits, collect_window
from tasks.twitter.landing import Window
from tasks.twitter.x_api import XApi

BUCKET = "landing"
DAY = Window(datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))


class LocalX:
    """Our own X API without sockets; its clock and the client's are the same one."""

    def __init__(self, **settings: Any) -> None:
        self.moment = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
        self.requests: list[str] = []
        whole = Settings(tokens=frozenset({"t"}), **settings)
        app = make_app(Server(whole, clock=self.clock))
        self.transport = httpx.ASGITransport(app)

    def clock(self) -> float:
        self.moment += 0.001
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request.url.path)
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=self.transport) as client:
            answer = await client.get(request.url, headers=request.headers)
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )

    def api(self) -> XApi:
        transport = httpx.MockTransport(self)
        return XApi("http://x.test", "t", clock=self.clock, sleep=self.sleep, transport=transport)


@pytest.fixture(scope="module")
def moto_s3() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("s3", "us-east-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def s3(moto_s3: Any) -> Iterator[Any]:
    moto_s3.create_bucket(Bucket=BUCKET)
    yield moto_s3
    for key in list_keys(moto_s3):
        moto_s3.delete_object(Bucket=BUCKET, Key=key)
    moto_s3.delete_bucket(Bucket=BUCKET)


def list_keys(s3: Any, prefix: str = "") -> list[str]:
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [item["Key"] for item in listed.get("Contents", [])]


def list_etags(s3: Any) -> dict[str, str]:
    return {item["Key"]: item["ETag"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


def read_pages(s3: Any, endpoint: str) -> list[bytes]:
    """The landed bodies of an endpoint, in the order in which they were retrieved."""
    keys = [key for key in list_keys(s3, f"x_api/{endpoint}/") if key.endswith(".json.gz")]
    objects = [s3.get_object(Bucket=BUCKET, Key=key) for key in keys]
    objects.sort(key=lambda item: item["Metadata"]["retrieved-at"])
    return [gzip.decompress(item["Body"].read()) for item in objects]


def collect(x: LocalX, s3: Any, **options: Any) -> CollectResult:
    asked = {"query": "loch"} | options
    return collect_window(x.api(), s3, bucket=BUCKET, window=DAY, **asked)


def ids_of(pages: list[bytes], *, included: bool = False) -> set[str]:
    documents = [json.loads(page) for page in pages]
    rows = [row for page in documents for row in page.get("data", [])]
    if included:
        rows += [row for page in documents for row in page.get("includes", {}).get("tweets", [])]
    return {row["id"] for row in rows}


def test_a_window_is_collected_with_all_that_it_leads_to(s3: Any) -> None:
    x = LocalX(world=World(1, 300))
    result = collect(x, s3, limits=Limits(followed_users=2))
    assert [part.endpoint for part in result.partitions] == [
        "search_recent", "tweets", "users", "followers",
    ]  # fmt: skip
    searched = read_pages(s3, "search_recent")
    assert len(ids_of(searched)) == 300  # X_API_TWEETS a day
    looked_up = ids_of(read_pages(s3, "tweets"))
    assert looked_up
    assert not looked_up & ids_of(searched, included=True)
    authors = {row["author_id"] for page in searched for row in json.loads(page).get("data", [])}
    assert authors <= ids_of(read_pages(s3, "users"))
    assert len({path for path in x.requests if path.endswith("/followers")}) == 2
    assert result.pages == result.objects == len(list_keys(s3)) - 4
    assert result.unreadable == ()
    assert all(key.startswith("x_api/") and "/window=2026-11-19T00-00-00Z/" in key
               for key in list_keys(s3))  # fmt: skip


def test_collecting_twice_asks_nothing_and_changes_nothing(s3: Any) -> None:
    x = LocalX()
    first = collect(x, s3)
    before = list_etags(s3)
    x.requests.clear()
    again = collect(x, s3)
    assert x.requests == []
    assert list_etags(s3) == before
    assert (again.pages, again.objects, again.tweets) == (0, first.objects, first.tweets)
    assert again.marker_uris == first.marker_uris


def test_limits_bound_what_is_followed(s3: Any) -> None:
    x = LocalX(world=World(1, 1000))
    limits = Limits(referenced_tweets=7, users=150, followed_users=1, follower_pages=1)
    collect(x, s3, limits=limits)
    counts = Counter(path.rsplit("/", 1)[1] for path in x.requests)
    assert counts["users"] == 2  # 150 in lookups of at most 100
    assert counts["tweets"] == 1
    assert counts["followers"] == 1
    lookups = [json.loads(page) for page in read_pages(s3, "tweets")]
    assert sum(len(page.get("data", [])) + len(page.get("errors", [])) for page in lookups) >= 7
    assert len(ids_of(read_pages(s3, "tweets"))) <= 7


def test_wider_limits_fetch_only_what_is_new(s3: Any) -> None:
    x = LocalX()
    collect(x, s3, limits=Limits(followed_users=1))
    x.requests.clear()
    collect(x, s3, limits=Limits(followed_users=2))
    assert len({path for path in x.requests if path.endswith("/followers")}) == 1
    assert not any("search" in path for path in x.requests)


def test_users_and_names_that_are_asked_for_are_read(s3: Any) -> None:
    x = LocalX(world=World(1, 2000))
    endpoints = ("user_tweets", "users_by", "users", "followers")
    result = collect(
        x, s3, query=None, user_ids=["12000000"], usernames=["heron0", "nobody"],
        endpoints=endpoints, limits=Limits(users=0, followed_users=0),
    )  # fmt: skip
    assert {part.endpoint for part in result.partitions} == set(endpoints)
    timeline = [json.loads(page) for page in read_pages(s3, "user_tweets")]
    assert {row["author_id"] for page in timeline for row in page["data"]} == {"12000000"}
    assert ids_of(read_pages(s3, "users")) == {"12000000"}
    by_name = json.loads(read_pages(s3, "users_by")[0])
    assert [row["username"] for row in by_name["data"]] == ["heron0"]
    assert by_name["errors"][0]["detail"] == "Could not find user with usernames: [nobody]."


def test_a_later_window_shows_the_same_tweets_with_larger_counts(s3: Any) -> None:
    x = LocalX(world=World(1, 300))
    later = Window(datetime(2026, 11, 19, 12, tzinfo=UTC), datetime(2026, 11, 20, 6, tzinfo=UTC))
    search = {"bucket": BUCKET, "query": "loch", "endpoints": ("search_recent",)}
    collect_window(x.api(), s3, window=DAY, **search)
    collect_window(x.api(), s3, window=later, **search)
    before, after = (read_views(s3, window) for window in (DAY, later))
    shared = before.keys() & after.keys()
    assert len(shared) == 150  # twelve hours of 300 a day
    assert all(before[tweet] <= after[tweet] for tweet in shared)
    assert sum(before[tweet] < after[tweet] for tweet in shared) > 50


def read_views(s3: Any, window: Window) -> dict[str, int]:
    """How often each tweet of a window had been seen."""
    pages = [json.loads(page) for page in read_pages(s3, f"search_recent/window={window.name}")]
    rows = [row for page in pages for row in page.get("data", [])]
    return {row["id"]: row["public_metrics"]["impression_count"] for row in rows}


def test_refresh_reads_everything_again(s3: Any) -> None:
    x = LocalX()
    first = collect(x, s3)
    before = list_etags(s3)
    again = collect(x, s3, refresh=True)
    assert again.pages == first.pages
    assert {key: tag for key, tag in list_etags(s3).items() if "_complete" not in key} == {
        key: tag for key, tag in before.items() if "_complete" not in key
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"endpoints": ("search_recent", "likes")}, "Cannot collect likes: choose out of search"),
        ({"query": ""}, "There is nothing to collect: give a query, user_ids or usernames"),
    ],
)
def test_a_senseless_collection_is_refused(s3: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        collect(LocalX(), s3, **options)


# Real pages: MIT-licensed recordings, outside of the repository.

REAL = Path(os.environ.get("LOCHAN_TEST_DATA", ""), "tweets_v2_twarc")
needs_real = pytest.mark.skipif(
    not os.environ.get("LOCHAN_TEST_DATA") or not REAL.is_dir(),
    reason="LOCHAN_TEST_DATA names no folder with tweets_v2_twarc",
)


@needs_real
def test_real_pages_land_byte_for_byte_but_for_their_token(s3: Any) -> None:
    x = LocalX(recordings=REAL)
    endpoints = ("search_recent", "search_all", "user_tweets", "tweets", "users")
    # One lookup each: every lookup is answered with the whole chain.
    limits = Limits(referenced_tweets=100, users=99)
    result = collect(x, s3, user_ids=["2351222345"], endpoints=endpoints, limits=limits)
    # Counted in the files by hand: 7 pages of search/recent; 114 JSON objects that are no pages
    # (1 of counts, 2 of lists, 100 flattened tweets, 7 of the stream, 4 of compliance); and
    # one line that is cut off. Of `data`, search/recent has 7 pages of 100, 169 counts, 6 lists
    # and 7 tweets of the stream; search/all 474, 1 and 112.
    assert {part.endpoint: (part.objects, part.records) for part in result.partitions} == {
        "search_recent": (122, 882),
        "search_all": (3, 587),
        "user_tweets": (1, 100),
        "tweets": (15, 15),
        "users": (1, 96),
    }
    assert len(result.unreadable) == 1
    landed = Counter(
        without_token(page) for endpoint in endpoints for page in read_pages(s3, endpoint)
    )
    recorded = Counter(
        without_token(line)
        for path in REAL.glob("*.jsonl")
        for line in path.read_bytes().splitlines()
        if line.strip()
    )
    assert landed == recorded


def without_token(page: bytes) -> str:
    """A page as canonical text, its token and the `meta` made for it taken out."""
    try:
        document = json.loads(page)
    except ValueError:
        return page.decode()
    meta = document.get("meta", {})
    meta.pop("next_token", None)
    if not meta:
        document.pop("meta", None)
    return json.dumps(document)


@needs_real
def test_collecting_real_pages_twice_changes_nothing(s3: Any) -> None:
    x = LocalX(recordings=REAL)
    collect(x, s3)
    before = list_etags(s3)
    x.requests.clear()
    assert collect(x, s3).pages == 0
    assert list_etags(s3) == before
    assert set(x.requests) == {"/2/tweets/search/recent"}  # the page that is cut off, once more

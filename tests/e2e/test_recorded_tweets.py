"""Real recorded pages through the whole pipeline, against what plain Python reads off the files.

The expectations share no code with the pipeline: they walk the recorded JSON and know nothing of
schemas, Spark or SQL.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

# The endpoints that the pipeline asks, as recorded URLs end.
TIMELINE_OF = "2351222345"
TWEET_PAGES = (
    "/2/tweets/search/recent",
    "/2/tweets/search/all",
    f"/2/users/{TIMELINE_OF}/tweets",
    "/2/tweets",
)
USER_PAGES = ("/2/users",)
ENTITIES = {"tweet_hashtags": "hashtags", "tweet_mentions": "mentions", "tweet_urls": "urls"}


def recorded_lines(path: Path) -> list[str]:
    """Lines end at line feeds: tweets hold other characters that Python takes for line ends."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.split("\n") if line.strip()]


def recorded_pages(folder: Path, endings: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Pages whose `data` is a list; a flattened tweet names the same URL and is no page."""
    for path in sorted(folder.glob("*.json*")):
        for line in recorded_lines(path):
            try:
                page = json.loads(line)
            except ValueError:
                continue
            url = page.get("__twarc", {}).get("url", "").partition("?")[0]
            is_page = isinstance(page.get("data"), list) or "meta" in page
            if url.removeprefix("https://api.twitter.com") in endings and is_page:
                yield page


def versions(objects: Iterator[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in objects:
        found[int(one["id"])].append(one)
    return dict(found)


def tweets_of(folder: Path) -> dict[int, list[dict[str, Any]]]:
    def walk() -> Iterator[dict[str, Any]]:
        for page in recorded_pages(folder, TWEET_PAGES):
            yield from page.get("data", [])
            yield from page.get("includes", {}).get("tweets", [])
        for page in recorded_pages(folder, USER_PAGES):
            yield from page.get("includes", {}).get("tweets", [])

    return versions(walk())


def users_of(folder: Path) -> dict[int, list[dict[str, Any]]]:
    def walk() -> Iterator[dict[str, Any]]:
        for page in recorded_pages(folder, TWEET_PAGES + USER_PAGES):
            yield from page.get("includes", {}).get("users", [])
        for page in recorded_pages(folder, USER_PAGES):
            yield from page.get("data", [])

    return versions(walk())


def count_strays(folder: Path) -> int:
    """Lines that no endpoint answers with: they are served among search results and rejected."""
    known = (*TWEET_PAGES, *USER_PAGES)
    strays = 0
    for path in sorted(folder.glob("*.json*")):
        for line in recorded_lines(path):
            try:
                page = json.loads(line)
            except ValueError:
                strays += 1
                continue
            url = page.get("__twarc", {}).get("url", "").partition("?")[0]
            place = url.removeprefix("https://api.twitter.com")
            is_page = isinstance(page.get("data"), list) or "meta" in page
            strays += not (is_page and place in known)
    return strays


@pytest.fixture
def recordings(real_data: Path, platform: Platform, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """An X API server of the recorded pages: the folder and the server's address."""
    folder = real_data / "tweets_v2_twarc"
    token = json.loads((platform.home / "credentials.json").read_text())["x_api"]["token"]
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps([token]))
    tokens.chmod(0o600)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "lochan.x_api", "--port", str(port)],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "localstack"),
            "X_API_RECORDINGS": str(folder),
            "X_API_TOKENS_FILE": str(tokens),
        },
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        yield folder, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def test_recorded_tweets_arrive_row_by_row(
    platform: Platform, recordings: tuple[Path, str]
) -> None:
    folder, url = recordings
    sources = {"searches": ["recent", "all"], "user_ids": [TIMELINE_OF]}
    parameters = {"collect": sources, "reject_limit": 100000}
    done = platform.run_flow("tweets_to_redshift", parameters, X_API_URL=url)
    assert done.code == 0, done.output + done.errors

    tweets, users = tweets_of(folder), users_of(folder)
    found = {
        row[0]: row
        for row in platform.query(
            "SELECT tweet_id, author_id, text, created_at, lang, like_count FROM twitter.tweets"
        )
    }
    assert found.keys() == tweets.keys()
    for tweet_id, (_, author, text, created_at, lang, likes) in found.items():
        described = [
            (
                int(one["author_id"]),
                one["text"],
                one["created_at"].removesuffix(".000Z"),
                one.get("lang"),
                one["public_metrics"]["like_count"],
            )
            for one in tweets[tweet_id]
        ]
        assert (author, text, created_at.isoformat(), lang, likes) in described

    named = dict(platform.query("SELECT user_id, username FROM twitter.users"))
    assert named.keys() == users.keys()
    for user_id, username in named.items():
        assert username in {one["username"] for one in users[user_id]}

    for table, entity in ENTITIES.items():
        count = dict(platform.query(f"SELECT tweet_id, COUNT(*) FROM twitter.{table} GROUP BY 1"))
        for tweet_id, known in tweets.items():
            possible = {len(one.get("entities", {}).get(entity, [])) for one in known}
            assert count.get(tweet_id, 0) in possible, (table, tweet_id)

    references = set(
        platform.query(
            "SELECT tweet_id, referenced_tweet_id, reference_type FROM twitter.referenced_tweets"
        )
    )
    assert references == {
        (tweet_id, int(reference["id"]), reference["type"])
        for tweet_id, known in tweets.items()
        for one in known
        for reference in one.get("referenced_tweets", [])
    }

    assert_strays_are_in_quarantine(platform, folder)


def assert_strays_are_in_quarantine(platform: Platform, folder: Path) -> None:
    s3, bucket = platform.client("s3"), platform.values["PROCESSED_BUCKET"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="quarantine/twitter/")["Contents"]
    rejected = [
        json.loads(line)
        for item in listed
        for line in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().splitlines()
    ]
    assert all(one["file"] and one["reason"] for one in rejected)
    # A page of its own for each line that is none, whatever of it is rejected.
    strays = {one["file"] for one in rejected if one["file"].startswith("x_api/search_recent/")}
    assert len(strays) == count_strays(folder)

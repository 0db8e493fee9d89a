import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from lochan.x_api.server import Server, make_app
from lochan.x_api.settings import Settings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKEN = "a-token-of-the-tests"

TWEET_FIELDS = (
    "attachments,author_id,context_annotations,conversation_id,created_at,edit_controls,"
    "edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,"
    "possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text,withheld"
)
EVERYTHING = {
    "tweet.fields": TWEET_FIELDS,
    "user.fields": "created_at,description,entities,location,pinned_tweet_id,profile_image_url,"
    "protected,public_metrics,url,verified,verified_type,withheld",
    "media.fields": "alt_text,duration_ms,height,preview_image_url,public_metrics,url,variants,"
    "width",
    "place.fields": "country,country_code,geo,name,place_type",
    "poll.fields": "duration_minutes,end_datetime,options,voting_status",
    "expansions": "attachments.media_keys,attachments.poll_ids,author_id,edit_history_tweet_ids,"
    "entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
}


class Api:
    """A server without sockets, its clock in the test's hand."""

    def __init__(self, **settings: Any) -> None:
        self.moment = NOW.timestamp()
        self.slept: list[float] = []
        whole = Settings(tokens=frozenset({TOKEN}), **settings)
        server = Server(whole, clock=lambda: self.moment, sleep=self.slept.append)
        self.transport = httpx.ASGITransport(make_app(server), raise_app_exceptions=False)

    def get(
        self,
        path: str,
        *,
        token: str = TOKEN,
        headers: dict[str, str] | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        query = {name.replace("__", "."): value for name, value in parameters.items()}
        authorization = {"authorization": f"Bearer {token}"}
        return asyncio.run(self._get(path, query, authorization | (headers or {})))

    async def _get(
        self, path: str, query: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response:
        base = "http://x.test"
        async with httpx.AsyncClient(transport=self.transport, base_url=base) as client:
            return await client.get(path, params=query or None, headers=headers)

    def all_pages(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        pages = [self.get(path, **parameters).json()]
        while token := pages[-1].get("meta", {}).get("next_token"):
            pages.append(self.get(path, **parameters, pagination_token=token).json())
        return pages


@pytest.fixture
def make_api() -> Callable[..., Api]:
    return Api


@pytest.fixture
def everything() -> dict[str, str]:
    return dict(EVERYTHING)


# What X documents about the shape of its objects, as name -> (required, check).
# https://docs.x.com/x-api/fundamentals/data-dictionary

_ID = re.compile(r"[0-9]{1,19}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and bool(_TIME.fullmatch(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_counts(*names: str) -> Callable[[Any], bool]:
    return lambda value: (
        set(value) >= set(names)
        and all(isinstance(count, int) and count >= 0 for count in value.values())
    )


def _is_list(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(check, value))


TWEET = {
    "id": (True, _is_id),
    "text": (True, _is_text),
    "author_id": (True, _is_id),
    "conversation_id": (True, _is_id),
    "created_at": (True, _is_time),
    "edit_history_tweet_ids": (True, _is_list(_is_id)),
    "edit_controls": (
        True,
        lambda value: set(value) == {"edits_remaining", "is_edit_eligible", "editable_until"},
    ),
    "lang": (True, _is_text),
    "source": (True, _is_text),
    "possibly_sensitive": (True, _is_flag),
    "reply_settings": (True, lambda value: value in ("everyone", "following", "mentionedUsers")),
    "public_metrics": (
        True,
        _is_counts("retweet_count", "reply_count", "like_count", "quote_count"),
    ),
    "referenced_tweets": (
        False,
        _is_list(
            lambda item: (
                item["type"] in ("retweeted", "quoted", "replied_to") and _is_id(item["id"])
            )
        ),
    ),
    "in_reply_to_user_id": (False, _is_id),
    "entities": (
        False,
        lambda value: (
            bool(value)
            and set(value) <= {"urls", "hashtags", "mentions", "cashtags", "annotations"}
        ),
    ),
    "attachments": (False, lambda value: set(value) <= {"media_keys", "poll_ids"} and bool(value)),
    "context_annotations": (False, _is_list(lambda item: set(item) == {"domain", "entity"})),
    "geo": (False, lambda value: bool(value) and set(value) <= {"place_id", "coordinates"}),
    "note_tweet": (False, lambda value: len(value["text"]) > 280),
    "withheld": (False, lambda value: _is_list(_is_text)(value["country_codes"])),
}
USER = {
    "id": (True, _is_id),
    "name": (True, _is_text),
    "username": (True, lambda value: bool(re.fullmatch(r"[A-Za-z0-9_]{1,15}", value))),
    "created_at": (True, _is_time),
    "description": (True, _is_text),
    "url": (True, _is_text),
    "protected": (True, _is_flag),
    "verified": (True, _is_flag),
    "verified_type": (True, lambda value: value in ("none", "blue", "business", "government")),
    "profile_image_url": (True, _is_text),
    "public_metrics": (True, _is_counts("followers_count", "following_count", "tweet_count",
                                        "listed_count")),
    "location": (False, _is_text),
    "entities": (False, lambda value: bool(value) and set(value) <= {"url", "description"}),
    "pinned_tweet_id": (False, _is_id),
    "withheld": (False, lambda value: _is_list(_is_text)(value["country_codes"])),
    "affiliation": (False, lambda value: isinstance(value, dict)),
}  # fmt: skip


def find_faults(value: dict[str, Any], shape: dict[str, Any]) -> list[str]:
    faults = [f"{name} is not a documented field" for name in value if name not in shape]
    for name, (required, check) in shape.items():
        if name not in value:
            faults += [f"{name} is missing"] if required else []
        elif not check(value[name]):
            faults.append(f"{name} is {value[name]!r}")
    return faults


def find_misplaced_entities(tweet: dict[str, Any]) -> list[str]:
    """Entities whose positions do not point at their own words."""
    signs = {"hashtags": "#", "mentions": "@", "cashtags": "$"}
    text, faults = tweet["text"], []
    for kind, rows in tweet.get("entities", {}).items():
        for row in rows:
            end = row["end"] + (kind == "annotations")
            words = text[row["start"] : end]
            name = row.get("tag") or row.get("username") or row.get("url") or row["normalized_text"]
            if words != signs.get(kind, "") + name:
                faults.append(f"{kind} {name!r} stands at {words!r}")
    return faults


@pytest.fixture(scope="session")
def tweet_faults() -> Callable[[dict[str, Any]], list[str]]:
    return lambda tweet: find_faults(tweet, TWEET) + find_misplaced_entities(tweet)


@pytest.fixture(scope="session")
def user_faults() -> Callable[[dict[str, Any]], list[str]]:
    return lambda user: find_faults(user, USER)

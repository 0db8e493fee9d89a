"""Collect a window: what X answers about a query, and what those answers lead to, into landing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tasks.twitter.landing import Marker, Partition, Window
from tasks.twitter.partitions import CollectedPartition, Request, collect_partition, report
from tasks.twitter.seen import Seen
from tasks.twitter.x_api import Page, XApi

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DEFAULT_ENDPOINTS = ("search_recent", "tweets", "users", "followers")
LOOKUP_SIZE = 100  # ids or usernames in one lookup
_WINDOWED = ("search_recent", "search_all", "user_tweets")
_SOURCES = (*_WINDOWED, "tweets")
_DERIVED = ("tweets", "users", "followers")


@dataclass(frozen=True)
class Limits:
    """How far a collection follows what it finds; X bills by what is read."""

    referenced_tweets: int = 500
    users: int = 1000
    followed_users: int = 10
    follower_pages: int = 3  # of up to 1,000 followers, for each user


@dataclass(frozen=True)
class CollectResult:
    """The collection of a window, endpoint by endpoint in the order in which they were read."""

    window: Window
    partitions: tuple[CollectedPartition, ...] = ()

    @property
    def marker_uris(self) -> dict[str, str]:
        """Where each endpoint's completion marker is."""
        return {part.endpoint: part.marker_uri for part in self.partitions}

    @property
    def pages(self) -> int:
        """How many pages this run fetched; 0 where everything was there."""
        return sum(part.fetched for part in self.partitions)

    @property
    def objects(self) -> int:
        """How many landed pages the markers name."""
        return sum(part.objects for part in self.partitions)

    @property
    def tweets(self) -> int:
        """How many tweets the landed pages hold as data, repeated ones included."""
        return sum(part.records for part in self.partitions if part.endpoint in _SOURCES)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """URIs of landed pages that are no JSON objects."""
        return tuple(uri for part in self.partitions for uri in part.unreadable)


@dataclass(frozen=True)
class _Collector:
    """What every step of one collection needs, and what it has seen so far."""

    api: XApi
    s3: S3Client
    bucket: str
    window: Window
    limits: Limits
    refresh: bool
    seen: Seen = field(default_factory=Seen)
    read_keys: set[str] = field(default_factory=set)

    def partition(self, endpoint: str) -> Partition:
        return Partition(self.s3, self.bucket, endpoint, self.window)

    def see(self, key: str, page: Page) -> None:
        """Remember what a page of tweets mentions."""
        if page.endpoint in _SOURCES:
            self.read_keys.add(key)
            self.seen.add(page)

    def collect(
        self, endpoint: str, requests: Sequence[Request], derived_from: str = ""
    ) -> CollectedPartition:
        return collect_partition(
            self.api,
            self.partition(endpoint),
            requests,
            refresh=self.refresh,
            derived_from=derived_from,
            on_page=self.see,
        )

    def read_sources(self, markers: Iterable[Marker]) -> None:
        """See the landed pages of tweets that this run did not come by."""
        for marker in markers:
            partition = self.partition(marker.endpoint)
            for item in marker.objects:
                if item.key not in self.read_keys:
                    self.see(item.key, partition.read_named(item))


def collect_window(
    api: XApi,
    s3: S3Client,
    *,
    bucket: str,
    window: Window,
    query: str | None = None,
    user_ids: Sequence[str] = (),
    usernames: Sequence[str] = (),
    endpoints: Sequence[str] = DEFAULT_ENDPOINTS,
    limits: Limits = Limits(),
    refresh: bool = False,
) -> CollectResult:
    """Land every page of a window and mark each endpoint complete.

    query is searched by search_recent or search_all, whichever `endpoints` has; user_ids have
    their timelines read (user_tweets), their profiles and their followers; usernames are looked
    up (users_by). From the tweets found follow the referenced tweets that no page included
    (tweets), the authors (users) and followers of the busiest ones (followers).

    What is complete is not read again unless `refresh`; what was interrupted goes on where it
    stopped. Raises XApiError and LandingError; whatever was landed until then stays.
    """
    collector = _Collector(api, s3, bucket, window, limits, refresh)
    _check(endpoints, query, user_ids, usernames)
    parts: list[CollectedPartition] = []
    for endpoint, requests in _direct_requests(window, query, user_ids, usernames):
        if requests and endpoint in endpoints:
            parts.append(collector.collect(endpoint, requests))
    for endpoint in _DERIVED:
        if endpoint in endpoints:
            parts.append(_collect_derived(collector, endpoint, user_ids))
    return CollectResult(window, tuple(parts))


def _check(
    endpoints: Sequence[str], query: str | None, user_ids: Sequence[str], usernames: Sequence[str]
) -> None:
    """Refuse endpoints that cannot be collected, and a request that asks for nothing."""
    known = (*_WINDOWED, "users_by", *_DERIVED)
    if unknown := [name for name in endpoints if name not in known]:
        raise ValueError(f"Cannot collect {', '.join(unknown)}: choose out of {', '.join(known)}.")
    if not (query or user_ids or usernames):
        raise ValueError("There is nothing to collect: give a query, user_ids or usernames.")


def _direct_requests(
    window: Window, query: str | None, user_ids: Sequence[str], usernames: Sequence[str]
) -> Iterator[tuple[str, list[Request]]]:
    """What is asked for by name, endpoint by endpoint."""
    times = {"start_time": _rfc3339(window.start), "end_time": _rfc3339(window.end)}
    searches = [Request(query, {"query": query} | times)] if query else []
    yield "search_recent", searches
    yield "search_all", searches
    yield "user_tweets", [Request(user, {"id": user} | times) for user in sorted(set(user_ids))]
    yield "users_by", _lookups("usernames", sorted(set(usernames)))


def _collect_derived(
    collector: _Collector, endpoint: str, user_ids: Sequence[str]
) -> CollectedPartition:
    """Collect what the window's tweets lead to, unless just that is complete already.

    The digest of the sources tells without reading them: a run that has nothing to do reads
    markers alone.
    """
    names = [name for name in _SOURCES if name != endpoint]
    markers = [marker for name in names if (marker := collector.partition(name).read_marker())]
    origin = _digest(markers, user_ids, collector.limits)
    partition = collector.partition(endpoint)
    marker = partition.read_marker()
    if marker and not collector.refresh and _is_settled(marker, collector.window, origin):
        return report(partition, marker, swept=partition.sweep(marker))
    collector.read_sources(markers)
    return collector.collect(endpoint, _derived_requests(collector, endpoint, user_ids), origin)


def _is_settled(marker: Marker, window: Window, origin: str) -> bool:
    readable = all(item.readable for item in marker.objects)
    return readable and marker.window == window and marker.derived_from == origin


def _derived_requests(
    collector: _Collector, endpoint: str, user_ids: Sequence[str]
) -> list[Request]:
    seen, limits = collector.seen, collector.limits
    if endpoint == "tweets":
        return _lookups("ids", seen.missing_tweets()[: limits.referenced_tweets])
    asked = list(dict.fromkeys(user_ids))
    if endpoint == "users":
        return _lookups("ids", _append(asked, seen.authors(), limits.users))
    followed = _append(asked, seen.busiest_authors(), limits.followed_users)
    return [Request(user, {"id": user}, limits.follower_pages) for user in followed]


def _append(asked: list[str], found: list[str], limit: int) -> list[str]:
    """Those asked for by name, all of them, and of those found as many as the limit allows."""
    return asked + [user for user in found if user not in set(asked)][:limit]


def _lookups(parameter: str, values: Sequence[str]) -> list[Request]:
    """Lookups of up to 100 values, each identified by the digest of its values."""
    chunks = [values[first : first + LOOKUP_SIZE] for first in range(0, len(values), LOOKUP_SIZE)]
    joined = [",".join(chunk) for chunk in chunks]
    return [
        Request(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}", {parameter: text})
        for text in joined
    ]


def _digest(markers: Sequence[Marker], user_ids: Sequence[str], limits: Limits) -> str:
    """What a derived collection was derived from, in one line."""
    objects = [(item.key, item.etag) for marker in markers for item in marker.objects]
    text = json.dumps([objects, list(user_ids), asdict(limits)])
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

"""The endpoints that this server has: path, parameters and published rate limit.

https://docs.x.com/x-api/fundamentals/rate-limits (limits of an app in 15 minutes)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit


class Shape(Enum):
    """What an endpoint answers with."""

    TWEET_PAGE = "a page of tweets"
    USER_PAGE = "a page of users"
    TWEET_LOOKUP = "the tweets that were asked for"
    USER_LOOKUP = "the users that were asked for"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; `path` is a template whose only field, if any, is `key`."""

    name: str
    path: str
    shape: Shape
    limit: int
    required: str | None = None
    key: str | None = None
    page_sizes: tuple[int, int, int] | None = None  # least, most, default
    others: tuple[str, ...] = ()
    burst: int | None = None  # requests in any one second

    @property
    def yields_tweets(self) -> bool:
        """Whether `data` holds tweets."""
        return self.shape in (Shape.TWEET_PAGE, Shape.TWEET_LOOKUP)

    @property
    def is_paged(self) -> bool:
        """Whether X itself gives this endpoint a cursor."""
        return self.page_sizes is not None


_TIMES = ("start_time", "end_time", "since_id", "until_id")
_SEARCH = ("query", *_TIMES, "max_results", "next_token", "pagination_token", "sort_order")
_TIMELINE = (*_TIMES, "max_results", "pagination_token", "exclude")
_FOLLOWS = ("max_results", "pagination_token")

# In the order in which a path is looked up: fixed paths before those with a field.
ENDPOINTS = (
    Endpoint("search_recent", "/2/tweets/search/recent", Shape.TWEET_PAGE, 450, "query",
             page_sizes=(10, 100, 10), others=_SEARCH),
    Endpoint("search_all", "/2/tweets/search/all", Shape.TWEET_PAGE, 300, "query",
             page_sizes=(10, 500, 10), others=_SEARCH, burst=1),
    Endpoint("tweets", "/2/tweets", Shape.TWEET_LOOKUP, 3500, "ids", others=("ids",)),
    Endpoint("tweet", "/2/tweets/{id}", Shape.TWEET_LOOKUP, 450, key="id"),
    Endpoint("users", "/2/users", Shape.USER_LOOKUP, 300, "ids", others=("ids",)),
    Endpoint("users_by", "/2/users/by", Shape.USER_LOOKUP, 300, "usernames",
             others=("usernames",)),
    Endpoint("user_by", "/2/users/by/username/{username}", Shape.USER_LOOKUP, 300, key="username"),
    Endpoint("user_tweets", "/2/users/{id}/tweets", Shape.TWEET_PAGE, 10_000, key="id",
             page_sizes=(5, 100, 10), others=_TIMELINE),
    # X shows the limits of follows in its console alone; older pages say 15.
    Endpoint("followers", "/2/users/{id}/followers", Shape.USER_PAGE, 300, key="id",
             page_sizes=(1, 1000, 100), others=_FOLLOWS),
    Endpoint("following", "/2/users/{id}/following", Shape.USER_PAGE, 300, key="id",
             page_sizes=(1, 1000, 100), others=_FOLLOWS),
    Endpoint("user", "/2/users/{id}", Shape.USER_LOOKUP, 300, key="id"),
)  # fmt: skip

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}

_PATTERNS = tuple(
    (endpoint, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", endpoint.path)))
    for endpoint in ENDPOINTS
)


def match_path(path: str) -> tuple[Endpoint, str | None] | None:
    """The endpoint of a path and the value of the path's field, or None."""
    for endpoint, pattern in _PATTERNS:
        if found := pattern.fullmatch(path):
            return endpoint, found.group(endpoint.key) if endpoint.key else None
    return None


def match_url(url: str) -> tuple[Endpoint, str | None] | None:
    """The endpoint that a recorded URL was fetched from, on whatever host, or None."""
    return match_path(urlsplit(url).path.rstrip("/"))

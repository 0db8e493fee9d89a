"""What landed pages of tweets mention, and what is therefore still to be asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from tasks.twitter.x_api import Page


class Seen:
    """The ids on pages of tweets. Malformed records are passed over: they are landed anyway."""

    def __init__(self) -> None:
        self._tweets: set[str] = set()
        self._referenced: set[str] = set()
        self._lost: set[str] = set()
        self._authors: Counter[str] = Counter()
        self._profiles: set[str] = set()

    def add(self, page: Page) -> None:
        """Take the ids of one page."""
        document = page.document or {}
        includes = document.get("includes")
        included = includes if isinstance(includes, Mapping) else {}
        for tweet in _objects(document.get("data")):
            self._add_tweet(tweet, weight=1)
        for tweet in _objects(included.get("tweets")):
            self._add_tweet(tweet, weight=0)
        self._profiles.update(_ids(included.get("users")))
        for error in _objects(document.get("errors")):
            self._lost.add(str(error.get("resource_id")))

    def missing_tweets(self) -> list[str]:
        """Referenced tweets that no page included and X did not call lost, newest first."""
        return sorted(self._referenced - self._tweets - self._lost, key=int, reverse=True)

    def authors(self) -> list[str]:
        """Who wrote the tweets: those whose profile no page included first, then by id."""
        return sorted(self._authors, key=lambda user: (user in self._profiles, int(user)))

    def busiest_authors(self) -> list[str]:
        """Who wrote the tweets, most of them first."""
        return sorted(self._authors, key=lambda user: (-self._authors[user], int(user)))

    def _add_tweet(self, tweet: Mapping[str, Any], *, weight: int) -> None:
        tweet_id, author = tweet.get("id"), tweet.get("author_id")
        if not _is_id(tweet_id):
            return
        if _is_id(author):
            # A tweet counts once, however often pages repeat it.
            self._authors[author] += 0 if tweet_id in self._tweets else weight
        self._tweets.add(tweet_id)
        self._referenced.update(_ids(tweet.get("referenced_tweets")))


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of what should be a list of them, or one of them."""
    values = value if isinstance(value, list) else [value]
    return (item for item in values if isinstance(item, Mapping))


def _ids(value: Any) -> Iterator[str]:
    return (item["id"] for item in _objects(value) if _is_id(item.get("id")))


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19

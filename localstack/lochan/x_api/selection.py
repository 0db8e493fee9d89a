"""Which fields of an object an answer shows: the defaults plus what the request names.

https://docs.x.com/x-api/fundamentals/fields
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEFAULTS = {
    "tweet.fields": {"id", "text", "edit_history_tweet_ids"},
    "user.fields": {"id", "name", "username"},
    "media.fields": {"media_key", "type"},
    "place.fields": {"id", "full_name"},
    "poll.fields": {"id", "options"},
}
# An expansion brings the field with it that says what was expanded.
_EXPANDED = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "geo.place_id": "geo",
    "attachments.media_keys": "attachments",
    "attachments.poll_ids": "attachments",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "entities.mentions.username": "entities",
    "pinned_tweet_id": "pinned_tweet_id",
}


class Selection:
    """The fields and expansions of one request."""

    def __init__(self, fields: Mapping[str, frozenset[str]], expansions: frozenset[str]) -> None:
        implied = {_EXPANDED[name] for name in expansions if name in _EXPANDED}
        self._shown = {
            kind: defaults | fields.get(kind, frozenset()) | implied
            for kind, defaults in _DEFAULTS.items()
        }
        self._expansions = expansions

    def expands(self, *names: str) -> bool:
        """Whether the request asks for any of these expansions."""
        return not self._expansions.isdisjoint(names)

    def tweet(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a tweet that is shown."""
        return self._cut(whole, "tweet.fields")

    def user(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a user that is shown."""
        return self._cut(whole, "user.fields")

    def media(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a media object that is shown."""
        return self._cut(whole, "media.fields")

    def place(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a place that is shown."""
        return self._cut(whole, "place.fields")

    def poll(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a poll that is shown."""
        return self._cut(whole, "poll.fields")

    def _cut(self, whole: Mapping[str, Any], kind: str) -> dict[str, Any]:
        shown = self._shown[kind]
        return {name: value for name, value in whole.items() if name in shown}

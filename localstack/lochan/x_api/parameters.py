"""Checks of query parameters, with X's own objections.

https://docs.x.com/x-api/posts/search-recent-posts and its sister pages name the parameters;
the wording of the objections is what the service has been seen to answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lochan.x_api.endpoints import Endpoint
from lochan.x_api.problems import InvalidParameter, invalid_request

TWEET_FIELDS = (
    "article", "attachments", "author_id", "card_uri", "community_id", "context_annotations",
    "conversation_id", "created_at", "display_text_range", "edit_controls",
    "edit_history_tweet_ids", "entities", "geo", "id", "in_reply_to_user_id", "lang",
    "media_metadata", "non_public_metrics", "note_tweet", "organic_metrics",
    "possibly_sensitive", "promoted_metrics", "public_metrics", "referenced_tweets",
    "reply_settings", "scopes", "source", "text", "withheld",
)  # fmt: skip
USER_FIELDS = (
    "affiliation", "connection_status", "created_at", "description", "entities", "id",
    "is_identity_verified", "location", "most_recent_tweet_id", "name", "parody",
    "pinned_tweet_id", "profile_banner_url", "profile_image_url", "protected", "public_metrics",
    "receives_your_dm", "subscription", "subscription_type", "url", "username", "verified",
    "verified_followers_count", "verified_type", "withheld",
)  # fmt: skip
MEDIA_FIELDS = (
    "alt_text", "duration_ms", "height", "media_key", "non_public_metrics", "organic_metrics",
    "preview_image_url", "promoted_metrics", "public_metrics", "type", "url", "variants", "width",
)  # fmt: skip
PLACE_FIELDS = (
    "contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type",
)  # fmt: skip
POLL_FIELDS = ("duration_minutes", "end_datetime", "id", "options", "voting_status")
TWEET_EXPANSIONS = (
    "article.cover_media", "article.media_entities", "attachments.media_keys",
    "attachments.media_source_tweet", "attachments.poll_ids", "author_id",
    "edit_history_tweet_ids", "entities.mentions.username", "geo.place_id",
    "in_reply_to_user_id", "entities.note.mentions.username", "referenced_tweets.id",
    "referenced_tweets.id.attachments.media_keys", "referenced_tweets.id.author_id",
)  # fmt: skip
USER_EXPANSIONS = ("affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id")

_TWEET_ONLY = {
    "media.fields": MEDIA_FIELDS,
    "poll.fields": POLL_FIELDS,
    "place.fields": PLACE_FIELDS,
}
_CHOICES = {
    "sort_order": ("recency", "relevancy"),
    "exclude": ("replies", "retweets"),
}
_ID = r"[0-9]{1,19}"
_USERNAME = r"[A-Za-z0-9_]{1,15}"
_LOOKUP_SIZE = 100
_QUERY_LENGTHS = {"search_recent": 512, "search_all": 1024}
_RECENT = timedelta(days=7)
_FRESHEST = timedelta(seconds=10)


@dataclass(frozen=True)
class Request:
    """A request whose parameters are in order."""

    endpoint: Endpoint
    key: str | None = None
    query: str = ""
    values: tuple[str, ...] = ()  # ids or usernames
    page_size: int = 0
    start: datetime | None = None
    end: datetime | None = None
    since_id: int | None = None
    until_id: int | None = None
    cursor: str | None = None
    excluded: tuple[str, ...] = ()
    expansions: frozenset[str] = frozenset()
    fields: dict[str, frozenset[str]] = field(default_factory=dict)


def allowed_parameters(endpoint: Endpoint) -> dict[str, tuple[str, ...] | None]:
    """Every parameter of an endpoint with the values it may take, None where any."""
    allowed: dict[str, tuple[str, ...] | None] = {
        name: _CHOICES.get(name) for name in endpoint.others
    }
    tweets = endpoint.yields_tweets
    allowed["expansions"] = TWEET_EXPANSIONS if tweets else USER_EXPANSIONS
    allowed["tweet.fields"] = TWEET_FIELDS
    allowed |= _TWEET_ONLY if tweets else {}
    allowed["user.fields"] = USER_FIELDS
    return allowed


class _Reader:
    """Takes parameters out of a query string and collects what is wrong with them."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self.values: dict[str, str] = dict(pairs)
        self.objections: list[InvalidParameter] = []
        names = [name for name, _ in pairs]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                message = f"Duplicate parameters are not allowed: the `{name}` query parameter"
                self.object_to(name, message, [value for key, value in pairs if key == name])

    def object_to(self, name: str, message: str, values: Sequence[str] | None = None) -> None:
        present = [self.values[name]] if name in self.values else []
        self.objections.append(
            InvalidParameter(name, present if values is None else values, message)
        )

    def check_names(self, allowed: Iterable[str]) -> None:
        for name in self.values:
            if name not in allowed:
                choices = ",".join(allowed)
                self.object_to(name, f"The query parameter [{name}] is not one of [{choices}]")

    def read_list(self, name: str, choices: tuple[str, ...] | None) -> tuple[str, ...]:
        if name not in self.values:
            return ()
        listed = tuple(self.values[name].split(",")) if self.values[name] else ()
        if not listed:
            self.object_to(name, f"The `{name}` query parameter can not be empty")
        for value in listed:
            if choices is not None and value not in choices:
                self._refuse(name, value, f"is not one of [{','.join(choices)}]")
        return listed

    def read_matching(self, name: str, value: str, pattern: str) -> None:
        if not re.fullmatch(pattern, value):
            self._refuse(name, value, f"does not match ^{pattern}$")

    def read_number(self, name: str, least: int, most: int, default: int) -> int:
        value = self.values.get(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit():
            self._refuse(name, value, "is not a valid integer")
            return default
        if not least <= int(value) <= most:
            self._refuse(name, value, f"is not between {least} and {most}")
        return int(value)

    def read_id(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        self.read_matching(name, value, _ID)
        return int(value) if re.fullmatch(_ID, value) else None

    def read_time(self, name: str) -> datetime | None:
        value = self.values.get(name)
        if value is None:
            return None
        moment = _parse_time(value)
        if moment is None:
            self._refuse(
                name, value, "is not a valid RFC3339 date-time, such as 2026-01-31T23:59:59Z"
            )
        return moment

    def _refuse(self, name: str, value: str, why: str) -> None:
        message = f"The `{name}` query parameter value [{value}] {why}"
        self.object_to(name, message, [self.values.get(name, value)])


def read_request(
    endpoint: Endpoint,
    key: str | None,
    pairs: Sequence[tuple[str, str]],
    *,
    now: datetime,
    check_age: bool = True,
) -> Request:
    """The checked request, or Problem 400 with every objection at once.

    check_age: whether search/recent refuses what is older than seven days, as X does.
    """
    reader = _Reader(pairs)
    allowed = allowed_parameters(endpoint)
    reader.check_names(allowed)
    if endpoint.key and key is not None:
        reader.read_matching(endpoint.key, key, _ID if endpoint.key == "id" else _USERNAME)
    lists = {name: reader.read_list(name, allowed[name]) for name in allowed if "." in name}
    request = Request(
        endpoint=endpoint,
        key=key,
        query=_read_query(reader, endpoint),
        values=_read_lookup(reader, endpoint),
        page_size=_read_page_size(reader, endpoint),
        start=reader.read_time("start_time"),
        end=reader.read_time("end_time"),
        since_id=reader.read_id("since_id"),
        until_id=reader.read_id("until_id"),
        cursor=_read_cursor(reader),
        excluded=reader.read_list("exclude", _CHOICES["exclude"]),
        expansions=frozenset(reader.read_list("expansions", allowed["expansions"])),
        fields={name: frozenset(values) for name, values in lists.items()},
    )
    reader.read_list("sort_order", _CHOICES["sort_order"])
    _check_times(reader, request, now, check_age)
    if reader.objections:
        raise invalid_request(reader.objections)
    return request


def _read_query(reader: _Reader, endpoint: Endpoint) -> str:
    if endpoint.required != "query":
        return ""
    query = reader.values.get("query", "")
    longest = _QUERY_LENGTHS[endpoint.name]
    if not query.strip():
        reader.object_to("query", "The `query` query parameter can not be empty")
    if len(query) > longest:
        message = f"The `query` query parameter value [{query}] is longer than {longest} characters"
        reader.object_to("query", message)
    return query


def _read_lookup(reader: _Reader, endpoint: Endpoint) -> tuple[str, ...]:
    name = endpoint.required
    if name not in ("ids", "usernames"):
        return ()
    if name not in reader.values:
        reader.object_to(name, f"The `{name}` query parameter can not be empty")
        return ()
    values = reader.read_list(name, None)
    for value in values:
        reader.read_matching(name, value, _ID if name == "ids" else _USERNAME)
    if len(values) > _LOOKUP_SIZE:
        message = f"The number of values in the `{name}` query parameter list [{len(values)}]"
        reader.object_to(name, f"{message} is not between 1 and {_LOOKUP_SIZE}")
    return values


def _read_page_size(reader: _Reader, endpoint: Endpoint) -> int:
    if endpoint.page_sizes is None:
        return _LOOKUP_SIZE
    least, most, default = endpoint.page_sizes
    return reader.read_number("max_results", least, most, default)


def _read_cursor(reader: _Reader) -> str | None:
    """search takes both names for the same thing, all others pagination_token alone."""
    return reader.values.get("next_token") or reader.values.get("pagination_token")


def _check_times(reader: _Reader, request: Request, now: datetime, check_age: bool) -> None:
    latest = now - _FRESHEST
    for name, moment in (("start_time", request.start), ("end_time", request.end)):
        if moment and moment > latest:
            why = "must be a minimum of 10 seconds prior to the request time."
            reader.object_to(name, f"Invalid '{name}':'{_minutes(moment)}'. '{name}' {why}")
        oldest = now - _RECENT
        if moment and check_age and request.endpoint.name == "search_recent" and moment < oldest:
            why = f"must be on or after {_minutes(oldest)}"
            reader.object_to(name, f"Invalid '{name}':'{_minutes(moment)}'. '{name}' {why}")
    if request.start and request.end and request.start >= request.end:
        what = f"Invalid 'start_time':'{_minutes(request.start)}'."
        reader.object_to("start_time", f"{what} 'start_time' must be before 'end_time'")


def _parse_time(value: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def _minutes(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"

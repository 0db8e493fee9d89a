"""Generated answers: a checked request -> the JSON document of one page or lookup.

Every tweet of the timeline answers every query. A page shows counts as they stood at the end
of its window, so that a later, overlapping window updates them; lookups show them fully grown.
As on X, pages may overlap by a tweet, and one between others may be empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lochan.x_api.cursors import Position, decode_cursor, encode_cursor
from lochan.x_api.endpoints import Shape
from lochan.x_api.generator import Post, find_reference, make_post
from lochan.x_api.includes import Includes
from lochan.x_api.parameters import Request
from lochan.x_api.problems import (
    InvalidParameter,
    invalid_request,
    tweet_not_authorized,
    tweet_not_found,
    user_not_found,
    user_suspended,
)
from lochan.x_api.profiles import make_user
from lochan.x_api.selection import Selection
from lochan.x_api.world import Fate, World, milliseconds

Json = dict[str, Any]

RECENT = timedelta(days=7)
ARCHIVE = timedelta(days=30)
FRESHEST = timedelta(seconds=10)


@dataclass(frozen=True)
class Stretch:
    """The part of a list that one page shows, and where its neighbours begin."""

    items: Sequence[int]
    following: Position | None
    preceding: Position | None


def answer(world: World, request: Request, now: datetime) -> Json:
    """The document that X would answer with."""
    makers = {
        Shape.TWEET_PAGE: _page_of_tweets,
        Shape.USER_PAGE: _page_of_users,
        Shape.TWEET_LOOKUP: _look_up_tweets,
        Shape.USER_LOOKUP: _look_up_users,
    }
    return makers[request.endpoint.shape](world, request, now)


# Pages


def _page_of_tweets(world: World, request: Request, now: datetime) -> Json:
    position = _read_position(world, request)
    default_end = milliseconds(now - FRESHEST)
    end_ms = milliseconds(request.end) if request.end else default_end
    newest = position.newest or _upper_index(world, request, end_ms)
    indices = _list_tweets(world, request, newest, end_ms)
    is_search = request.endpoint.name.startswith("search")
    stretch = _cut(indices, position, request.page_size, newest, uneven=is_search)
    # A cursor freezes the list, so the counts are those of the end of that list.
    moment = end_ms if request.end else world.created_ms(max(0, newest - 1))
    posts = [make_post(world, index, moment) for index in stretch.items]
    body = _body_of_posts(world, request, posts, moment)
    meta: Json = {"result_count": len(posts)}
    if posts:
        ids = [post.tweet["id"] for post in posts]
        meta = {"newest_id": max(ids, key=int), "oldest_id": min(ids, key=int)} | meta
    return body | {"meta": meta | _tokens(world, request, stretch, both=not is_search)}


def _page_of_users(world: World, request: Request, now: datetime) -> Json:
    user = world.find_user(int(request.key or 0))
    if user is None or world.is_suspended(user):
        return {"errors": [_missing_user("id", request.key or "", user)]}
    listed = _list_users(world, request, user)
    stretch = _cut(listed, _read_position(world, request), request.page_size, 0, uneven=False)
    moment = milliseconds(now)
    selection = Selection(request.fields, request.expansions)
    body = _body_of_users(world, selection, list(stretch.items), moment)
    meta = {"result_count": len(stretch.items)} | _tokens(world, request, stretch, both=True)
    return body | {"meta": meta}


def _list_users(world: World, request: Request, user: int) -> Sequence[int]:
    if request.endpoint.name == "following":
        return world.following(user)
    return [world.follower(user, place) for place in range(world.follower_count(user))]


def _list_tweets(world: World, request: Request, newest: int, end_ms: int) -> Sequence[int]:
    """The indices of a window, newest first: a range, or one author's share of it."""
    reach = RECENT if request.endpoint.name == "search_recent" else ARCHIVE
    start_ms = milliseconds(request.start) if request.start else end_ms - milliseconds_of(reach)
    oldest = world.first_index(start_ms)
    if request.since_id is not None:
        oldest = max(oldest, world.first_index_after(request.since_id))
    if request.endpoint.key is None:
        return range(newest - 1, oldest - 1, -1)
    user = world.find_user(int(request.key or 0))
    if user is None or world.is_suspended(user):
        return ()
    written = world.tweets_of(user, oldest, newest)
    return [index for index in written if not _is_excluded(world, request, index)]


def _is_excluded(world: World, request: Request, index: int) -> bool:
    reference = find_reference(world, index) if request.excluded else None
    names = {"retweeted": "retweets", "replied_to": "replies"}
    return reference is not None and names.get(reference.kind) in request.excluded


def _upper_index(world: World, request: Request, end_ms: int) -> int:
    upper = world.first_index(end_ms)
    if request.until_id is not None:
        upper = min(upper, world.first_index_from(request.until_id))
    return upper


def _cut(
    items: Sequence[int], position: Position, size: int, newest: int, *, uneven: bool
) -> Stretch:
    """One page of a list. `uneven`: with the oddities of search at some of the borders."""
    offset = position.offset
    preceding = Position(max(0, offset - size), newest) if offset else None
    if uneven and offset and not position.repeated and offset % 11 == 3:
        return Stretch((), Position(offset, newest, repeated=True), preceding)
    # Some pages begin with the tweet that ended the one before.
    repeats = uneven and offset and (offset * 40_503 >> 4) % 4 == 0
    start = offset - 1 if repeats else offset
    stop = start + size
    following = Position(stop, newest) if stop < len(items) else None
    return Stretch(items[start:stop], following, preceding)


def _tokens(world: World, request: Request, stretch: Stretch, *, both: bool) -> Json:
    scope = _scope(world, request)
    tokens: Json = {}
    if stretch.following:
        tokens["next_token"] = encode_cursor(stretch.following, scope)
    if both and stretch.preceding:
        tokens["previous_token"] = encode_cursor(stretch.preceding, scope)
    return tokens


def _read_position(world: World, request: Request) -> Position:
    if request.cursor is None:
        return Position()
    try:
        return decode_cursor(request.cursor, _scope(world, request))
    except ValueError:
        name = "next_token" if request.endpoint.name.startswith("search") else "pagination_token"
        message = f"Invalid '{name}':'{request.cursor}'. '{name}' is not valid for this request."
        raise invalid_request([InvalidParameter(name, [request.cursor], message)]) from None


def _scope(world: World, request: Request) -> str:
    """What a cursor is bound to: everything but page size and fields."""
    parts = (
        world, request.endpoint.name, request.key, request.query, request.start, request.end,
        request.since_id, request.until_id, request.excluded,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()


# Lookups


def _look_up_tweets(world: World, request: Request, now: datetime) -> Json:
    parameter, wanted = _wanted(request)
    posts: list[Post] = []
    errors: list[Json] = []
    for tweet_id in dict.fromkeys(wanted):
        found = world.find_tweet(int(tweet_id))
        if found is None or found[1] is Fate.DELETED or not _exists(world, found, now):
            errors.append(tweet_not_found(parameter, tweet_id))
        elif found[1] is Fate.PROTECTED:
            errors.append(tweet_not_authorized(parameter, tweet_id))
        else:
            posts.append(make_post(world, found[0], None, found[1]))
    body = _body_of_posts(world, request, posts, None)
    return _as_lookup(request, body, errors)


def _exists(world: World, found: tuple[int, Fate], now: datetime) -> bool:
    """Nobody wrote tomorrow's tweets yet, and only edited tweets had an earlier version."""
    index, fate = found
    if fate is Fate.EARLIER_VERSION and not make_post(world, index, None).edited:
        return False
    return world.created_ms(index) <= milliseconds(now)


def _look_up_users(world: World, request: Request, now: datetime) -> Json:
    parameter, wanted = _wanted(request)
    by_name = parameter in ("usernames", "username")
    users: list[int] = []
    errors: list[Json] = []
    for value in dict.fromkeys(wanted):
        user = world.find_username(value) if by_name else world.find_user(int(value))
        if user is None or world.is_suspended(user):
            errors.append(_missing_user(parameter, value, user))
        else:
            users.append(user)
    selection = Selection(request.fields, request.expansions)
    return _as_lookup(request, _body_of_users(world, selection, users, None), errors)


def _missing_user(parameter: str, value: str, user: int | None) -> Json:
    return (user_not_found if user is None else user_suspended)(parameter, value)


def _wanted(request: Request) -> tuple[str, tuple[str, ...]]:
    """The name of the parameter that says what is looked up, and its values."""
    if request.endpoint.key:
        return request.endpoint.key, (request.key or "",)
    return request.endpoint.required or "", request.values


def _as_lookup(request: Request, body: Json, errors: list[Json]) -> Json:
    """A path that names one object answers with that object instead of a list."""
    if request.endpoint.key and "data" in body:
        body["data"] = body["data"][0]
    listed = [*errors, *body.pop("errors", [])]
    return body | ({"errors": listed} if listed else {})


# Bodies


def _body_of_posts(world: World, request: Request, posts: list[Post], moment: int | None) -> Json:
    selection = Selection(request.fields, request.expansions)
    includes = Includes(world, selection, moment)
    for post in posts:
        includes.add_post(post)
    data = [selection.tweet(post.tweet) for post in posts]
    return ({"data": data} if data else {}) | includes.body()


def _body_of_users(
    world: World, selection: Selection, users: list[int], moment: int | None
) -> Json:
    includes = Includes(world, selection, moment)
    profiles = [make_user(world, user, moment) for user in users]
    for profile in profiles:
        includes.add_pinned(profile)
    data = [selection.user(profile) for profile in profiles]
    return ({"data": data} if data else {}) | includes.body()


def milliseconds_of(length: timedelta) -> int:
    """A length of time in whole milliseconds."""
    return length // timedelta(milliseconds=1)

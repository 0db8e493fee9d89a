"""The `includes` and `errors` of a page: what the expansions of its tweets and users lead to."""

from __future__ import annotations

from typing import Any

from lochan.x_api.generator import Post, Reference, make_place, make_post
from lochan.x_api.problems import tweet_not_authorized, tweet_not_found, user_suspended
from lochan.x_api.profiles import make_user
from lochan.x_api.selection import Selection
from lochan.x_api.world import Fate, World

Json = dict[str, Any]


class Includes:
    """Collects the objects around a page, each of them once."""

    def __init__(self, world: World, selection: Selection, moment_ms: int | None) -> None:
        self._world = world
        self._selection = selection
        self._moment = moment_ms
        self._objects: dict[str, dict[str, Json]] = {}
        self._errors: dict[tuple[str, str], Json] = {}

    def add_post(self, post: Post) -> None:
        """Everything that one tweet of `data` leads to."""
        expands = self._selection.expands
        if expands("author_id"):
            self._add_user(post.author)
        if expands("in_reply_to_user_id") and post.reply_to is not None:
            self._add_user(post.reply_to)
        if expands("entities.mentions.username"):
            for user in post.mentioned:
                self._mention(user)
        if expands("edit_history_tweet_ids") and post.edited:
            self._add_tweet(make_post(self._world, post.index, self._moment, Fate.EARLIER_VERSION))
        self._add_attachments(post)
        if post.reference:
            self._follow(post.reference)

    def add_pinned(self, profile: Json) -> None:
        """The tweet that a user of `data` has pinned."""
        pinned = profile.get("pinned_tweet_id")
        if pinned is None or not self._selection.expands("pinned_tweet_id"):
            return
        found = self._world.find_tweet(int(pinned))
        if found and found[1] is Fate.LIVE:
            self._add_tweet(make_post(self._world, found[0], self._moment))
        elif found:
            self._lose("pinned_tweet_id", pinned, found[1])

    def body(self) -> Json:
        """The members `includes` and `errors`, each only where there is something to say."""
        body: Json = {}
        if self._objects:
            body["includes"] = {kind: list(by_id.values()) for kind, by_id in self._objects.items()}
        if self._errors:
            body["errors"] = list(self._errors.values())
        return body

    def _add_attachments(self, post: Post) -> None:
        expands, cut = self._selection.expands, self._selection
        if expands("attachments.media_keys"):
            for media in post.media:
                self._add("media", media["media_key"], cut.media(media))
        if expands("attachments.poll_ids") and post.poll:
            self._add("polls", post.poll["id"], cut.poll(post.poll))
        if expands("geo.place_id") and post.place:
            self._add("places", post.place, cut.place(make_place(post.place)))

    def _follow(self, reference: Reference) -> None:
        expands = self._selection.expands
        if not expands("referenced_tweets.id", "referenced_tweets.id.author_id"):
            return
        if reference.fate is not Fate.LIVE:
            tweet_id = str(self._world.tweet_id(reference.index, reference.fate))
            self._lose("referenced_tweets.id", tweet_id, reference.fate)
        elif reference.shown:
            post = make_post(self._world, reference.index, self._moment)
            self._add_tweet(post)
            if expands("referenced_tweets.id.author_id"):
                self._add_user(post.author)
            if expands("referenced_tweets.id.attachments.media_keys"):
                self._add_attachments(post)

    def _mention(self, user: int) -> None:
        if self._world.is_suspended(user):
            name = self._world.username(user)
            parameter = "entities.mentions.username"
            self._errors[parameter, name] = user_suspended(parameter, name)
        else:
            self._add_user(user)

    def _lose(self, parameter: str, tweet_id: str, fate: Fate) -> None:
        problem = tweet_not_found if fate is Fate.DELETED else tweet_not_authorized
        self._errors[parameter, tweet_id] = problem(parameter, tweet_id)

    def _add_user(self, user: int) -> None:
        key = str(self._world.user_id(user))
        if key not in self._objects.get("users", {}):
            profile = make_user(self._world, user, self._moment)
            self._add("users", key, self._selection.user(profile))

    def _add_tweet(self, post: Post) -> None:
        self._add("tweets", post.tweet["id"], self._selection.tweet(post.tweet))

    def _add(self, kind: str, key: str, value: Json) -> None:
        self._objects.setdefault(kind, {}).setdefault(key, value)

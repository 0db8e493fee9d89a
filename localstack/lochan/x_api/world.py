"""The generated world: which tweets and users exist, when, and under which ids.

Each day (UTC) is cut into equal slots, `tweets_per_day` of them. Slot i, counted from the first
midnight after X's own epoch, holds tweet i, whose id is a real snowflake
(https://docs.x.com/fundamentals/x-ids): the milliseconds of its creation above 22 low bits. So
ids sort by time, any window of time knows its tweets without a list of them, two windows that
overlap share tweets, and an id leads back to its tweet by arithmetic alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property
from random import Random

from lochan.x_api.vocabulary import HANDLES

EPOCH_MS = 1_288_834_974_657
FIRST_DAY_MS = 1_288_915_200_000  # 2010-11-05T00:00:00Z
DAY_MS = 86_400_000
EDIT_MS = 600_000

_OLD_USER, _OLD_STEP = 12_000_000, 97
_NEW_USER, _NEW_STEP = 1_100_000_000_000_000_000, 7_654_321_987
SUSPENDED_USERS = 25


class Fate(IntEnum):
    """What became of the tweet behind an id: the two lowest bits of a generated id."""

    LIVE = 0
    EARLIER_VERSION = 1
    DELETED = 2
    PROTECTED = 3


@dataclass(frozen=True)
class World:
    """The parameters that determine every generated tweet and user."""

    seed: int = 1
    tweets_per_day: int = 200

    @cached_property
    def users(self) -> int:
        """How many users there are, apart from the suspended ones."""
        return max(50, self.tweets_per_day // 4)

    @cached_property
    def _prolific(self) -> int:
        return max(1, self.users // 20)

    def random(self, kind: str, index: int) -> Random:
        """The source of everything that is arbitrary about one object."""
        return Random(f"{self.seed}:{kind}:{index}")

    # Tweets: index <-> time <-> id

    def created_ms(self, index: int) -> int:
        """The Unix milliseconds at which tweet `index` was created, somewhere in its slot."""
        start = index * DAY_MS // self.tweets_per_day
        length = (index + 1) * DAY_MS // self.tweets_per_day - start
        return FIRST_DAY_MS + start + (index * 2_654_435_761 + self.seed * 40_503) % max(1, length)

    def tweet_id(self, index: int, fate: Fate = Fate.LIVE) -> int:
        """The id of tweet `index`, or of the earlier, deleted or protected tweet in its slot."""
        created = self.created_ms(index) - (EDIT_MS if fate is Fate.EARLIER_VERSION else 0)
        noise = (index * 40_503 + self.seed * 2_654_435_761) % (1 << 20)
        return (created - EPOCH_MS) << 22 | noise << 2 | fate

    def find_tweet(self, tweet_id: int) -> tuple[int, Fate] | None:
        """The index and fate behind an id, or None where no tweet ever had that id."""
        fate = Fate(tweet_id & 3)
        created = (tweet_id >> 22) + EPOCH_MS + (EDIT_MS if fate is Fate.EARLIER_VERSION else 0)
        index = self._slot_at(created)
        return (index, fate) if self.tweet_id(index, fate) == tweet_id else None

    def first_index(self, unix_ms: int) -> int:
        """The index of the first tweet created at that time or later."""
        index = max(0, self._slot_at(unix_ms))
        return index if self.created_ms(index) >= unix_ms else index + 1

    def first_index_after(self, tweet_id: int) -> int:
        """The index of the first tweet with a greater id (`since_id` is exclusive)."""
        return self.first_index_from(tweet_id + 1)

    def first_index_from(self, tweet_id: int) -> int:
        """The index of the first tweet with this id or a greater one."""
        index = self.first_index((tweet_id >> 22) + EPOCH_MS)
        return index if self.tweet_id(index) >= tweet_id else index + 1

    def _slot_at(self, unix_ms: int) -> int:
        elapsed = unix_ms - FIRST_DAY_MS
        index = elapsed * self.tweets_per_day // DAY_MS
        # Slot borders are rounded down to milliseconds, so the quotient may be one too small.
        return index + ((index + 1) * DAY_MS // self.tweets_per_day <= elapsed)

    # Authors: every third tweet is by one of the prolific few

    def author(self, index: int) -> int:
        """The user who wrote tweet `index`."""
        if index % 3 == 0:
            return index // 3 * _coprime(self._prolific) % self._prolific
        return index * _coprime(self.users) % self.users

    def tweets_of(self, user: int, first: int, last: int) -> Iterator[int]:
        """The tweets that a user wrote among first..last-1, newest first."""
        turn = user * pow(_coprime(self.users), -1, self.users) % self.users
        regular = (i for i in _descend(turn, self.users, first, last) if i % 3)
        if user >= self._prolific:
            return regular
        turn = user * pow(_coprime(self._prolific), -1, self._prolific) % self._prolific
        extra = _descend(3 * turn, 3 * self._prolific, first, last)
        return heapq.merge(regular, extra, reverse=True)

    # Users: index <-> id <-> username; those past the last are suspended

    def user_id(self, user: int) -> int:
        """Old accounts have short ids, newer ones ids as long as a tweet's."""
        return _NEW_USER + user * _NEW_STEP if user % 2 else _OLD_USER + user * _OLD_STEP

    def find_user(self, user_id: int) -> int | None:
        """The user behind an id, or None."""
        start, step = (_NEW_USER, _NEW_STEP) if user_id >= _NEW_USER else (_OLD_USER, _OLD_STEP)
        user = (user_id - start) // step
        known = 0 <= user < self.users + SUSPENDED_USERS
        return user if known and self.user_id(user) == user_id else None

    def username(self, user: int) -> str:
        """At most 15 letters, digits and underscores, as X has it."""
        return f"{HANDLES[user % len(HANDLES)]}{user}"

    def find_username(self, username: str) -> int | None:
        """The user of that name, in whatever case, or None."""
        digits = username[len(username.rstrip("0123456789")) :]
        user = int(digits) if digits else -1
        known = 0 <= user < self.users + SUSPENDED_USERS
        return user if known and self.username(user).lower() == username.lower() else None

    def is_suspended(self, user: int) -> bool:
        """Whether X refuses to show this user."""
        return user >= self.users

    # Followers: user j is followed by a stretch of a fixed permutation of all others

    def follower_count(self, user: int) -> int:
        """How many follow a user: most have few, some have hundreds."""
        wanted = int(30 / (self.random("followers", user).random() + 0.02))
        return min(self.users - 1, wanted)

    def follower(self, user: int, position: int) -> int:
        """The follower of a user at a position, newest first."""
        others = self.users - 1
        return (user + 1 + position * _coprime(others) % others) % self.users

    def following(self, user: int) -> list[int]:
        """Whom a user follows: exactly those who have that user among their followers."""
        others = self.users - 1
        turn = pow(_coprime(others), -1, others)
        positions = ((j, ((user - j) % self.users - 1) * turn % others) for j in range(self.users))
        return [j for j, position in positions if j != user and position < self.follower_count(j)]


def milliseconds(moment: datetime) -> int:
    """The Unix milliseconds of an aware moment."""
    return round(moment.timestamp() * 1000)


def timestamp(unix_ms: int) -> str:
    """The way X writes a moment: whole seconds, followed by zeros."""
    return f"{datetime.fromtimestamp(unix_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _descend(residue: int, step: int, first: int, last: int) -> Iterator[int]:
    newest = last - 1 - (last - 1 - residue) % step
    return iter(range(newest, first - 1, -step))


def _coprime(number: int) -> int:
    return next(prime for prime in (7919, 7907, 7901) if number % prime)

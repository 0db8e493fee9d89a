"""Six days of users, followers and tweets in daily partitions, as collectors leave them.

Version 2 of the API in most files and version 1.1 in some, plain and gzipped, with what real
archives have: the same object in two files, cut lines, missing fields, moments out of all
calendars, folder markers, a `_SUCCESS`, and a folder that is no partition.
"""

import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

BUCKET_VARIABLE = "ACADEMY_BUCKET"

FIRST_DAY = date(2026, 11, 14)
DAYS = 6
USERS = 120
TWEETS_A_DAY = 150
FOLLOWERS_A_DAY = 200
_WORDS = (
    "glue",
    "redshift",
    "lake",
    "spark",
    "crawler",
    "partition",
    "ledger",
    "bucket",
    "湖",
    "🌊",
)
_SOURCES = ("Twitter for iPhone", "Twitter for Android", "Twitter Web App", "TweetDeck")

Record = dict[str, Any]


def make_objects() -> Iterator[tuple[str, bytes]]:
    """Make the objects of all days, always the same."""
    chance = random.Random(20261114)
    people = [_make_user(chance, number) for number in range(USERS)]
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        yield from _users_of(chance, day, people)
        yield from _followers_of(chance, day, people)
        yield from _tweets_of(chance, day, people)
    yield "tweets/_staging/part-0.json", b'{"id": "1"}\n'
    yield "tweets/backfill/part-0.json", b'{"id": "1"}\n'


def _users_of(
    chance: random.Random, day: date, people: list[Record]
) -> Iterator[tuple[str, bytes]]:
    folder = f"users/dt={day}"
    today = [_grow(chance, person) for person in chance.sample(people, 80)]
    nameless = {key: value for key, value in people[0].items() if key != "username"}
    yield f"{folder}/part-0.json.gz", _gzipped([*today[:50], nameless])
    # The last ten of the first file are told again, as an earlier page of the API had them.
    yield f"{folder}/part-1.json", _lines([*today[40:50], *map(_user_of_version_1, today[50:])])


def _followers_of(
    chance: random.Random, day: date, people: list[Record]
) -> Iterator[tuple[str, bytes]]:
    edges = [
        {"user_id": one["id"], "follower_id": other["id"], "retrieved_at": f"{day}T06:00:00Z"}
        for one, other in (chance.sample(people, 2) for _ in range(FOLLOWERS_A_DAY))
    ]
    edges.append({"user_id": edges[0]["user_id"], "follower_id": "nobody"})
    yield f"user_followers/dt={day}/part-0.json.gz", _gzipped(edges)


def _tweets_of(
    chance: random.Random, day: date, people: list[Record]
) -> Iterator[tuple[str, bytes]]:
    folder = f"tweets/dt={day}"
    tweets = [_make_tweet(chance, day, number, people) for number in range(TWEETS_A_DAY)]
    later = [_liked(chance, tweet) for tweet in tweets[:10]]
    lost = {**tweets[0], "id": str(int(tweets[0]["id"]) + 999), "created_at": "yesterday"}
    yield f"{folder}/", b""
    yield f"{folder}/part-0.json.gz", _gzipped([*tweets[:100], lost])
    yield (
        f"{folder}/part-1.json",
        _lines([*later, *(_tweet_of_version_1(tweet, people) for tweet in tweets[100:])])
        + b'{"id": "18446744073709551615", "text": "cut of\n',
    )
    yield f"{folder}/_SUCCESS", b""


def _make_user(chance: random.Random, number: int) -> Record:
    return {
        "id": str(1_000_000_000 + number * 7919),
        "username": f"angler_{number:03d}",
        "name": f"Angler {number} {chance.choice(_WORDS)}",
        "description": " ".join(chance.choices(_WORDS, k=6)),
        "location": chance.choice(["Loch Lomond", "Como", "", "Ōtsu"]),
        "created_at": f"20{chance.randint(10, 24)}-0{chance.randint(1, 9)}-11T08:00:00.000Z",
        "protected": False,
        "verified": chance.random() < 0.1,
        "public_metrics": {
            "followers_count": chance.randint(0, 5000),
            "following_count": chance.randint(0, 900),
            "tweet_count": chance.randint(1, 40000),
            "listed_count": chance.randint(0, 40),
        },
    }


def _grow(chance: random.Random, person: Record) -> Record:
    metrics = person["public_metrics"]
    metrics["followers_count"] += chance.randint(0, 20)
    metrics["tweet_count"] += chance.randint(0, 9)
    return {**person, "public_metrics": dict(metrics)}


def _make_tweet(chance: random.Random, day: date, number: int, people: list[Record]) -> Record:
    moment = datetime.combine(day, time(), UTC) + timedelta(seconds=chance.randrange(86_400))
    identifier = str((int(moment.timestamp() * 1000) - 1_288_834_974_657) << 22 | number)
    return {
        "id": identifier,
        "author_id": chance.choice(people)["id"],
        "text": " ".join(chance.choices(_WORDS, k=8)) + " &amp; more",
        "lang": chance.choice(["en", "fr", "ja", "und"]),
        "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
        "conversation_id": identifier,
        "edit_history_tweet_ids": [identifier],
        "source": chance.choice(_SOURCES),
        "reply_settings": "everyone",
        "possibly_sensitive": False,
        "public_metrics": {
            "like_count": chance.randint(0, 50),
            "retweet_count": chance.randint(0, 9),
            "reply_count": chance.randint(0, 4),
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": chance.randint(50, 5000),
        },
        "__twarc": {"retrieved_at": f"{day + timedelta(days=1)}T01:00:00+00:00"},
    }


def _liked(chance: random.Random, tweet: Record) -> Record:
    """The tweet as it was an hour later."""
    metrics = tweet["public_metrics"]
    liked = {**metrics, "like_count": metrics["like_count"] + chance.randint(1, 20)}
    retrieved = tweet["__twarc"]["retrieved_at"].replace("T01", "T02")
    return {**tweet, "public_metrics": liked, "__twarc": {"retrieved_at": retrieved}}


def _user_of_version_1(person: Record) -> Record:
    metrics = person["public_metrics"]
    return {
        "id": int(person["id"]),
        "id_str": person["id"],
        "screen_name": person["username"],
        "name": person["name"],
        "description": person["description"],
        "location": person["location"],
        "url": None,
        "profile_image_url_https": "https://pbs.example/normal.png",
        "created_at": _moment_of_version_1(person["created_at"]),
        "protected": person["protected"],
        "verified": person["verified"],
        "followers_count": metrics["followers_count"],
        "friends_count": metrics["following_count"],
        "statuses_count": metrics["tweet_count"],
        "listed_count": metrics["listed_count"],
    }


def _tweet_of_version_1(tweet: Record, people: list[Record]) -> Record:
    author = next(person for person in people if person["id"] == tweet["author_id"])
    metrics = tweet["public_metrics"]
    return {
        "id": int(tweet["id"]),
        "id_str": tweet["id"],
        "created_at": _moment_of_version_1(tweet["created_at"]),
        "text": tweet["text"],
        "source": f'<a href="https://twitter.example/" rel="nofollow">{tweet["source"]}</a>',
        "user": _user_of_version_1(author),
        "geo": None,
        "coordinates": None,
        "place": None,
        "retweet_count": metrics["retweet_count"],
        "favorite_count": metrics["like_count"],
        "possibly_sensitive": tweet["possibly_sensitive"],
        "lang": tweet["lang"],
    }


def _moment_of_version_1(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%a %b %d %H:%M:%S +0000 %Y")


def _lines(records: list[Record]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _gzipped(records: list[Record]) -> bytes:
    return gzip.compress(_lines(records), mtime=0)

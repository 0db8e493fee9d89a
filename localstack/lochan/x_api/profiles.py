"""Generated users: (world, index, moment) -> the user object of X API v2.

https://docs.x.com/x-api/fundamentals/data-dictionary#user
"""

from __future__ import annotations

from random import Random

from lochan.x_api.vocabulary import COUNTRIES, EMOJI, LOCATIONS, NAMES
from lochan.x_api.wording import Json, Wording, write_sentence, write_tags
from lochan.x_api.world import DAY_MS, EPOCH_MS, Fate, World, timestamp


def make_user(world: World, user: int, moment_ms: int | None) -> Json:
    """One user with every field that X may show, counts as they stood at that moment."""
    random = world.random("user", user)
    profile: Json = {
        "id": str(world.user_id(user)),
        "name": random.choice(NAMES),
        "username": world.username(user),
        "created_at": timestamp(EPOCH_MS + random.randrange(3000) * DAY_MS),
        "protected": random.random() < 0.03,
        "verified": random.random() < 0.1,
        "verified_type": random.choice(("none", "none", "none", "blue", "business", "government")),
        "profile_image_url": f"https://pbs.example.org/profile_images/{user}/x_normal.jpg",
    }
    profile |= _describe(random)
    profile["public_metrics"] = _measure(world, user, random, moment_ms)
    return profile | _decorate(world, user, random)


def _describe(random: Random) -> Json:
    """Description, address and location; entities only where something was found in them."""
    wording = Wording()
    if random.random() < 0.85:
        write_sentence(wording, random)
        write_tags(wording, random)
    described: Json = {"description": wording.text, "url": ""}
    entities: Json = {}
    found = {kind: rows for kind, rows in wording.entities.items() if kind != "annotations"}
    if found:
        entities["description"] = found
    if random.random() < 0.4:
        described["url"] = f"https://t.co/{random.getrandbits(40):010x}"
        # Real profiles have entities without an expanded address.
        expanded = {"expanded_url": "https://example.org/~me", "display_url": "example.org/~me"}
        link = {"start": 0, "end": len(described["url"]), "url": described["url"]}
        entities["url"] = {"urls": [link | (expanded if random.random() < 0.9 else {})]}
    if random.random() < 0.6:
        described["location"] = random.choice(LOCATIONS)
    return described | ({"entities": entities} if entities else {})


def _measure(world: World, user: int, random: Random, moment_ms: int | None) -> Json:
    moment = EPOCH_MS + 10_000 * DAY_MS if moment_ms is None else moment_ms
    written = random.randrange(20_000) + (moment - EPOCH_MS) // 3_600_000
    return {
        "followers_count": world.follower_count(user),
        "following_count": random.randrange(2_000),
        "tweet_count": written,
        "listed_count": random.choice((0, 0, 1, 12)),
        "like_count": written * 3,
        "media_count": written // 10,
    }


def _decorate(world: World, user: int, random: Random) -> Json:
    """What few users have: a pinned tweet, sometimes one that is gone, and a withholding."""
    extras: Json = {}
    if random.random() < 0.3:
        fate = random.choice((Fate.LIVE, Fate.LIVE, Fate.LIVE, Fate.DELETED, Fate.PROTECTED))
        extras["pinned_tweet_id"] = str(world.tweet_id(1000 + user, fate))
    if random.random() < 0.02:
        extras["withheld"] = {"country_codes": [random.choice(COUNTRIES)], "scope": "user"}
    if random.random() < 0.05:
        extras["affiliation"] = {"description": f"Loch Board {random.choice(EMOJI)}"}
    return extras

"""Generated tweets: (world, index, moment) -> the tweet object of X API v2 and what hangs on it.

Everything is decided by the seed and the index, apart from the public metrics, which grow
with the moment of looking. https://docs.x.com/x-api/fundamentals/data-dictionary#post
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from lochan.x_api.vocabulary import ANNOTATIONS, COUNTRIES, PHRASES, PLACES, SOURCES
from lochan.x_api.wording import (
    Json,
    Wording,
    write_link,
    write_media_link,
    write_sentence,
    write_tags,
)
from lochan.x_api.world import EPOCH_MS, SUSPENDED_USERS, Fate, World, timestamp

REACH = 400  # how many slots back a retweet, quote or reply may look
HALF_GROWTH_MS = 6 * 3_600_000
EDIT_WINDOW_MS = 3_600_000
TEXT_LENGTH = 280


@dataclass(frozen=True)
class Reference:
    """A tweet that another one points to; `shown` is whether X includes it in a page."""

    kind: str
    index: int
    fate: Fate
    shown: bool


@dataclass(frozen=True)
class Post:
    """A tweet object with the objects that expansions would add to its page."""

    index: int
    tweet: Json
    author: int
    mentioned: tuple[int, ...] = ()
    reference: Reference | None = None
    reply_to: int | None = None
    media: tuple[Json, ...] = ()
    poll: Json | None = None
    place: str | None = None
    edited: bool = False


def make_post(world: World, index: int, moment_ms: int | None, version: Fate = Fate.LIVE) -> Post:
    """Tweet `index` as it stood at that moment (None: fully grown), or its earlier version."""
    random = world.random("tweet", index)
    reference = find_reference(world, index)
    created = world.created_ms(index)
    post = Post(index, {}, world.author(index), reference=reference)
    if reference and reference.kind == "retweeted":
        post = _write_retweet(world, post, reference)
    else:
        post = _write_own(world, post, random, version)
    tweet = _identify(world, post, version) | post.tweet
    tweet["public_metrics"] = _measure(random, post, created, moment_ms)
    return replace(post, tweet=tweet)


def find_reference(world: World, index: int) -> Reference | None:
    """What tweet `index` retweets, quotes or answers, if anything."""
    random = world.random("reference", index)
    draw = random.random()
    if index < REACH:
        return None  # the first tweets of all had nothing to refer to
    if draw < 0.35:
        kind = "retweeted"
    elif draw < 0.6:
        kind = "quoted" if draw < 0.45 else "replied_to"
    else:
        return None
    target = index - 1 - random.randrange(REACH)
    while kind == "retweeted" and _is_retweet(world, target):
        target -= 1
    if kind == "retweeted":
        return Reference(kind, target, Fate.LIVE, shown=random.random() > 0.05)
    lost = random.random()
    fate = Fate.DELETED if lost < 0.08 else Fate.PROTECTED if lost < 0.12 else Fate.LIVE
    return Reference(kind, target, fate, shown=fate is Fate.LIVE and random.random() > 0.08)


def _is_retweet(world: World, index: int) -> bool:
    return index >= REACH and world.random("reference", index).random() < 0.35


def is_edited(world: World, index: int) -> bool:
    """Whether tweet `index` was edited once; retweets and replies never were."""
    return find_reference(world, index) is None and world.random("edit", index).random() < 0.06


def _identify(world: World, post: Post, version: Fate) -> Json:
    """Ids, times and edit history: https://docs.x.com/x-api/fundamentals/edit-posts."""
    latest = str(world.tweet_id(post.index))
    history = [latest]
    if post.edited:
        history.insert(0, str(world.tweet_id(post.index, Fate.EARLIER_VERSION)))
    own = history[0] if version is Fate.EARLIER_VERSION else latest
    created = (int(own) >> 22) + EPOCH_MS
    first = (int(history[0]) >> 22) + EPOCH_MS
    edits = {
        "edits_remaining": 6 - len(history),
        "is_edit_eligible": post.reference is None,
        "editable_until": timestamp(first + EDIT_WINDOW_MS),
    }
    return {
        "id": own,
        "author_id": str(world.user_id(post.author)),
        "conversation_id": history[0],
        "created_at": timestamp(created),
        "edit_history_tweet_ids": history,
        "edit_controls": edits,
    }


def _write_retweet(world: World, post: Post, reference: Reference) -> Post:
    """A retweet repeats the original behind "RT @name:", cut where X cuts it."""
    original = make_post(world, reference.index, None)
    author = original.author
    wording = Wording().say("RT").mention(world.username(author), str(world.user_id(author)))
    text = f"{wording.text}: {original.tweet['text']}"
    text = text if len(text) <= 140 else f"{text[:139]}…"
    tweet = {
        "text": text,
        "lang": original.tweet["lang"],
        "entities": wording.entities,
        "source": original.tweet["source"],
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        "referenced_tweets": [{"type": "retweeted", "id": original.tweet["id"]}],
    }
    return replace(post, tweet=tweet, mentioned=(author,))


def _write_own(world: World, post: Post, random: Random, version: Fate) -> Post:
    wording = Wording()
    post = _open_reply(world, post, wording)
    language = write_sentence(wording, random)
    write_tags(wording, random)
    post = _mention(world, post, wording, random)
    if random.random() < 0.3:
        write_link(wording, random)
    if version is Fate.EARLIER_VERSION:
        wording.say("(tpyo)")
    tweet: Json = {"lang": language, "source": random.choice(SOURCES)}
    tweet["possibly_sensitive"] = random.random() < 0.04
    tweet["reply_settings"] = random.choice(("everyone", "everyone", "following", "mentionedUsers"))
    post = replace(post, tweet=tweet, edited=is_edited(world, post.index))
    post = _attach(world, post, wording, random)
    return _finish(world, _locate(post, random), wording, random)


def _open_reply(world: World, post: Post, wording: Wording) -> Post:
    """A reply begins with the name of the one it answers."""
    if post.reference is None or post.reference.kind != "replied_to":
        return post
    author = world.author(post.reference.index)
    wording.mention(world.username(author), str(world.user_id(author)))
    return replace(post, mentioned=(author,), reply_to=author)


def _mention(world: World, post: Post, wording: Wording, random: Random) -> Post:
    """Mention somebody; one in ten of those mentioned has been suspended since."""
    if random.random() > 0.25:
        return post
    suspended = random.random() < 0.1
    user = (
        world.users + random.randrange(SUSPENDED_USERS)
        if suspended
        else random.randrange(world.users)
    )
    wording.mention(world.username(user), str(world.user_id(user)))
    return replace(post, mentioned=(*post.mentioned, user))


def _attach(world: World, post: Post, wording: Wording, random: Random) -> Post:
    """Photos, a video or a poll: https://docs.x.com/x-api/fundamentals/data-dictionary#media."""
    tweet_id, draw = str(world.tweet_id(post.index)), random.random()
    if draw < 0.15:
        kinds = random.choice((["photo"], ["photo"] * 4, ["video"], ["animated_gif"]))
        media = tuple(_make_media(kind, int(tweet_id) + n, random) for n, kind in enumerate(kinds))
        keys = [item["media_key"] for item in media]
        write_media_link(wording, random, keys, tweet_id)
        return replace(post, media=media, tweet=post.tweet | {"attachments": {"media_keys": keys}})
    if draw < 0.18:
        poll = _make_poll(world, post.index, random)
        attachments = {"attachments": {"poll_ids": [poll["id"]]}}
        return replace(post, poll=poll, tweet=post.tweet | attachments)
    return post


def _make_media(kind: str, number: int, random: Random) -> Json:
    prefix = {"photo": "3", "video": "7", "animated_gif": "16"}[kind]
    media: Json = {"media_key": f"{prefix}_{number}", "type": kind, "width": 1200, "height": 675}
    address = f"https://pbs.example.org/media/{number}.jpg"
    if kind == "photo":
        return (
            media
            | {"url": address}
            | ({"alt_text": "A loch,\nwide"} if random.random() < 0.3 else {})
        )
    media["preview_image_url"] = address
    variant = {"content_type": "video/mp4", "url": f"https://video.example.org/{number}.mp4"}
    media["variants"] = [{"bit_rate": random.choice((0, 832_000, 2_176_000))} | variant]
    if kind == "video":
        views = random.randrange(10**6)
        media |= {"duration_ms": random.randrange(140_000), "public_metrics": {"view_count": views}}
    return media


def _make_poll(world: World, index: int, random: Random) -> Json:
    labels = ("Yes", "No", "🤷", "see replies / 要確認")[: random.randint(2, 4)]
    options = [
        {"position": n, "label": label, "votes": random.randrange(500)}
        for n, label in enumerate(labels, 1)
    ]
    ends = timestamp(world.created_ms(index) + 1440 * 60_000)
    return {
        "id": str(world.tweet_id(index) + 1),
        "options": options,
        "duration_minutes": 1440,
        "end_datetime": ends,
        "voting_status": "closed",
    }


def _locate(post: Post, random: Random) -> Post:
    """Few tweets tell a place; some of these places X does not include, some are bare points."""
    draw = random.random()
    if draw > 0.06:
        return post
    point = {"type": "Point", "coordinates": [round(random.uniform(-180, 180), 8), 56.8]}
    if draw < 0.01:
        return replace(post, tweet=post.tweet | {"geo": {"coordinates": point}})
    place = random.choice(PLACES)[0]
    geo: Json = {"place_id": place} | ({"coordinates": point} if draw < 0.02 else {})
    return replace(post, tweet=post.tweet | {"geo": geo}, place=place if draw < 0.05 else None)


def _finish(world: World, post: Post, wording: Wording, random: Random) -> Post:
    """Text, entities and the rare fields; a long text is cut, and whole in `note_tweet`."""
    tweet = dict(post.tweet)
    if random.random() < 0.03:
        long = " ".join([wording.text, *random.choices(PHRASES, k=30)])
        note: Json = {"text": long} | ({"entities": wording.entities} if wording.entities else {})
        tweet |= {"note_tweet": note, "text": f"{long[: TEXT_LENGTH - 1]}…"}
    else:
        tweet["text"] = wording.text
    shown = {
        kind: [row for row in rows if row["end"] <= len(tweet["text"])]
        for kind, rows in wording.entities.items()
    }
    if any(shown.values()):
        tweet["entities"] = {kind: rows for kind, rows in shown.items() if rows}
    if random.random() < 0.3:
        tweet["context_annotations"] = [_annotate(random) for _ in range(random.randint(1, 4))]
    if random.random() < 0.01:
        country = [random.choice(COUNTRIES)]
        tweet["withheld"] = {"copyright": False, "country_codes": country, "scope": "tweet"}
    return replace(post, tweet=tweet | _refer(world, post))


def _annotate(random: Random) -> Json:
    domain, name, description, entity, label = random.choice(ANNOTATIONS)
    described = {"description": description} if description else {}
    return {
        "domain": {"id": domain, "name": name} | described,
        "entity": {"id": entity, "name": label},
    }


def _refer(world: World, post: Post) -> Json:
    """Ids of what a quote or reply points to, whatever became of it."""
    reference = post.reference
    if reference is None:
        return {}
    tweet_id = str(world.tweet_id(reference.index, reference.fate))
    fields: Json = {"referenced_tweets": [{"type": reference.kind, "id": tweet_id}]}
    if post.reply_to is not None:
        fields["in_reply_to_user_id"] = str(world.user_id(post.reply_to))
        fields["conversation_id"] = tweet_id
    return fields


def _measure(random: Random, post: Post, created_ms: int, moment_ms: int | None) -> Json:
    """Counts that rise with age towards a limit, so that a later look shows larger ones."""
    scale = int(random.paretovariate(0.8))
    own = 0 if post.reference and post.reference.kind == "retweeted" else 1
    finals = {
        "retweet_count": scale % 100_000,
        "reply_count": own * (scale // 3 % 10_000),
        "like_count": own * (scale * 4 % 1_000_000),
        "quote_count": own * (scale // 9),
        "bookmark_count": own * (scale // 5),
        "impression_count": own * scale * 90,
    }
    if moment_ms is None:
        return finals
    age = max(0, moment_ms - created_ms)
    return {name: final * age // (age + HALF_GROWTH_MS) for name, final in finals.items()}


def make_place(place_id: str) -> Json:
    """A place object: https://docs.x.com/x-api/fundamentals/data-dictionary#place."""
    row = next(row for row in PLACES if row[0] == place_id)
    _, full_name, name, place_type, country, code, box = row
    return {
        "id": place_id,
        "full_name": full_name,
        "name": name,
        "place_type": place_type,
        "country": country,
        "country_code": code,
        "geo": {"type": "Feature", "bbox": list(box), "properties": {}},
    }

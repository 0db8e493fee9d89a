"""Texts of tweets and profiles together with the entities that X finds in them.

Positions of entities count Unicode code points, start inclusive and end exclusive
(https://docs.x.com/x-api/fundamentals/data-dictionary).
"""

from __future__ import annotations

from random import Random
from typing import Any

from lochan.x_api.vocabulary import CASHTAGS, EMOJI, FOREIGN, PEOPLE, PHRASES, TOPICS

Json = dict[str, Any]
Entities = dict[str, list[Json]]


class Wording:
    """A text under construction that remembers where its entities stand."""

    def __init__(self) -> None:
        self.text = ""
        self.entities: Entities = {}

    def say(self, words: str) -> Wording:
        """Append words, escaped as X escapes them."""
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        self.append(escaped)
        return self

    def mention(self, username: str, user_id: str) -> Wording:
        """Append a mention."""
        return self._mark("mentions", f"@{username}", {"username": username, "id": user_id})

    def hashtag(self, tag: str) -> Wording:
        """Append a hashtag."""
        return self._mark("hashtags", f"#{tag}", {"tag": tag})

    def cashtag(self, tag: str) -> Wording:
        """Append a cashtag."""
        return self._mark("cashtags", f"${tag}", {"tag": tag})

    def person(self, name: str, probability: float) -> Wording:
        """Append a name that X recognises; its end is inclusive, unlike all others."""
        start, end = self.append(name)
        annotation: Json = {"start": start, "end": end - 1, "probability": probability}
        annotation |= {"type": "Person", "normalized_text": name}
        self.entities.setdefault("annotations", []).append(annotation)
        return self

    def link(self, url: str, details: Json) -> Wording:
        """Append a shortened link."""
        return self._mark("urls", url, {"url": url} | details)

    def _mark(self, kind: str, words: str, details: Json) -> Wording:
        start, end = self.append(words)
        self.entities.setdefault(kind, []).append({"start": start, "end": end} | details)
        return self

    def append(self, words: str) -> tuple[int, int]:
        """Append words as they are, after a space where one is missing; tell where they stand."""
        separator = " " if self.text and not self.text.endswith((" ", "\n")) else ""
        start = len(self.text) + len(separator)
        self.text += separator + words
        return start, len(self.text)


def write_sentence(wording: Wording, random: Random) -> str:
    """Append one sentence in some language and return X's code of that language."""
    if random.random() < 0.2:
        language, words = random.choice(FOREIGN)
    else:
        language, words = (
            random.choice(("en", "en", "en", "fr", "und", "qme")),
            random.choice(PHRASES),
        )
    wording.say(words)
    if random.random() < 0.4:
        wording.say(random.choice(EMOJI))
    return language


def write_tags(wording: Wording, random: Random) -> None:
    """Append hashtags, and now and then a cashtag or the name of a person."""
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        wording.hashtag(random.choice(TOPICS))
    if random.random() < 0.05:
        wording.cashtag(random.choice(CASHTAGS))
    if random.random() < 0.15:
        wording.person(random.choice(PEOPLE), round(random.uniform(0.4, 0.99), 4))


def write_link(wording: Wording, random: Random) -> None:
    """Append a link; half of them X has followed to their page ("unwound")."""
    code = f"{random.getrandbits(40):010x}"
    page = f"https://example.org/lochs/{code[:4]}?utm_source=x&q=%C3%A9"
    details: Json = {"expanded_url": page, "display_url": f"example.org/lochs/{code[:4]}…"}
    if random.random() < 0.5:
        details |= {"status": 200, "title": f'Loch {code[:4]} | "Levels"', "unwound_url": page}
        details |= {"description": "Levels,\nhour by hour"}
    wording.link(f"https://t.co/{code}", details)


def write_media_link(wording: Wording, random: Random, media_keys: list[str], tweet: str) -> None:
    """Append the link by which a tweet shows its own media: one entity for each."""
    url = f"https://t.co/{random.getrandbits(40):010x}"
    start, end = wording.append(url)
    for key in media_keys:
        page = f"https://x.com/i/status/{tweet}/photo/1"
        entity: Json = {"start": start, "end": end, "url": url, "expanded_url": page}
        entity |= {"display_url": f"pic.x.com/{url[-10:]}", "media_key": key}
        wording.entities.setdefault("urls", []).append(entity)

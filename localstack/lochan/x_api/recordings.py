"""Recorded pages: a folder of .jsonl and .json files, each line one answer of X as twarc keeps it.

A line names the URL that it was fetched from under `__twarc.url`. Lines whose URL is one of our
endpoints and whose shape is that endpoint's are its pages, in the order of file names and lines.
Everything else in the folder (counts, lists, flattened tweets, compliance and stream lines,
broken JSON) X would never have answered with: it is served among the pages of search/recent,
so that whoever collects them must deal with malformed pages.

The pages of one endpoint (of one user, where the path names one) form a chain. A request
without a cursor gets the first page, whatever else it asks for, and `meta.next_token` leads
to the next one: also for lookups, which X never pages. The bytes of a page are those of the
recording, but for that token: a recorded token is replaced or removed, ours is put in.
What cannot carry a token because it is no JSON object is joined into one last page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from lochan.x_api.endpoints import Endpoint, Shape, match_url

_MALFORMED_CHAIN = ("search_recent", None)
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"

Chain = tuple[str, str | None]


@dataclass(frozen=True)
class Line:
    """Where one recorded line lies, without its text."""

    path: Path
    offset: int
    length: int

    def read(self) -> bytes:
        """The recorded bytes, without the line's end."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.length)


class Recordings:
    """The chains of pages that a folder holds."""

    def __init__(self, folder: Path) -> None:
        self._chains: dict[Chain, list[Line]] = {}
        self._hopeless: list[Line] = []
        for line in _list_lines(folder):
            self._file(line)

    def count(self, endpoint: str, key: str | None = None) -> int:
        """How many pages a chain has."""
        hopeless = bool(self._hopeless) and (endpoint, None) == _MALFORMED_CHAIN
        return len(self._chains.get((endpoint, key), ())) + hopeless

    def page(self, endpoint: str, key: str | None, position: int, token: str | None) -> bytes:
        """One page of a chain, with the token of the next one or without any."""
        lines = self._chains.get((endpoint, key), [])
        if position < len(lines):
            return set_next_token(lines[position].read(), token)
        return b"\n".join(line.read() for line in self._hopeless)

    def _file(self, line: Line) -> None:
        try:
            document = json.loads(line.read())
            carries_token = isinstance(document, dict) and _has_room(document)
        except (JSONDecodeError, UnicodeDecodeError):
            carries_token = False
        if carries_token:
            chain = _find_chain(document) or _MALFORMED_CHAIN
            self._chains.setdefault(chain, []).append(line)
        else:
            self._hopeless.append(line)


def _has_room(document: Mapping[str, Any]) -> bool:
    """Whether a next_token can be put where clients look for it."""
    return isinstance(document.get("meta", {}), dict)


def _find_chain(document: Mapping[str, Any]) -> Chain | None:
    origin = document.get("__twarc")
    url = origin.get("url") if isinstance(origin, dict) else None
    found = match_url(url) if isinstance(url, str) else None
    if found is None or not _has_shape(document, found[0]):
        return None
    endpoint, key = found
    return endpoint.name, key


def _has_shape(document: Mapping[str, Any], endpoint: Endpoint) -> bool:
    """Whether this is what the endpoint answers: a list, or one object where the path names one."""
    if "data" not in document:
        return "meta" in document or "errors" in document
    names_one = endpoint.key is not None and endpoint.shape in (
        Shape.TWEET_LOOKUP,
        Shape.USER_LOOKUP,
    )
    return isinstance(document["data"], dict if names_one else list)


def _list_lines(folder: Path) -> Iterator[Line]:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".jsonl":
            yield from _split_lines(path)
        elif path.suffix == ".json":
            yield from _whole_or_lines(path)


def _whole_or_lines(path: Path) -> Iterator[Line]:
    """A .json file is one document, unless it holds JSON lines under that name."""
    try:
        json.loads(path.read_bytes())
    except (JSONDecodeError, UnicodeDecodeError):
        yield from _split_lines(path)
    else:
        yield Line(path, 0, path.stat().st_size)


def _split_lines(path: Path) -> Iterator[Line]:
    offset = 0
    with path.open("rb") as file:
        for line in file:
            content = line.rstrip(b"\r\n")
            if content.strip():
                yield Line(path, offset, len(content))
            offset += len(line)


def set_next_token(page: bytes, token: str | None) -> bytes:
    """The same bytes with another `meta.next_token`, or with none."""
    text = page.decode()
    members = _find_members(text, 0)
    if "meta" not in members:
        if token is None:
            return page
        end = text.rindex("}")
        separator = "," if members else ""
        return f'{text[:end]}{separator}"meta":{{"next_token":"{token}"}}{text[end:]}'.encode()
    _, start, _ = members["meta"]
    inner = _find_members(text, start)
    return _splice(text, start, inner, token).encode()


def _splice(
    text: str, start: int, inner: Mapping[str, tuple[int, int, int]], token: str | None
) -> str:
    opening = text.index("{", start) + 1
    if "next_token" not in inner:
        if token is None:
            return text
        separator = "," if inner else ""
        return f'{text[:opening]}"next_token":"{token}"{separator}{text[opening:]}'
    name, value, end = inner["next_token"]
    if token is not None:
        return f'{text[:value]}"{token}"{text[end:]}'
    before, after = text[:name].rstrip(_SPACE), text[end:].lstrip(_SPACE)
    if after.startswith(","):
        return text[:name] + after[1:].lstrip(_SPACE)
    return before.removesuffix(",") + text[end:]


def _find_members(text: str, start: int) -> dict[str, tuple[int, int, int]]:
    """Where the members of an object lie: name -> (start of name, start and end of value)."""
    members: dict[str, tuple[int, int, int]] = {}
    at = _skip(text, text.index("{", start) + 1)
    while text[at] != "}":
        name_at = at
        name, at = scanstring(text, at + 1, True)
        value_at = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, value_at)
        members[name] = (name_at, value_at, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return members


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at

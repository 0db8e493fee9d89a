"""The fields of a crawled table: its structs opened, their members fields like any other.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from warehouse.lake.names import Path

_OPENING, _CLOSING = "<(", ">)"


@dataclass(frozen=True)
class Field:
    """A field that holds values, or an array or map of them, and its type in the catalog."""

    path: Path
    type: str


def open_structs(columns: Iterable[tuple[str, str]]) -> list[Field]:
    """List the fields of columns (name and catalog type) in their order.

    A struct without members holds nothing and gives no field. ValueError for a malformed type.
    """
    return [field for name, kind in columns for field in _open((name,), kind.strip())]


def _open(path: Path, kind: str) -> Iterator[Field]:
    if not kind.lower().startswith("struct<"):
        yield Field(path, kind)
        return
    if not kind.endswith(">"):
        raise ValueError(f"{kind!r} is no type of the Data Catalog: its struct is not closed.")
    for member in _split_members(kind[len("struct<") : -1]):
        name, colon, member_kind = member.partition(":")
        if not colon:
            raise ValueError(f"{kind!r} is no type of the Data Catalog: {member!r} has no type.")
        yield from _open((*path, name.strip()), member_kind.strip())


def _split_members(text: str) -> list[str]:
    """Cut at the commas that lie in no further brackets."""
    members, depth, start = [], 0, 0
    for position, char in enumerate(text):
        depth += (char in _OPENING) - (char in _CLOSING)
        if char == "," and depth == 0:
            members.append(text[start:position])
            start = position + 1
    return [member for member in (*members, text[start:]) if member.strip()]

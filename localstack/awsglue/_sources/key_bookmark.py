"""Bookmarks of database tables: the greatest keys that a committed run has read.

A read is bounded on both sides, by what earlier runs read and by the greatest keys that there are
when it begins, so that rows which arrive meanwhile are left to the next run.

https://docs.aws.amazon.com/glue/latest/dg/programming-etl-connect-bookmarks.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awsglue import _bookmarks
from awsglue._databases.sql import quote_name

OPTIONS = frozenset({"jobBookmarkKeys", "jobBookmarkKeysSortOrder"})
_ORDERS = ("asc", "desc")

Fetch = Callable[[str], Sequence[tuple[Any, ...]]]
Quote = Callable[[str], str]


@dataclass(frozen=True)
class KeyOrder:
    """The keys of a bookmark, and whether they fall instead of rise."""

    keys: tuple[str, ...]
    descending: bool = False


def read_key_order(options: Mapping[str, Any]) -> KeyOrder | None:
    """Return what jobBookmarkKeys and jobBookmarkKeysSortOrder ask for."""
    order = str(options.get("jobBookmarkKeysSortOrder", "asc")).lower()
    if order not in _ORDERS:
        raise ValueError(f"'jobBookmarkKeysSortOrder' is {order!r}: it must be asc or desc.")
    keys = options.get("jobBookmarkKeys")
    if not keys:
        return None
    names = (keys,) if isinstance(keys, str) else tuple(map(str, keys))
    return KeyOrder(names, descending=order == "desc")


@dataclass(frozen=True)
class KeyBookmark:
    """The bookmark of one source; fetch runs a query, quote writes a literal of the database."""

    transformation_ctx: str
    source: str
    order: KeyOrder
    fetch: Fetch
    quote: Quote

    def restrict(self, relation: str) -> str:
        """Return the relation with the rows that are new, and note the position for the commit.

        Raises ValueError where a row has no key, as it could never be told whether it is new.
        """
        self._check_nulls(relation)
        source = f"{self.source}|{self.order}"
        stored = _bookmarks.read_position(self.transformation_ctx, source)
        start = "1 = 1" if stored is None else beyond(self.order, stored, self.quote)
        newest = self._find_newest(relation, start)
        position = newest or stored
        if position is not None:
            _bookmarks.note_position(self.transformation_ctx, source, position)
        end = "1 = 0" if newest is None else f"NOT ({beyond(self.order, newest, self.quote)})"
        return f"(SELECT * FROM {relation} WHERE ({start}) AND {end}\n) AS glue_new"

    def _check_nulls(self, relation: str) -> None:
        condition = " OR ".join(f"{quote_name(key)} IS NULL" for key in self.order.keys)
        if self.fetch(f"SELECT 1 FROM {relation} WHERE {condition} LIMIT 1"):
            raise ValueError(
                f"The bookmark keys {list(self.order.keys)} are NULL in some row of {relation}: "
                "choose columns that never are."
            )

    def _find_newest(self, relation: str, start: str) -> list[str] | None:
        # Other names than the keys', by which ORDER BY would mean their texts.
        texts = ", ".join(
            f"CAST({quote_name(key)} AS VARCHAR) AS position_{number}"
            for number, key in enumerate(self.order.keys)
        )
        direction = "ASC" if self.order.descending else "DESC"
        sorting = ", ".join(f"{quote_name(key)} {direction}" for key in self.order.keys)
        rows = self.fetch(
            f"SELECT {texts} FROM {relation} WHERE {start} ORDER BY {sorting} LIMIT 1"
        )
        return [str(value) for value in rows[0]] if rows else None


def beyond(order: KeyOrder, position: Sequence[str], quote: Quote) -> str:
    """Return the condition of the rows that come after a position, key by key."""
    sign = "<" if order.descending else ">"
    alternatives = []
    for number, key in enumerate(order.keys):
        equal = [
            f"{quote_name(before)} = {quote(value)}"
            for before, value in zip(order.keys[:number], position, strict=False)
        ]
        greater = f"{quote_name(key)} {sign} {quote(position[number])}"
        alternatives.append(" AND ".join([*equal, greater]))
    return " OR ".join(f"({alternative})" for alternative in alternatives)

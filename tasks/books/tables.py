"""The three tables: how their files look, and how a record becomes a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tasks.books.fields import (
    Limits,
    optional_text,
    parse_age,
    parse_identifier,
    parse_isbn,
    parse_place,
    parse_rating,
    parse_year,
    require_text,
    split_location,
)

Row = tuple[int | str | None, ...]
CleanRow = Callable[[Mapping[str, str], Limits, list[str]], Row]

_NOT_LETTERS = re.compile(r"[^a-z]")
_TITLE_BYTES = 2048
_NAME_BYTES = 1024


@dataclass(frozen=True)
class SourceTable:
    """A table of the source: the columns of its rows, and of its files.

    `forms` are the columns of files without a header, by their number; `names` are the words of
    headers. A cell of a number column ends where its line does.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    names: Mapping[str, str]
    required: frozenset[str]
    numbers: frozenset[str]
    clean: CleanRow

    def read_header(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """Return the column of each cell of a header, empty for those not kept; else None."""
        columns = tuple(self.names.get(_NOT_LETTERS.sub("", cell.lower()), "") for cell in cells)
        if not self.required <= set(columns):
            return None
        # With a country of its own, what is called location is the state.
        if "country" in columns and "location" in columns:
            return tuple("state" if name == "location" else name for name in columns)
        return columns

    def form_of(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """Return the columns of a record without header, by its number of cells."""
        return next((form for form in self.forms if len(form) == len(cells)), None)


def _clean_user(cells: Mapping[str, str], limits: Limits, notes: list[str]) -> Row:
    user_id = parse_identifier(cells["user_id"], "user_id")
    if "location" in cells:
        parts = split_location(cells["location"])
    else:
        parts = (cells.get("city", ""), cells.get("state", ""), cells.get("country", ""))
    places = (
        parse_place(part, name, notes)
        for name, part in zip(("city", "state", "country"), parts, strict=True)
    )
    return (user_id, *places, parse_age(cells.get("age", ""), limits, notes))


def _clean_book(cells: Mapping[str, str], limits: Limits, notes: list[str]) -> Row:
    return (
        parse_isbn(cells["isbn"], notes),
        require_text(cells["title"], "title", _TITLE_BYTES, notes),
        optional_text(cells.get("author", ""), "author", _NAME_BYTES, notes),
        parse_year(cells.get("publication_year", ""), limits, notes),
        optional_text(cells.get("publisher", ""), "publisher", _NAME_BYTES, notes),
    )


def _clean_rating(cells: Mapping[str, str], limits: Limits, notes: list[str]) -> Row:
    return (
        parse_identifier(cells["user_id"], "user_id"),
        parse_isbn(cells["isbn"], notes),
        parse_rating(cells["rating"]),
    )


_BOOK = ("isbn", "title", "author", "publication_year", "publisher")

USERS = SourceTable(
    name="users",
    columns=("user_id", "city", "state", "country", "age"),
    keys=("user_id",),
    forms=(
        ("user_id", "location", "age"),
        ("user_id", "city", "state", "country", "age"),
    ),
    names={
        "userid": "user_id",
        "location": "location",
        "userlocation": "location",
        "place": "city",
        "city": "city",
        "usercity": "city",
        "state": "state",
        "userstate": "state",
        "country": "country",
        "usercountry": "country",
        "age": "age",
        "userage": "age",
    },
    required=frozenset({"user_id"}),
    numbers=frozenset({"user_id", "age"}),
    clean=_clean_user,
)

BOOKS = SourceTable(
    name="books",
    columns=_BOOK,
    keys=("isbn",),
    # The longer form ends with the addresses of three pictures.
    forms=(_BOOK, (*_BOOK, "", "", "")),
    names={
        "isbn": "isbn",
        "title": "title",
        "booktitle": "title",
        "author": "author",
        "bookauthor": "author",
        "year": "publication_year",
        "yearofpublication": "publication_year",
        "publicationyear": "publication_year",
        "publisher": "publisher",
        "bookpublisher": "publisher",
    },
    required=frozenset({"isbn", "title"}),
    numbers=frozenset({"isbn", "publication_year"}),
    clean=_clean_book,
)

RATINGS = SourceTable(
    name="ratings",
    columns=("user_id", "isbn", "rating"),
    keys=("user_id", "isbn"),
    forms=(("user_id", "isbn", "rating"),),
    names={"userid": "user_id", "isbn": "isbn", "rating": "rating", "bookrating": "rating"},
    required=frozenset({"user_id", "isbn", "rating"}),
    numbers=frozenset({"user_id", "isbn", "rating"}),
    clean=_clean_rating,
)

TABLES = (USERS, BOOKS, RATINGS)


def table_of(file_name: str) -> SourceTable | None:
    """Tell by its name what a file holds: BX-Book-Ratings.csv has ratings, not books."""
    word = file_name.rpartition("/")[2].lower()
    for table in (RATINGS, USERS, BOOKS):
        if table.name[:-1] in word:
            return table
    return None

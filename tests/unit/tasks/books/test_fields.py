from __future__ import annotations

from typing import Any

import pytest

from tasks.books.fields import (
    Limits,
    Unusable,
    mend_text,
    optional_text,
    parse_age,
    parse_identifier,
    parse_isbn,
    parse_place,
    parse_rating,
    parse_year,
    split_location,
)

LIMITS = Limits(earliest_year=1450, latest_year=2005, youngest=5, oldest=100)


@pytest.mark.parametrize(
    ("cell", "text", "notes"),
    [
        ("Clara Callan", "Clara Callan", []),
        ("  two\tspaces\n here ", "two spaces here", []),
        ("", None, []),
        ("Simon &amp; Schuster", "Simon & Schuster", ["HTML entity"]),
        ("&#321;&oacute;d&#378;", "Łódź", ["HTML entity"]),
        ("AT&T and R&D; x", "AT&T and R&D; x", ["HTML entity"]),
        # Read by a reader that does not know backslashes: the last quote closed the cell.
        ('\\O\\" Is for Outlaw"', '"O" Is for Outlaw', ["stray quote"]),
        ('The Word \\Desire\\""', 'The Word "Desire"', ["stray quote"]),
        ('\\"quoted\\" in passing', '"quoted" in passing', ["stray quote"]),
        (' canada"', "canada", ["stray quote"]),
        ('Say "yes"', 'Say "yes"', []),
        ("C:\\books", "C:\\books", []),
        # UTF-8 taken for Latin-1 once, twice, never.
        ("Saint-ExupÃ©ry", "Saint-Exupéry", ["double encoding"]),
        ("Saint-ExupÃ\x83Â©ry", "Saint-Exupéry", ["double encoding"]),
        ("Saint-Exupéry", "Saint-Exupéry", []),
        ("丽江", "丽江", []),
    ],
)
def test_text(cell: str, text: str | None, notes: list[str]) -> None:
    taken: list[str] = []
    assert mend_text(cell, taken) == text
    assert taken == notes


# Check digits computed by hand: 10 x d1 + 9 x d2 + ... + 1 x d10 is a multiple of 11.
@pytest.mark.parametrize(
    ("cell", "isbn", "notes"),
    [
        ("0195153448", "0195153448", []),
        ("195153448", "0195153448", ["ISBN leading zeros"]),
        ("2005018", "0002005018", ["ISBN leading zeros"]),
        ("043922165X", "043922165X", []),
        ("043922165x", "043922165X", ["ISBN spelling"]),
        ("2.02.005972.X", "202005972X", ["ISBN spelling"]),
        ('\\"8804501367\\"', "8804501367", ["ISBN spelling"]),
        ("9780786220144", "0786220147", []),
        ("979-10-90636-07-1", "9791090636071", ["ISBN spelling"]),
    ],
)
def test_isbn(cell: str, isbn: str, notes: list[str]) -> None:
    taken: list[str] = []
    assert parse_isbn(cell, taken) == isbn
    assert taken == notes


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "isbn is missing"),
        ("044022109X", "the check digit of the isbn is wrong"),
        ("9780786220145", "the check digit of the isbn is wrong"),
        ("342310538", "isbn is no ISBN"),
        ("B00009ANY9", "isbn is no ISBN"),
        ("9.78E+12", "isbn is no ISBN"),
        ("N3453124715", "isbn is no ISBN"),
        # Its zero is there, so none was lost; what is missing is not known.
        ("076790592", "isbn is no ISBN"),
        ("393ß704064", "isbn is no ISBN"),
    ],
)
def test_isbn_refused(cell: str, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        parse_isbn(cell, [])
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("cell", "year"),
    [("2002", 2002), ('"1999"', 1999), ("0", None), ("2030", None), ("", None), ("NULL", None)],
)
def test_year(cell: str, year: int | None) -> None:
    assert parse_year(cell, LIMITS, []) == year


def test_a_word_for_a_year_tells_that_columns_are_shifted() -> None:
    with pytest.raises(Unusable, match="year of publication is not a number"):
        parse_year("DK Publishing Inc", LIMITS, [])


@pytest.mark.parametrize(
    ("cell", "age", "notes"),
    [
        ("18", 18, []),
        ('14"', 14, []),
        ("NULL", None, []),
        ("", None, []),
        ("5", 5, []),
        ("4", None, ["age out of range"]),
        ("100", 100, []),
        ("101", None, ["age out of range"]),
        ("old", None, ["age is not a number"]),
    ],
)
def test_age(cell: str, age: int | None, notes: list[str]) -> None:
    taken: list[str] = []
    assert parse_age(cell, LIMITS, taken) == age
    assert taken == notes


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        (" usa", "usa"),
        (' canada"', "canada"),
        ('\\"n/a\\"', None),
        ('\\"n/a\\".', None),
        ('\\"n/a\\")', None),
        (' \\"n/a`', None),
        ('\\"\\"n/a\\"', None),
        ("n/a", None),
        ("NULL", None),
        (" ", None),
        ("St. Louis,", "st. louis"),
        ("Köln", "köln"),
    ],
)
def test_place(cell: str, place: str | None) -> None:
    assert parse_place(cell, "city", []) == place


@pytest.mark.parametrize(
    ("location", "parts"),
    [
        ("timmins, ontario, canada", ("timmins", " ontario", " canada")),
        ("a, b, c, d", ("a, b", " c", " d")),
        ("oban", ("oban", "", "")),
        ("oban, argyll", ("oban", " argyll", "")),
        ("", ("", "", "")),
    ],
)
def test_location(location: str, parts: tuple[str, str, str]) -> None:
    assert split_location(location) == parts


@pytest.mark.parametrize("cell", ["", "0", "-1", "1.5", "x", "1" * 19])
def test_identifiers_are_positive_numbers(cell: str) -> None:
    with pytest.raises(Unusable):
        parse_identifier(cell, "user_id")


@pytest.mark.parametrize("cell", ["", "11", "-1", "five", "7.5"])
def test_ratings_are_numbers_from_0_to_10(cell: str) -> None:
    with pytest.raises(Unusable):
        parse_rating(cell)


def test_ratings_begin_at_0() -> None:
    assert [parse_rating(cell) for cell in ("0", '"10"')] == [0, 10]


def test_a_text_longer_than_its_column_is_refused_and_never_cut() -> None:
    notes: Any = []
    assert optional_text("é" * 8, "title", 16, notes) == "é" * 8
    with pytest.raises(Unusable, match="title has 18 bytes, its column holds 16"):
        optional_text("é" * 9, "title", 16, notes)

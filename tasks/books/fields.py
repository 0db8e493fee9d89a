"""One cell in, one value out: what is mended in a cell, and what cannot be.

`notes` take down what was mended, by kind.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"\d{1,18}")
_ISBN_SEPARATORS = re.compile(r"[ .\-]")
_ISBN_10 = re.compile(r"\d{9}[\dX]")
# 978 and 979: https://www.isbn-international.org/content/what-isbn/10
_ISBN_13 = re.compile(r"97[89]\d{10}")
# Spreadsheets drop leading zeros; the shortest registrant of group 0 begins with two more.
_SHORTENED_ISBN = re.compile(r"[1-9]\d{5,7}[\dX]")
_PLACEHOLDERS = frozenset({"", "n/a", "null"})
_LONGEST_LOCATION_PART_BYTES = 512


class Unusable(Exception):
    """A record that cannot be kept; the text is the reason."""


@dataclass(frozen=True)
class Limits:
    """Years and ages outside these bounds, both included, are taken for unknown."""

    earliest_year: int
    latest_year: int
    youngest: int
    oldest: int


def mend_text(cell: str, notes: list[str]) -> str | None:
    """Undo what exports did to a text: entities, stray quotes, double encoding, white space."""
    text = cell
    if "&" in text and _ENTITY.search(text):
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        notes.append("HTML entity")
    if '"' in text or "\\" in text:
        quoted = _mend_quotes(text)
        if quoted != text:
            notes.append("stray quote")
        text = quoted
    if not text.isascii():
        decoded = _decode_again(text)
        if decoded != text:
            notes.append("double encoding")
        text = decoded
    text = _SPACES.sub(" ", text).strip()
    return text or None


def require_text(cell: str, name: str, longest_bytes: int, notes: list[str]) -> str:
    """Mend a text that has to be there; raises Unusable."""
    text = optional_text(cell, name, longest_bytes, notes)
    if text is None:
        raise Unusable(f"{name} is missing")
    return text


def optional_text(cell: str, name: str, longest_bytes: int, notes: list[str]) -> str | None:
    """Mend a text; raises Unusable where its column, which counts bytes, does not hold it."""
    text = mend_text(cell, notes)
    if text is not None and len(text) * 4 > longest_bytes:
        size = len(text.encode())
        if size > longest_bytes:
            raise Unusable(f"{name} has {size} bytes, its column holds {longest_bytes}")
    return text


def parse_isbn(cell: str, notes: list[str]) -> str:
    """Return an ISBN in its ten-digit form, or with 13 digits where it has none; else Unusable.

    Leading zeros that a spreadsheet dropped are put back where the check digit then is right.
    """
    text = cell.strip().strip("\"'\\").upper()
    bare = _ISBN_SEPARATORS.sub("", text)
    if bare != cell:
        notes.append("ISBN spelling")
    if _ISBN_10.fullmatch(bare) and _has_check_digit_10(bare):
        return bare
    if _ISBN_13.fullmatch(bare) and _has_check_digit_13(bare):
        return _shorten_isbn(bare)
    if _SHORTENED_ISBN.fullmatch(bare) and _has_check_digit_10(bare.zfill(10)):
        notes.append("ISBN leading zeros")
        return bare.zfill(10)
    if not bare:
        raise Unusable("isbn is missing")
    if _ISBN_10.fullmatch(bare) or _ISBN_13.fullmatch(bare):
        raise Unusable("the check digit of the isbn is wrong")
    raise Unusable("isbn is no ISBN")


def parse_identifier(cell: str, name: str) -> int:
    """Return a positive number; raises Unusable."""
    text = cell.strip().strip('"')
    if not text:
        raise Unusable(f"{name} is missing")
    if not _NUMBER.fullmatch(text) or int(text) == 0:
        raise Unusable(f"{name} is not a positive number")
    return int(text)


def parse_rating(cell: str) -> int:
    """Return a rating from 0, which is an implicit one, to 10; raises Unusable."""
    text = cell.strip().strip('"')
    if not text:
        raise Unusable("rating is missing")
    if not _NUMBER.fullmatch(text) or int(text) > 10:
        raise Unusable("rating is not a number from 0 to 10")
    return int(text)


def parse_year(cell: str, limits: Limits, notes: list[str]) -> int | None:
    """Return a year, None where it is unknown or absurd; raises Unusable where it is no number.

    A word where the year should be tells that the columns of the record are shifted.
    """
    text = cell.strip().strip('"')
    if text.lower() in _PLACEHOLDERS:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unusable("year of publication is not a number")
    year = int(text)
    if limits.earliest_year <= year <= limits.latest_year:
        return year
    notes.append("year out of range")
    return None


def parse_age(cell: str, limits: Limits, notes: list[str]) -> int | None:
    """Return an age, None where it is unknown or absurd."""
    text = cell.strip().strip('"')
    if text.lower() in _PLACEHOLDERS:
        return None
    if not _NUMBER.fullmatch(text):
        notes.append("age is not a number")
        return None
    age = int(text)
    if limits.youngest <= age <= limits.oldest:
        return age
    notes.append("age out of range")
    return None


def parse_place(cell: str, name: str, notes: list[str]) -> str | None:
    """Return a part of a location in lower case; None for a placeholder such as `"n/a"`."""
    text = optional_text(cell, name, _LONGEST_LOCATION_PART_BYTES, notes)
    if text is None:
        return None
    text = text.strip(" '`.,").lower()
    return None if text.strip('"()') in _PLACEHOLDERS else text


def split_location(cell: str) -> tuple[str, str, str]:
    """Split `city, state, country`: what is more than three parts belongs to the city."""
    parts = cell.split(",")
    if len(parts) < 3:
        parts = [*parts, *[""] * (3 - len(parts))]
    return ",".join(parts[:-2]), parts[-2], parts[-1]


def _mend_quotes(text: str) -> str:
    r"""Take quotes for what was meant.

    Readers that do not know `\"` turn `"\"O\" Is"` into `\O\" Is"`: there the last quote is the
    one that closed the cell, and every backslash stands for a quote.
    """
    if "\\" in text and text.endswith('"'):
        text = text[:-1].replace('\\"', '"').replace("\\", '"')
    else:
        text = text.replace('\\"', '"')
    if text.count('"') % 2:
        text = text.removesuffix('"') if text.endswith('"') else text.removeprefix('"')
    return text


def _decode_again(text: str) -> str:
    """Undo UTF-8 that was taken for Latin-1, however often that happened."""
    while not text.isascii():
        try:
            decoded = text.encode("latin-1").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return text
        text = decoded
    return text


def _has_check_digit_10(isbn: str) -> bool:
    total = sum((10 - i) * (10 if digit == "X" else int(digit)) for i, digit in enumerate(isbn))
    return total % 11 == 0


def _has_check_digit_13(isbn: str) -> bool:
    return sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(isbn)) % 10 == 0


def _shorten_isbn(isbn: str) -> str:
    """Return the ten digits of an ISBN that begins with 978; those of 979 have no such form."""
    if not isbn.startswith("978"):
        return isbn
    body = isbn[3:12]
    check = -sum((10 - i) * int(digit) for i, digit in enumerate(body)) % 11
    return body + ("X" if check == 10 else str(check))

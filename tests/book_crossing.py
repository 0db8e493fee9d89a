"""What the Book-Crossing files of LOCHAN_TEST_DATA hold, read by plain Python alone.

Nothing here is the product's: records are found by regular expressions and the csv module over the
whole file in memory. The literal numbers of the tests were first found by these readings.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path


def weigh(digits: str) -> int:
    """The weighted sum of an ISBN-10."""
    weights = zip(range(10, 0, -1), digits, strict=False)
    return sum(weight * (10 if digit in "xX" else int(digit)) for weight, digit in weights)


def find_isbn(cell: str) -> str | None:
    """The ISBN that a cell stands for, as a reader of the standard would find it."""
    text = re.sub(r"[ .\-]", "", cell.strip().strip('\\"')).upper()
    if re.fullmatch(r"\d{9}[\dX]", text):
        return text if weigh(text) % 11 == 0 else None
    if re.fullmatch(r"978\d{10}", text):
        if sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(text)) % 10:
            return None
        for last in "0123456789X":
            if weigh(text[3:12] + last) % 11 == 0:
                return text[3:12] + last
    padded = "0" * (10 - len(text)) + text
    lost_zeros = 7 <= len(text) <= 9 and text[0] != "0" and re.fullmatch(r"\d{9}[\dX]", padded)
    return padded if lost_zeros and weigh(padded) % 11 == 0 else None


def read_rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    """All records of a file."""
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def ratings(rows: list[list[str]]) -> tuple[dict[tuple[int, str], int], int]:
    """The last rating of each user and book, and how many records have no ISBN."""
    kept: dict[tuple[int, str], int] = {}
    refused = 0
    for user, cell, rating in rows:
        isbn = find_isbn(cell)
        if isbn is None:
            refused += 1
        else:
            kept[int(user), isbn] = int(rating)
    return kept, refused


WRONG_DIGIT, NO_ISBN = "the check digit of the isbn is wrong", "isbn is no ISBN"
BROKEN, NO_USER = "the rest of a record that a newline broke", "user_id is missing"


def refused_ratings(rows: list[list[str]]) -> dict[int, str]:
    """Why ratings have no ISBN, by their place in the file, counted from 1.

    Nine digits and a check digit, or thirteen that begin as ISBNs do, are an ISBN gone wrong.
    """
    refused = {}
    for place, (_, cell, _) in enumerate(rows, 1):
        if find_isbn(cell) is None:
            text = re.sub(r"[ .\-]", "", cell.strip().strip('\\"')).upper()
            is_isbn = re.fullmatch(r"\d{9}[\dX]|97[89]\d{10}", text)
            refused[place] = WRONG_DIGIT if is_isbn else NO_ISBN
    return refused


def refused_users_b(folder: Path) -> dict[int, str]:
    """Why lines of B's users are of no use, by their place among all lines, counted from 1.

    A record ends with CRLF. Where it has a newline the csv module reads it as one record of seven
    cells, and the number in front of the newline is whole: the line after it is left over.
    """
    text = (folder / "BX-Users2.csv").read_bytes().decode("latin-1")
    refused, place = {}, 1
    for record in text.removesuffix("\r\n").split("\r\n"):
        lines = record.split("\n")
        if place > 1 and not lines[0].split(",")[0].isdigit():
            refused[place] = NO_USER
        if len(lines) > 1:
            (cells,) = csv.reader(io.StringIO(record, newline=""))
            assert len(cells) == 7
            refused[place + 1] = BROKEN
        place += len(lines)
    return refused


def users_b(folder: Path) -> dict[int, list[str]]:
    """The first line of each record of B's users that begins with a number: its parts.

    Records end with CRLF; a newline alone is where one was broken.
    """
    records = (folder / "BX-Users2.csv").read_bytes().decode("latin-1").split("\r\n")[1:]
    parts = [record.split("\n")[0].split(",") for record in records]
    return {int(first[0]): first for first in parts if first[0].isdigit()}

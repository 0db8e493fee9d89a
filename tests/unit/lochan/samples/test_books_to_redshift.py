from __future__ import annotations

import csv
import io
import re

from lochan.samples.books_to_redshift import make_objects

FILES = [
    "book_crossing/BX-Users.csv",
    "book_crossing/BX-Books.csv",
    "book_crossing/BX-Book-Ratings.csv",
]


def test_the_files_are_always_the_same() -> None:
    objects = dict(make_objects())
    assert objects == dict(make_objects())
    assert list(objects) == FILES


def test_the_files_have_the_defects_of_the_real_ones() -> None:
    users, books, ratings = (body for _, body in make_objects())
    text = users.decode("latin-1")
    assert text.startswith('"User-ID";"Location";"Age"\r\n')
    assert not users.isascii()
    assert '\\"n/a\\"' in text
    # 600 users, of whom every 97th breaks off: 6 numbers stand in lines of their own.
    assert len(text.split("\r\n")) == 1 + 600 + 1
    assert len(re.findall(r"\n\d+x\"", text)) == 6
    rows = list(csv.reader(io.StringIO(books.decode(), newline="")))
    assert {len(row) for row in rows} == {5}
    assert len(rows) == 1 + 380 + 1
    assert sum(len(row[0]) < 10 for row in rows[1:]) > 100
    assert sum("&amp;" in row[1] for row in rows) > 30
    assert rows[-1][1] == "Not a Book"
    lines = ratings.decode().removesuffix("\r\n").split("\r\n")
    assert len(lines) == 4000
    assert all(line.count(";") == 2 and line.startswith('"') for line in lines)
    assert sum('\\"' in line for line in lines) > 20

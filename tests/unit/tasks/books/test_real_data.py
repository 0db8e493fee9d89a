"""The real files, cleaned, against what plain Python reads off them (tests/book_crossing.py)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tasks.books.cleaning import Cleaned, FileCleaner, Reject
from tasks.books.fields import Limits
from tasks.books.tables import table_of
from tests import book_crossing

# The files were collected in 2004; whatever is said to be later is not.
LIMITS = Limits(earliest_year=1450, latest_year=2005, youngest=5, oldest=100)


def clean(path: Path) -> tuple[list[tuple[Any, ...]], Cleaned, list[Reject]]:
    table = table_of(path.name)
    assert table is not None
    rejects: list[Reject] = []
    cleaner = FileCleaner(path.name, table, LIMITS, 1000, rejects.append)
    with path.open("rb") as file:
        rows = [row for _, row in cleaner.clean(iter(lambda: file.read(10_000), b""))]
    return rows, cleaner.cleaned, rejects


@pytest.fixture(scope="module")
def a(real_data: Path) -> Path:
    return real_data / "book_crossing_a"


@pytest.fixture(scope="module")
def b(real_data: Path) -> Path:
    return real_data / "book_crossing_b"


@pytest.mark.parametrize(
    ("file", "options", "counts"),
    [
        # records, kept keys, without ISBN
        ("book_crossing_a/BX-Ratings.csv", {}, (204164, 204164, 0)),
        ("book_crossing_b/BX-Book-Ratings.csv", {}, (10013, 9835, 178)),
        (
            "book_crossing_raw_ratings/BX-Book-Ratings.csv",
            {"encoding": "latin-1", "delimiter": ";"},
            (39268, 38762, 505),
        ),
    ],
)
def test_ratings(
    real_data: Path, file: str, options: dict[str, str], counts: tuple[int, int, int]
) -> None:
    records = book_crossing.read_rows(real_data / file, **options)
    if records[0][0] == "User-ID":
        records = records[1:]
    expected, refused = book_crossing.ratings(records)
    assert (len(records), len(expected), refused) == counts
    rows, cleaned, rejects = clean(real_data / file)
    assert {(user, isbn): rating for user, isbn, rating in rows} == expected
    assert (cleaned.rows + cleaned.rejected, cleaned.rejected) == (counts[0], counts[2])
    assert all("isbn" in reject.reason for reject in rejects)


@pytest.mark.parametrize(
    ("file", "options", "header", "counts"),
    [
        (
            "book_crossing_raw_ratings/BX-Book-Ratings.csv",
            {"encoding": "latin-1", "delimiter": ";"},
            0,
            {book_crossing.NO_ISBN: 350, book_crossing.WRONG_DIGIT: 155},
        ),
        (
            "book_crossing_b/BX-Book-Ratings.csv",
            {},
            1,
            {book_crossing.NO_ISBN: 135, book_crossing.WRONG_DIGIT: 43},
        ),
    ],
)
def test_the_reasons_of_rejected_ratings(
    real_data: Path, file: str, options: dict[str, str], header: int, counts: dict[str, int]
) -> None:
    records = book_crossing.read_rows(real_data / file, **options)[header:]
    expected = {
        place + header: reason for place, reason in book_crossing.refused_ratings(records).items()
    }
    assert Counter(expected.values()) == counts
    _, _, rejects = clean(real_data / file)
    assert {reject.position: reject.reason for reject in rejects} == expected
    encoding = options.get("encoding", "utf-8")
    lines = (real_data / file).read_bytes().decode(encoding).splitlines()
    assert all(reject.record == lines[reject.position - 1] for reject in rejects)


def test_users_of_a(a: Path) -> None:
    records = book_crossing.read_rows(a / "BX-Users.csv")[1:]
    rows, cleaned, _ = clean(a / "BX-Users.csv")
    assert (len(rows), cleaned.rejected) == (48299, 0)
    ages = [record[4].strip('"') for record in records]
    known = [int(age) for age in ages if age]
    # 129 are younger than 5 and 52 older than 100; the others are kept.
    absurd = (sum(age < 5 for age in known), sum(age > 100 for age in known))
    assert (len(known), absurd) == (29347, (129, 52))
    assert sum(row[4] is not None for row in rows) == 29347 - 129 - 52
    by_id = {row[0]: row for row in rows}
    plain = [r for r in records if not set(r[0] + r[1] + r[2] + r[3].strip('"')) & set('"\\&`.,')]
    assert len(plain) > 45_000
    for user, city, state, country, _ in plain:
        expected = [part.strip().strip('"') for part in (city, state, country)]
        wanted = tuple(" ".join(p.split()) if p not in ("", "n/a") else None for p in expected)
        assert by_id[int(user)][1:4] == wanted
    assert by_id[276113][1:4] == ("łód\u017a", "łódzkie", "poland")
    assert by_id[252509][1:4] == ("lisbon", None, "portugal")


def test_books_of_a(a: Path) -> None:
    records = book_crossing.read_rows(a / "BX-Books.csv")[1:]
    rows, cleaned, _ = clean(a / "BX-Books.csv")
    assert (len(rows), cleaned.rejected) == (18185, 0)
    # 039592720x is there as 039592720X too.
    assert len({row[0] for row in rows}) == 18184
    assert [row[0] for row in rows] == [book_crossing.find_isbn(r[0]) for r in records]
    years = [int(record[3]) for record in records]
    assert (years.count(0), sum(year > 2005 for year in years)) == (314, 3)
    assert [row[3] for row in rows] == [y if 0 < y <= 2005 else None for y in years]
    titles = {row[0]: row[1] for row in rows}
    assert titles["0449003787"] == '"O" Is for Outlaw'
    assert titles["051720679X"] == (
        'Three Complete Novels: "A" Is for Alibi / "B" Is for Burglar / "C" Is for Corpse'
    )
    assert {row[0]: row[2] for row in rows}["0156012197"] == "Antoine de Saint-Exupéry"
    for record, row in zip(records, rows, strict=True):
        if record[1].isascii() and not set(record[1]) & set('"\\&'):
            assert row[1] == " ".join(record[1].split())


def test_books_of_b(b: Path) -> None:
    records = book_crossing.read_rows(b / "BX-Books1.csv")[1:]
    rows, cleaned, rejects = clean(b / "BX-Books1.csv")
    assert len(records) == 10011
    assert [(one.position, one.reason) for one in rejects] == [(6293, "isbn is no ISBN")]
    kept = [record for record in records if record[0] != "B00009ANY9"]
    assert [row[0] for row in rows] == [book_crossing.find_isbn(record[0]) for record in kept]
    # Zeros were lost by 7,658 of them.
    assert cleaned.mended["ISBN leading zeros"] == sum(len(r[0]) < 10 for r in kept) == 7658
    assert sum(row[3] is None for row in rows) == sum(r[3] in ("", "0") for r in kept) == 1293
    assert not [row for row in rows for cell in row[1:] if "&amp;" in str(cell)]
    by_isbn = {row[0]: row for row in rows}
    assert by_isbn["0805051732"] == (
        "0805051732",
        'The Word "Desire"',
        "Rikki Ducornet",
        1997,
        "Henry Holt & Company",
    )


def test_users_of_b(b: Path) -> None:
    rows, cleaned, rejects = clean(b / "BX-Users2.csv")
    expected = book_crossing.users_b(b)
    # 16,841 records end with CRLF; one has no id, and of 117 a newline cut off the rest.
    assert len(expected) == 16840
    refused = book_crossing.refused_users_b(b)
    assert Counter(refused.values()) == {book_crossing.BROKEN: 117, book_crossing.NO_USER: 1}
    assert {reject.position: reject.reason for reject in rejects} == refused
    assert cleaned.rows + cleaned.rejected == 16841 + 117
    assert {row[0] for row in rows} == set(expected)
    ages = {user: parts[4].strip('"') for user, parts in expected.items()}
    wanted = {user: int(age) for user, age in ages.items() if age.isdigit()}
    assert Counter(5 <= age <= 100 for age in wanted.values()) == {True: 10262, False: 93}
    for user, city, state, country, age in rows:
        assert age == (wanted[user] if 5 <= wanted.get(user, 0) <= 100 else None)
        text = ",".join(expected[user][1:4])
        if not set(text) & set('"\\&`.'):
            parts = [part.strip() for part in expected[user][1:4]]
            places = [None if part in ("", "n/a") else " ".join(part.split()) for part in parts]
            assert [city, state, country] == places
    assert [one.record for one in rejects if one.position == 93] == ['92""",,']

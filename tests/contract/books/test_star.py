"""Snapshots into the star: keys that stay, versions, members that come late, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.books.star import IntegrityError, find_loaded
from tests.contract.books.conftest import Star

pytestmark = pytest.mark.stack

NOWHERE = ("l0", None, None, None)
OBAN = ("l1", "oban", "argyll", "united kingdom")
KOLN = ("l2", "köln", "nrw", "germany")
PLACES = [NOWHERE, OBAN, KOLN]
LOCHS = ("0002005018", "Lochs", "A. MacRae", 1999, "Machair", False, 1)
TIDES = ("0195153448", "Tides", None, None, None, False, 1)

USERS = (
    "SELECT user_key, user_id, l.city, age, is_inferred, EXTRACT(hour FROM valid_from), "
    "EXTRACT(year FROM valid_to), is_current FROM books.dim_users u "
    "JOIN books.dim_location l ON l.location_key = u.location_key ORDER BY user_key"
)
RATINGS = (
    "SELECT f.user_id, b.isbn, f.rating, l.city FROM books.fact_ratings f "
    "JOIN books.dim_users u ON u.user_key = f.user_key "
    "JOIN books.dim_location l ON l.location_key = u.location_key "
    "JOIN books.dim_books b ON b.book_key = f.book_key ORDER BY 1, 2"
)


def counts(loaded: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What was loaded and what was there already, by table."""
    return {
        name: (table.result.loaded_rows, table.result.duplicate_rows)
        for name, table in loaded.items()
    }


def load_first(star: Star) -> dict[str, Any]:
    """User 1 lives in Oban, user 2 and one book are known by ratings alone."""
    return star.load(
        "a1",
        dim_location=PLACES[:2],
        dim_users=[(1, "l1", 30, False, 1), (2, "l0", None, True, 2)],
        dim_books=[LOCHS, ("0393045218", None, None, None, None, True, 2)],
        fact_ratings=[(1, LOCHS[0], 8, 2), (2, "0393045218", 0, 2)],
    )


def test_a_first_snapshot_gets_keys_from_1(star: Star) -> None:
    loaded = load_first(star)
    assert counts(loaded) == {
        "dim_location": (2, 0),
        "dim_users": (2, 0),
        "dim_books": (2, 0),
        "fact_ratings": (2, 0),
    }
    assert star.query(USERS) == [
        (1, 1, "oban", 30, False, 0, 9999, True),
        (2, 2, None, None, True, 0, 9999, True),
    ]
    assert star.query("SELECT book_key, isbn FROM books.dim_books ORDER BY 1") == [
        (1, "0002005018"),
        (2, "0393045218"),
    ]
    assert star.query(RATINGS) == [(1, LOCHS[0], 8, "oban"), (2, "0393045218", 0, None)]


def test_a_snapshot_is_loaded_once(star: Star) -> None:
    first = load_first(star)
    again = load_first(star)
    assert all(table.result.skipped for table in again.values())
    assert counts(again) == counts(first)
    ledger = "SELECT COUNT(*), SUM(input_rows), SUM(loaded_rows) FROM etl.loads WHERE dataset="
    assert star.query(f"{ledger}'books'") == [(4, 8, 8)]


def test_users_move_members_come_and_ratings_stay_with_the_version_of_their_time(
    star: Star,
) -> None:
    load_first(star)
    loaded = star.load(
        "b2",
        dim_location=PLACES,
        # User 1 moves and ages, user 2 comes at last, user 3 is new.
        dim_users=[(1, "l2", 31, False, 5), (2, "l1", 50, False, 5), (3, "l2", None, False, 5)],
        dim_books=[(*LOCHS[:2], "Anna MacRae", *LOCHS[3:6], 5), TIDES],
        # The old rating again, a later one of the user who moved, a changed one.
        fact_ratings=[(1, LOCHS[0], 8, 2), (1, TIDES[0], 5, 6), (2, LOCHS[0], 1, 1)],
    )
    assert loaded["dim_users"].changes == {"moved": 1, "completed": 1, "new": 1}
    assert loaded["dim_books"].changes == {"changed": 1, "new": 1}
    assert counts(loaded)["fact_ratings"] == (2, 1)
    assert star.query(USERS) == [
        # Type 1: the age is that of today in both versions.
        (1, 1, "oban", 31, False, 0, 2026, False),
        (2, 2, "oban", 50, False, 0, 9999, True),
        (3, 1, "köln", 31, False, 5, 9999, True),
        (4, 3, "köln", None, False, 0, 9999, True),
    ]
    assert star.query(RATINGS) == [
        (1, "0002005018", 8, "oban"),
        (1, "0195153448", 5, "köln"),
        (2, "0002005018", 1, "oban"),
        (2, "0393045218", 0, "oban"),
    ]
    books = "SELECT book_key, isbn, author, is_inferred FROM books.dim_books ORDER BY 1"
    assert star.query(books) == [
        (1, "0002005018", "Anna MacRae", False),
        (2, "0393045218", None, True),
        (3, "0195153448", None, False),
    ]


def test_a_changed_rating_is_taken_and_an_older_row_is_not(star: Star) -> None:
    load_first(star)
    newer = star.load(
        "c3",
        dim_location=PLACES,
        dim_users=[(1, "l2", 20, False, 0)],
        dim_books=[(*LOCHS[:1], "Lakes", *LOCHS[2:6], 0)],
        fact_ratings=[(1, LOCHS[0], 9, 4)],
    )
    assert counts(newer) == {
        "dim_location": (1, 2),
        "dim_users": (0, 1),
        "dim_books": (0, 1),
        "fact_ratings": (1, 0),
    }
    older = star.load(
        "d4", dim_location=[], dim_users=[], dim_books=[], fact_ratings=[(1, LOCHS[0], 2, 3)]
    )
    assert counts(older)["fact_ratings"] == (0, 1)
    assert star.query(RATINGS)[0] == (1, "0002005018", 9, "oban")
    assert star.query("SELECT title FROM books.dim_books WHERE book_key = 1") == [("Lochs",)]


@pytest.mark.parametrize(
    ("users", "ratings", "sentence"),
    [
        ([(1, "l9", 30, False, 1)], [], r"dim_users would have 0 rows for the 1 .* among them 1;"),
        ([], [(7, LOCHS[0], 8, 2)], r"fact_ratings would have 0 .* among them 7/0002005018"),
        (
            [(1, "l1", 30, False, 1), (1, "l1", 31, False, 1)],
            [],
            "dim_users has keys more than once, among them 1;",
        ),
    ],
)
def test_what_leads_nowhere_or_repeats_a_key_leaves_the_star_as_it_was(
    star: Star, users: list[Any], ratings: list[Any], sentence: str
) -> None:
    load_first(star)
    before = star.query(USERS), star.query(RATINGS)
    tables = {"dim_users": users, "dim_books": [TIDES], "fact_ratings": ratings}
    with pytest.raises(IntegrityError, match=sentence):
        star.load("e5", dim_location=PLACES, **tables)
    assert (star.query(USERS), star.query(RATINGS)) == before
    assert star.query("SELECT COUNT(*) FROM books.dim_books") == [(2,)]
    made = star.make("e5", dim_location=PLACES, **tables)
    assert find_loaded(star.warehouse, made.snapshot) is None
    left = star.s3.list_objects_v2(Bucket=star.bucket, Prefix="manifests/").get("Contents", [])
    assert left == []

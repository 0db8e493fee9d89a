"""Bookmarks of tables: the conditions, and the positions that runs leave.

https://docs.aws.amazon.com/glue/latest/dg/programming-etl-connect-bookmarks.html
"""

import sqlite3

import pytest

from awsglue import _bookmarks
from awsglue._databases.sql import quote_standard_text
from awsglue._sources.database_source import find_gapless_key
from awsglue._sources.key_bookmark import KeyBookmark, KeyOrder, beyond, read_key_order

BY_DAY = KeyOrder(("day", "id"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, None),
        ({"jobBookmarkKeys": []}, None),
        ({"jobBookmarkKeys": ["a", "b"]}, KeyOrder(("a", "b"))),
        ({"jobBookmarkKeys": "a", "jobBookmarkKeysSortOrder": "DESC"}, KeyOrder(("a",), True)),
    ],
)
def test_the_options_name_keys_and_order(options, expected):
    assert read_key_order(options) == expected


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="'up': it must be asc or desc"):
        read_key_order({"jobBookmarkKeysSortOrder": "up"})


def test_what_comes_after_a_position_is_compared_key_by_key():
    order = KeyOrder(("day", "id"))
    assert beyond(order, ["2024-01-01", "o'5"], quote_standard_text) == (
        "(\"day\" > '2024-01-01') OR (\"day\" = '2024-01-01' AND \"id\" > 'o''5')"
    )


class Table:
    """A table in a database of the test's own, read as runs of a job would read it."""

    def __init__(self):
        self.database = sqlite3.connect(":memory:")
        self.database.execute("CREATE TABLE t (day TEXT, id INTEGER)")
        self.stored = {}

    def add(self, *rows):
        self.database.executemany("INSERT INTO t VALUES (?, ?)", rows)

    def fetch(self, statement):
        return self.database.execute(statement.replace("AS VARCHAR", "AS TEXT")).fetchall()

    def read(self, monkeypatch, order=BY_DAY, *, commits=True):
        run = _bookmarks._Run("job", "run", is_paused=False, key=None, stored=self.stored)
        monkeypatch.setattr(_bookmarks, "_run", run)
        bookmark = KeyBookmark("ctx", "db|t", order, self.fetch, quote_standard_text)
        rows = self.fetch(f"SELECT * FROM {bookmark.restrict('t')} ORDER BY day, id")
        if commits:
            self.stored = {**self.stored, **run.read}
        return rows


@pytest.fixture
def rows():
    return Table()


def test_each_run_reads_what_is_new(rows, monkeypatch):
    rows.add(("2024-01-01", 1), ("2024-01-01", 2))
    assert rows.read(monkeypatch) == [("2024-01-01", 1), ("2024-01-01", 2)]
    assert rows.read(monkeypatch) == []
    rows.add(("2024-01-01", 3), ("2024-01-02", 1), ("2023-12-31", 9))
    assert rows.read(monkeypatch) == [("2024-01-01", 3), ("2024-01-02", 1)]
    assert rows.read(monkeypatch) == []


def test_what_was_not_committed_is_read_again(rows, monkeypatch):
    rows.add(("2024-01-01", 1))
    assert rows.read(monkeypatch, commits=False) == rows.read(monkeypatch) != []


def test_falling_keys_go_on_downwards(rows, monkeypatch):
    order = KeyOrder(("id",), descending=True)
    rows.add(("x", 9), ("x", 8))
    assert len(rows.read(monkeypatch, order)) == 2
    rows.add(("x", 7), ("x", 10))
    assert rows.read(monkeypatch, order) == [("x", 7)]


def test_an_empty_table_is_no_position(rows, monkeypatch):
    assert rows.read(monkeypatch) == []
    assert rows.stored == {}


def test_other_keys_are_another_source(rows, monkeypatch):
    rows.add(("2024-01-01", 1))
    rows.read(monkeypatch)
    assert len(rows.read(monkeypatch, KeyOrder(("day",)))) == 1


def test_rows_without_a_key_are_refused(rows, monkeypatch):
    rows.add((None, 1))
    with pytest.raises(ValueError, match=r"\['day', 'id'\] are NULL in some row of t"):
        rows.read(monkeypatch)


@pytest.mark.parametrize(
    ("keys", "gapless", "expected"),
    [([("id",)], True, KeyOrder(("id",))), ([("id",)], False, None), ([], True, None)],
)
def test_a_primary_key_counts_when_it_has_no_gaps(keys, gapless, expected):
    def fetch(statement):
        return keys if "pg_index" in statement else [(gapless,)]

    assert find_gapless_key(fetch, '"public"."t"') == expected

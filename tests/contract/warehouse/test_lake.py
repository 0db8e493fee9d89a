"""catalog_to_redshift's statements against the Redshift that the stack has, without its job."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tasks.lake.folders import Folder
from tasks.lake.publishing import Brought, Overtaken, find_current, publish
from tasks.lake.target import prepare_target, read_target
from tasks.processed import StoredObject
from tasks.redshift import Warehouse
from tasks.warehouse import LoadResult, TooManyRejects
from warehouse.lake.fields import Field
from warehouse.lake.loading import Publication
from warehouse.lake.names import name_column
from warehouse.lake.tables import TableConflict, plan_table

FIRST, SECOND = "a" * 64, "b" * 64
# id, order (a keyword), größe, why it is rejected
Row = tuple[int | None, str | None, float | None, str | None]


@dataclass(frozen=True)
class Lake:
    """A schema of the test's own, one prefix, and what a job would do."""

    warehouse: Warehouse
    schema: str
    keys: tuple[str, ...] = ()
    newest_by: str | None = None
    prefix: str = "s3://bucket/raw/"

    def plan(self, **types: str) -> Publication:
        kinds = types or {"id": "int", "Order": "string", "Größe": "double"}
        fields = [Field((name,), kind) for name, kind in kinds.items()]
        present = read_target(self.warehouse, self.schema, "t")
        plan = plan_table(self.schema, "t", fields, (), present)
        return Publication(plan, self.prefix, self.keys, self.newest_by)

    def prepare(self, **types: str) -> Publication:
        publication = self.plan(**types)
        prepare_target(self.warehouse, publication)
        return publication

    def fill(self, publication: Publication, load_id: str, *rows: Row) -> None:
        with self.warehouse.transaction() as cursor:
            for row in rows:
                cursor.execute(
                    f"INSERT INTO {publication.incoming} VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    (*row[:3], load_id, row[3], row[3] and "{}", None, row[3] and "line 7"),
                )

    def load(self, load_id: str, *rows: Row, limit: int = 10) -> LoadResult:
        publication = self.prepare()
        self.fill(publication, load_id, *rows)
        return publish(self.warehouse, publication, self.brought(load_id, len(rows), limit))

    def brought(self, load_id: str, rows: int, limit: int = 10) -> Brought:
        return Brought((self.folder(load_id),), rows, "flow", "jr", limit)

    def folder(self, load_id: str, path: str = "") -> Folder:
        return Folder(path, (StoredObject(f"raw/{path}a", "etag", 1),), self.key + path, load_id)

    def current(self) -> dict[str, LoadResult]:
        return find_current(self.warehouse, [self.key])

    @property
    def key(self) -> str:
        return f"{self.schema}.t {self.prefix}"

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.warehouse.transaction() as cursor:
            cursor.execute(statement, values) if values else cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]

    def rows(self) -> list[tuple[Any, ...]]:
        return self.query(f'SELECT id, "order", "größe" FROM "{self.schema}".t ORDER BY 1, 2')

    def staged(self) -> list[tuple[Any, ...]]:
        return self.query(
            "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'etl' "
            "AND tablename LIKE 'incoming%%' AND tablename = %s",
            self.plan().incoming_table,
        )


@pytest.fixture
def lake(warehouse: Warehouse) -> Iterator[Lake]:
    schema = f"lake_{uuid.uuid4().hex[:12]}"
    with warehouse.transaction() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    # Loads are told apart by their schema here, by their objects in the flow.
    yield Lake(warehouse, schema)
    with warehouse.transaction() as cursor:
        cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        cursor.execute("DELETE FROM etl.loads WHERE partition_key LIKE %s", (f"{schema}.%",))
        cursor.execute("DELETE FROM etl.rejects WHERE load_id IN (%s, %s)", (FIRST, SECOND))


def test_a_load_replaces_what_the_prefix_brought_before(lake: Lake) -> None:
    first = lake.load(FIRST, (1, "x", 1.5, None), (1, "x", 1.5, None), (None, None, None, "bad"))
    assert (first.input_rows, first.loaded_rows, first.rejected_rows) == (3, 2, 1)
    other = replace(lake, prefix="s3://bucket/other/")
    other.load("c" * 64, (9, "other", None, None))
    second = lake.load(SECOND, (2, "y", 2.5, None))
    assert not second.skipped
    assert lake.rows() == [(2, "y", 2.5), (9, "other", None)]
    assert lake.staged() == []
    rejects = lake.query(
        'SELECT file, "position", reason, record FROM etl.rejects WHERE load_id = %s', FIRST
    )
    assert rejects == [("s3://bucket/raw/", "line 7", "bad", "{}")]


def test_folders_are_loaded_together_and_counted_apart(lake: Lake) -> None:
    publication = lake.prepare()
    both = lake.folder(FIRST, "day=1/"), lake.folder(SECOND, "day=2/")
    lake.fill(publication, FIRST, (1, "x", 1.5, None), (None, None, None, "bad"))
    lake.fill(publication, SECOND, (2, "y", 2.5, None))
    brought = Brought(both, 3, "flow", "jr", 10)
    assert publish(lake.warehouse, publication, brought) == LoadResult(SECOND, 3, 2, 1, 0, False)
    keys = [folder.partition_key for folder in both]
    assert find_current(lake.warehouse, keys) == {
        keys[0]: LoadResult(FIRST, 2, 1, 1, 0, True),
        keys[1]: LoadResult(SECOND, 1, 1, 0, 0, True),
    }
    publication = lake.prepare()
    lake.fill(publication, "c" * 64, (3, "z", 3.5, None))
    changed = Brought((lake.folder("c" * 64, "day=1/"),), 1, "flow", "jr", 10)
    publish(lake.warehouse, publication, changed)
    assert lake.rows() == [(2, "y", 2.5), (3, "z", 3.5)]


def test_the_current_load_is_known_and_an_earlier_one_is_loaded_again(lake: Lake) -> None:
    lake.load(FIRST, (1, "x", 1.5, None))
    assert lake.current() == {lake.key: LoadResult(FIRST, 1, 1, 0, 0, True)}
    lake.load(SECOND, (2, "y", 2.5, None))
    assert lake.current() == {lake.key: LoadResult(SECOND, 1, 1, 0, 0, True)}
    again = lake.load(FIRST, (1, "x", 1.5, None))
    assert not again.skipped
    assert lake.rows() == [(1, "x", 1.5)]
    ledger = lake.query(
        "SELECT TRIM(load_id) FROM etl.loads WHERE partition_key = %s ORDER BY loaded_at", lake.key
    )
    assert ledger == [(SECOND,), (FIRST,)]


def test_rows_are_merged_by_their_keys(lake: Lake) -> None:
    keyed = replace(lake, keys=("id",))
    first = keyed.load(FIRST, (1, "x", 1.0, None), (1, "w", 9.0, None), (2, "y", 2.0, None))
    assert (first.loaded_rows, first.duplicate_rows) == (2, 1)
    # Without newest_by the rows of a key are told apart from left to right: x is after w.
    assert keyed.rows() == [(1, "x", 1.0), (2, "y", 2.0)]
    keyed.load(SECOND, (2, "z", 0.5, None), (3, "n", None, None))
    assert keyed.rows() == [(1, "x", 1.0), (2, "z", 0.5), (3, "n", None)]


def test_the_newest_row_of_a_key_wins_wherever_it_is(lake: Lake) -> None:
    keyed = replace(lake, keys=("id",), newest_by="größe")
    keyed.load(FIRST, (1, "old", 1.0, None), (1, "new", 2.0, None), (1, "none", None, None))
    second = keyed.load(SECOND, (1, "older", 1.5, None), (2, "first", None, None))
    assert (second.loaded_rows, second.duplicate_rows) == (1, 1)
    assert keyed.rows() == [(1, "new", 2.0), (2, "first", None)]
    third = keyed.load("c" * 64, (1, "newest", 2.5, None), (2, "second", 0.0, None))
    assert third.loaded_rows == 2
    assert keyed.rows() == [(1, "newest", 2.5), (2, "second", 0.0)]


def test_texts_widen_to_what_the_data_need(lake: Lake) -> None:
    lake.load(FIRST, (1, "é" * 200, None, None))
    columns = read_target(lake.warehouse, lake.schema, "t")
    assert columns is not None
    assert str(columns["order"].type) == "VARCHAR(512)"


def test_a_table_evolves_and_keeps_its_rows(lake: Lake) -> None:
    lake.load(FIRST, (2**31 - 1, "x", 1.5, None))
    lake.prepare(id="bigint", neu="timestamp")
    columns = read_target(lake.warehouse, lake.schema, "t")
    assert columns is not None
    assert {name: str(column.type) for name, column in columns.items()} == {
        "id": "BIGINT",
        "order": "VARCHAR(256)",
        "größe": "DOUBLE PRECISION",
        "neu": "TIMESTAMP",
        "lochan_load_id": "CHAR(64)",
    }
    assert lake.rows() == [(2147483647, "x", 1.5)]
    lake.prepare(id="bigint", neu="timestamp")


def test_a_whole_number_that_a_double_would_round_is_kept(lake: Lake) -> None:
    with lake.warehouse.transaction() as cursor:
        cursor.execute(f'CREATE TABLE "{lake.schema}".t (id BIGINT)')
        cursor.execute(f'INSERT INTO "{lake.schema}".t VALUES (9007199254740993)')
    with pytest.raises(TableConflict, match="would round 1 of its values"):
        lake.prepare(id="double")
    assert lake.query(f'SELECT id FROM "{lake.schema}".t') == [(9007199254740993,)]


def test_what_is_not_ours_is_left_alone(lake: Lake) -> None:
    schema = lake.schema
    with lake.warehouse.transaction() as cursor:
        cursor.execute(f'CREATE VIEW "{schema}".v AS SELECT 1 AS a')
    # A table that every warehouse has and that is the administrator's.
    with pytest.raises(TableConflict, match=r"sql_features belongs to \w+, and .* OWNER TO"):
        read_target(lake.warehouse, "information_schema", "sql_features")
    with pytest.raises(TableConflict, match=rf"{schema}\.v is a view"):
        read_target(lake.warehouse, schema, "v")
    with pytest.raises(TableConflict, match="There is no schema nowhere"):
        read_target(lake.warehouse, "nowhere", "t")
    assert read_target(lake.warehouse, schema, "other") is None


def test_a_distribution_key_is_not_replaced(lake: Lake) -> None:
    with lake.warehouse.transaction() as cursor:
        cursor.execute(f'CREATE TABLE "{lake.schema}".t (id INT) DISTKEY (id)')
    with pytest.raises(TableConflict, match="is the distribution or sort key"):
        lake.plan(id="bigint")


def test_a_run_that_is_overtaken_leaves_with_a_sentence(lake: Lake) -> None:
    publication = lake.prepare()
    lake.fill(publication, FIRST, (1, "x", 1.5, None))
    lake.prepare()
    with pytest.raises(Overtaken, match="Another run loads s3://bucket/raw/"):
        publish(lake.warehouse, publication, lake.brought(FIRST, 1))
    assert lake.rows() == []


def test_the_second_of_two_runs_finds_the_load_done(lake: Lake) -> None:
    lake.load(FIRST, (1, "x", 1.5, None))
    again = lake.load(FIRST, (1, "x", 1.5, None))
    assert again.skipped
    assert lake.rows() == [(1, "x", 1.5)]
    assert lake.staged() == []


def test_too_many_rejects_publish_nothing(lake: Lake) -> None:
    with pytest.raises(TooManyRejects, match="has 1 unusable rows of 2, the limit is 0"):
        lake.load(FIRST, (1, "x", 1.5, None), (None, None, None, "bad"), limit=0)
    assert lake.rows() == []
    assert lake.current() == {}


@pytest.mark.parametrize(
    "field", ["order", "User", "select", "日本語", "2008 Sales", "oid", "a" * 63, "名" * 21]
)
def test_names_that_are_odd_are_columns(lake: Lake, field: str) -> None:
    publication = lake.prepare(**{field: "int"})
    columns = read_target(lake.warehouse, lake.schema, "t")
    assert columns is not None
    assert set(columns) == {name_column((field,)), "lochan_load_id"}
    with lake.warehouse.transaction() as cursor:
        cursor.execute(
            f"INSERT INTO {publication.incoming} VALUES (1, %s, NULL, NULL, NULL, NULL)", (FIRST,)
        )
    assert publish(lake.warehouse, publication, lake.brought(FIRST, 1)).loaded_rows == 1

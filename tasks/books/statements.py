"""What PostgreSQL is told: the schema of the books, and the statements of one load.

The names are ours and fixed, those of tasks/books/tables.py; values are bound.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from tasks.books.tables import SourceTable

SCHEMA = "books"
# When the object that a row came from was landed: its version, which grows with every change.
LANDED_AT = "landed_at"

CREATE = (
    "CREATE SCHEMA IF NOT EXISTS books",
    """CREATE TABLE IF NOT EXISTS books.users (
    user_id bigint PRIMARY KEY,
    city text,
    state text,
    country text,
    age smallint,
    landed_at timestamp(0) NOT NULL
)""",
    """CREATE TABLE IF NOT EXISTS books.books (
    isbn text PRIMARY KEY,
    title text NOT NULL,
    author text,
    publication_year smallint,
    publisher text,
    landed_at timestamp(0) NOT NULL
)""",
    # No foreign keys: a rating may come before its user and its book.
    """CREATE TABLE IF NOT EXISTS books.ratings (
    user_id bigint NOT NULL,
    isbn text NOT NULL,
    rating smallint NOT NULL,
    landed_at timestamp(0) NOT NULL,
    PRIMARY KEY (user_id, isbn)
)""",
    """CREATE TABLE IF NOT EXISTS books.loads (
    load_id text PRIMARY KEY,
    file text NOT NULL,
    table_name text NOT NULL,
    input_rows bigint NOT NULL,
    loaded_rows bigint NOT NULL,
    rejected_rows bigint NOT NULL,
    duplicate_rows bigint NOT NULL,
    mended jsonb NOT NULL,
    flow_run_id text,
    loaded_at timestamptz NOT NULL DEFAULT now()
)""",
    """CREATE TABLE IF NOT EXISTS books.rejects (
    load_id text NOT NULL,
    file text NOT NULL,
    position bigint NOT NULL,
    reason text NOT NULL,
    record text NOT NULL
)""",
)
# Two that create at once would both find nothing: one waits for the other. The number is ours.
LOCK_CREATION = "SELECT pg_advisory_xact_lock(7305520418)"
LOCK = "LOCK TABLE books.loads IN EXCLUSIVE MODE"
# Held by the session, not by a transaction: whoever waits for it then sees the newest rows.
LOCK_EXPORT = "SELECT pg_advisory_lock(7305520419)"
UNLOCK_EXPORT = "SELECT pg_advisory_unlock(7305520419)"
SELECT_LOAD_IDS = "SELECT load_id FROM books.loads WHERE load_id = ANY(%s)"
INSERT_LOAD = (
    "INSERT INTO books.loads (load_id, file, table_name, input_rows, loaded_rows, rejected_rows, "
    "duplicate_rows, mended, flow_run_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
# What the ledger of Redshift is told, in the order of CleanedLoad's fields.
SELECT_LOADS = (
    "SELECT load_id, file, input_rows, loaded_rows, rejected_rows, duplicate_rows, flow_run_id "
    "FROM books.loads ORDER BY loaded_at, load_id"
)
SELECT_REJECTS = (
    "SELECT load_id, file, position, reason, record FROM books.rejects "
    "WHERE load_id = ANY(%s) ORDER BY load_id, position"
)
COPY_REJECTS = "COPY books.rejects (load_id, file, position, reason, record) FROM STDIN"


def create_stage(table: SourceTable) -> sql.Composed:
    """Create the temporary table that COPY fills; it ends with the transaction."""
    return sql.SQL(
        "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {}, 0::bigint AS line FROM {} WITH NO DATA"
    ).format(_stage(table), _names(table.columns), target(table))


def copy_stage(table: SourceTable) -> sql.Composed:
    """Copy rows into the stage."""
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        _stage(table), _names((*table.columns, "line"))
    )


def merge_stage(table: SourceTable) -> sql.Composed:
    """Keep the last row of each key; change rows that differ, and none of a younger object.

    Parameter: when the object was landed. The statement's row count is of no use, because
    rows that are equal already are not touched.
    """
    others = [name for name in table.columns if name not in table.keys]
    return sql.SQL(
        "INSERT INTO {target} AS kept ({columns}, landed_at) "
        "SELECT DISTINCT ON ({keys}) {columns}, %s::timestamp FROM {stage} "
        "ORDER BY {keys}, line DESC "
        "ON CONFLICT ({keys}) DO UPDATE SET {updates}, landed_at = EXCLUDED.landed_at "
        "WHERE kept.landed_at <= EXCLUDED.landed_at AND ({old}) IS DISTINCT FROM ({new})"
    ).format(
        target=target(table),
        columns=_names(table.columns),
        keys=_names(table.keys),
        stage=_stage(table),
        updates=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in others
        ),
        old=_names(others, "kept"),
        new=_names(others, "excluded"),
    )


def count_keys(table: SourceTable) -> sql.Composed:
    """Count the keys of the stage."""
    return sql.SQL("SELECT count(*) FROM (SELECT DISTINCT {} FROM {}) AS found").format(
        _names(table.keys), _stage(table)
    )


def drop_stage(table: SourceTable) -> sql.Composed:
    """Drop the stage, so that the next file of the table has one of its own."""
    return sql.SQL("DROP TABLE {}").format(_stage(table))


def copy_out(table: SourceTable) -> sql.Composed:
    """Copy a table out as CSV with a header, ordered by its keys: equal rows are equal bytes."""
    return sql.SQL(
        "COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER true)"
    ).format(_names((*table.columns, LANDED_AT)), target(table), _names(table.keys))


def count_rows(table: SourceTable) -> sql.Composed:
    """Count the rows of a table."""
    return sql.SQL("SELECT count(*) FROM {}").format(target(table))


def target(table: SourceTable) -> sql.Identifier:
    """Name a table with its schema."""
    return sql.Identifier(SCHEMA, table.name)


def _stage(table: SourceTable) -> sql.Identifier:
    return sql.Identifier(f"stage_{table.name}")


def _names(names: Sequence[str], qualifier: str | None = None) -> sql.Composed:
    parts = [sql.Identifier(*((qualifier,) if qualifier else ()), name) for name in names]
    return sql.SQL(", ").join(parts)

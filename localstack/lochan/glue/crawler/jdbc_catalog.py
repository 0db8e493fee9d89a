"""What tables a relational data store has, read from its own catalog.

The catalog is one that PostgreSQL and Redshift share; Redshift's SVV_TABLES tells users' tables.
https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from lochan.glue.crawler.data_stores import DataStore, open_session
from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.crawler.jdbc_paths import WILDCARD, JdbcPath
from lochan.types import UnknownType, column_arguments, find_postgres_type

_COLUMNS = r"""
SELECT n.nspname, c.relname, c.relkind, a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg!_%' ESCAPE '!'
"""
_USERS = {
    "postgresql": "",
    "redshift": " AND n.nspname IN (SELECT table_schema FROM svv_tables)",
}
_ORDER = " ORDER BY n.nspname, c.relname, a.attnum"
_SCHEMAS = "SELECT nspname FROM pg_catalog.pg_namespace"
_VIEWS = ("v", "m")
# Without arguments these are unbounded in PostgreSQL; Spark reads such a numeric as decimal(38,18).
_UNBOUNDED = {"numeric": "decimal(38,18)", "bpchar": "string"}
_MOST_DIGITS = 38


@dataclass(frozen=True)
class StoredTable:
    """A table or view of a data store; columns are pairs of name and Hive type."""

    schema: str
    name: str
    is_view: bool
    columns: tuple[tuple[str, str], ...]


def read_tables(store: DataStore, path: JdbcPath) -> Iterator[StoredTable]:
    """Read the tables that a path includes; raises UnusableTarget."""
    if path.database != store.database:
        raise UnusableTarget(
            f"The path's database {path.database} is not the database {store.database} to which"
            f" the connection {store.connection_name} leads."
        )
    with open_session(store) as session:
        _check_schema(session, store, path)
        rows = session.execute(_COLUMNS + _USERS[store.kind] + _ORDER).fetchall()
    for (schema, name, kind), columns in groupby(rows, itemgetter(0, 1, 2)):
        if path.includes(schema, name):
            described = tuple((column[3], spell_hive_type(column[4])) for column in columns)
            yield StoredTable(schema, name, kind in _VIEWS, described)


def spell_hive_type(name: str) -> str:
    """Spell a column's type, as format_type writes it, in Hive's words; what has none is a string.

    Glue's catalog has no timestamp with a zone: it is the same instant as a timestamp.
    """
    if name in _UNBOUNDED:
        return _UNBOUNDED[name]
    try:
        row = find_postgres_type(name)
        arguments = column_arguments(_as_redshift(row.redshift, name))
    except UnknownType:
        return "string"
    if row.redshift == "timestamptz":
        return "timestamp"
    if row.glue == "decimal":
        precision, scale = arguments
        fits = 0 <= scale <= precision <= _MOST_DIGITS
        return f"decimal({precision},{scale})" if fits else "string"
    return f"char({arguments[0]})" if row.glue == "char" else row.glue or "string"


def _as_redshift(redshift: str, written: str) -> str:
    arguments = re.search(r"\([0-9, -]+\)", written)
    return redshift + (arguments[0] if arguments else "")


def _check_schema(session: psycopg.Connection[Any], store: DataStore, path: JdbcPath) -> None:
    if WILDCARD in path.schema:
        return
    schemas = {name for (name,) in session.execute(_SCHEMAS)}
    if path.schema not in schemas:
        raise UnusableTarget(
            f"The database {store.database} has no schema {path.schema}, which the path of a JDBC"
            f" target of the connection {store.connection_name} names."
        )

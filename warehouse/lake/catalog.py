"""What Redshift's own catalog tells of a table: who owns it, which columns it has.

https://docs.aws.amazon.com/redshift/latest/dg/r_PG_TABLE_DEF.html
https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_COLUMNS.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from warehouse.lake.tables import PresentColumn
from warehouse.lake.types import RedshiftType, UnusableType, parse_type
from warehouse.sql import quote_identifier

SELECT_SCHEMA = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = %s"
SELECT_OWNER = (
    "SELECT tableowner, CURRENT_USER FROM pg_catalog.pg_tables "
    "WHERE schemaname = %s AND tablename = %s"
)
SELECT_VIEW = "SELECT viewowner FROM pg_catalog.pg_views WHERE schemaname = %s AND viewname = %s"
# PG_TABLE_DEF shows tables of the search path only.
SELECT_COLUMNS = (
    'SELECT "column", type, "notnull", distkey, sortkey FROM pg_table_def '
    "WHERE schemaname = %s AND tablename = %s"
)
SELECT_DEFAULTS = (
    "SELECT column_name FROM svv_columns WHERE table_schema = %s AND table_name = %s "
    "AND column_default IS NOT NULL"
)


def set_search_path(schema: str) -> str:
    """Let PG_TABLE_DEF show the tables of a schema."""
    return f"SET search_path TO {quote_identifier(schema)}"


def read_columns(
    rows: Iterable[Sequence[Any]], with_default: Iterable[Sequence[Any]]
) -> dict[str, PresentColumn]:
    """Read the answers of SELECT_COLUMNS and SELECT_DEFAULTS."""
    defaults = {str(name).strip() for (name,) in with_default}
    columns = {}
    for column, kind, not_null, is_distkey, sort_position in rows:
        name = str(column).strip()
        columns[name] = PresentColumn(
            name,
            _read_type(str(kind).strip()),
            bool(not_null),
            name in defaults,
            bool(is_distkey) or bool(sort_position),
        )
    return columns


def _read_type(text: str) -> RedshiftType:
    """Read a column's type; one that no load can fill (GEOMETRY) stays what it is."""
    try:
        return parse_type(text)
    except UnusableType:
        return RedshiftType(text.lower())

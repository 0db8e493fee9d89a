"""What a Redshift table has and a PostgreSQL table cannot hold.

Distribution, sort keys, encodings and keys that nobody enforces are kept in the catalog table
`rs_catalog.table_attributes`, where svv_table_info and pg_table_def find them.
"""

import json
from dataclasses import dataclass, field

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import quote_literal, quote_name


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key that is recorded and not enforced."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...] = ()


@dataclass
class TableAttributes:
    """What is recorded for one table."""

    distribution_style: str | None = None
    distribution_key: str | None = None
    sort_style: str | None = None
    sort_keys: tuple[str, ...] = ()
    encodings: dict[str, str] = field(default_factory=dict)
    backup: bool | None = None
    primary_key: tuple[str, ...] = ()
    unique_keys: list[tuple[str, ...]] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)

    def to_json(self) -> str:
        """Write what is set."""
        style = self.distribution_style or ("KEY" if self.distribution_key else None)
        values: dict[str, object] = {
            "diststyle": style,
            "distkey": self.distribution_key,
            "sortstyle": self.sort_style or ("COMPOUND" if self.sort_keys else None),
            "sortkeys": list(self.sort_keys),
            "encodings": self.encodings,
            "backup": self.backup,
            "primary_key": list(self.primary_key),
            "unique_keys": [list(key) for key in self.unique_keys],
            "foreign_keys": [
                {
                    "columns": list(key.columns),
                    "table": key.table,
                    "referenced": list(key.referenced),
                }
                for key in self.foreign_keys
            ],
        }
        return json.dumps(
            {name: value for name, value in values.items() if value not in (None, [], {})}
        )


def record_table(name: tuple[str, ...], attributes: TableAttributes, *, keep: bool) -> list[str]:
    """Write the statement that records the attributes; `keep` spares a table that was there."""
    values = attributes.to_json()
    if values == "{}":
        return []
    arguments = f"{quote_literal(quote_name(name))}, {quote_literal(values)}"
    return [f"SELECT rs.record_table({arguments}, {str(keep).lower()})"]


def merge_attributes(name: tuple[str, ...], attributes: TableAttributes) -> str:
    """Write the statement that changes some attributes of a table and keeps the others."""
    arguments = f"{quote_literal(quote_name(name))}, {quote_literal(attributes.to_json())}"
    return f"SELECT rs.alter_table({arguments})"


def take_table_attribute(cursor: Cursor, attributes: TableAttributes) -> bool:
    """Read one of the clauses that may follow a table's columns, False where none comes.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
    """
    if cursor.accept("backup"):
        attributes.backup = _take_choice(cursor, "yes", "no") == "yes"
    elif cursor.accept("diststyle"):
        attributes.distribution_style = _take_choice(cursor, "auto", "even", "key", "all").upper()
    elif cursor.accept("distkey"):
        (attributes.distribution_key,) = _take_columns(cursor, at_most=1)
    elif cursor.accept("encode", "auto"):
        attributes.encodings["*"] = "auto"
    else:
        return take_sort_key(cursor, attributes)
    return True


def take_sort_key(cursor: Cursor, attributes: TableAttributes) -> bool:
    """Read `[COMPOUND | INTERLEAVED] SORTKEY (...)` or `SORTKEY AUTO`, False where none comes."""
    if cursor.accept("sortkey", "auto"):
        attributes.sort_style = "AUTO"
        return True
    for style, limit in (("compound", 400), ("interleaved", 8)):
        if cursor.accept(style, "sortkey"):
            attributes.sort_style = style.upper()
            attributes.sort_keys = _take_columns(cursor, at_most=limit)
            return True
    if cursor.accept("sortkey"):
        attributes.sort_style = "COMPOUND"
        attributes.sort_keys = _take_columns(cursor, at_most=400)
        return True
    return False


def _take_columns(cursor: Cursor, *, at_most: int) -> tuple[str, ...]:
    columns = cursor.take_names()
    if not 1 <= len(columns) <= at_most:
        raise SqlSyntaxError(f"{len(columns)} columns in a key that has at most {at_most}")
    return columns


def _take_choice(cursor: Cursor, *words: str) -> str:
    chosen = cursor.accept_any(*words)
    if chosen is None:
        raise cursor.error()
    return chosen

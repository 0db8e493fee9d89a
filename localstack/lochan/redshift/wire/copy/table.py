"""The table that a COPY loads, as PostgreSQL's catalog describes it in the client's session."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lochan.redshift.wire.backend_protocol import Backend
from lochan.redshift.wire.copy.errors import FEATURE_NOT_SUPPORTED, INTERNAL_ERROR, CopyError
from lochan.redshift.wire.copy.quoting import quote_identifier, quote_literal
from lochan.redshift.wire.copy.statement import TableName

_UNDEFINED_COLUMN = "42703"
_DUPLICATE_COLUMN = "42701"
_WRONG_OBJECT_TYPE = "42809"
_TYPMOD_HEADER = 4  # VARHDRSZ, which PostgreSQL adds to lengths and precisions

# What VARCHAR's length in bytes may be kept as, where the type itself counts characters.
_OCTET_LIMIT = re.compile(
    r'octet_length\(+"?(?P<column>[^")]+)"?\)*(?:::\w+\)*)?\s*<=\s*(?P<n>\d+)'
)

# Catalog names are qualified: the session's search_path shadows some of them.
_COLUMNS_SQL = """
SELECT c.oid::pg_catalog.text, n.nspname, c.relname, c.relkind,
       a.attname, b.typname, t.typname,
       CASE WHEN t.typtype = 'd' AND t.typtypmod >= 0 THEN t.typtypmod ELSE a.atttypmod END,
       a.attnotnull OR t.typnotnull, a.attidentity, a.attgenerated
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b
    ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
 WHERE c.oid = pg_catalog.to_regclass({name})
 ORDER BY a.attnum
"""
_CHECKS_SQL = """
SELECT pg_catalog.pg_get_constraintdef(oid)
  FROM pg_catalog.pg_constraint
 WHERE contype = 'c' AND conrelid = {oid}::pg_catalog.oid
"""
_IDENTITY_SQL = """
SELECT (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user),
       pg_catalog.pg_backend_pid(), pg_catalog.current_database(),
       pg_catalog.current_setting('client_encoding')
"""


@dataclass(frozen=True)
class Column:
    """One column; `type_name` is PostgreSQL's base type (`int4`, `varchar`, `jsonb`, ...).

    `length` is what the type's parentheses hold: bytes of CHAR and VARCHAR, precision of NUMERIC.
    """

    name: str
    type_name: str
    length: int | None = None
    scale: int = 0
    not_null: bool = False
    identity: str = ""
    is_super: bool = False


@dataclass(frozen=True)
class TargetTable:
    """A table found in the catalog, with who asks for it."""

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...]
    user_id: int = 0
    session: int = 0

    @property
    def sql_name(self) -> str:
        """The qualified name, quoted."""
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"


def describe_table(backend: Backend, name: TableName) -> TargetTable:
    """Read the table's columns; raises CopyError where it is not there or cannot be loaded."""
    user_id, session, database, encoding = backend.execute(_IDENTITY_SQL)[0]
    _check_encoding(str(encoding))
    path = ".".join(map(quote_identifier, _strip_database(name, str(database))))
    rows = backend.execute(_COLUMNS_SQL.format(name=quote_literal(path)))
    if not rows:
        raise CopyError(INTERNAL_ERROR, f"Cannot COPY into nonexistent table {name.table}")
    oid, schema, table, kind = rows[0][:4]
    if kind not in ("r", "p"):
        raise CopyError(_WRONG_OBJECT_TYPE, f'cannot copy to non-table relation "{table}"')
    limits = _find_byte_limits(backend, str(oid))
    columns = tuple(_make_column(row[4:], limits) for row in rows if not row[10])
    return TargetTable(
        int(str(oid)), str(schema), str(table), columns, int(str(user_id)), int(str(session))
    )


def choose_columns(
    table: TargetTable, names: Sequence[str], *, explicit_ids: bool
) -> tuple[Column, ...]:
    """Take the columns that the files fill, in the files' order.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-column-mapping.html
    """
    if not names:
        return tuple(column for column in table.columns if explicit_ids or not column.identity)
    by_name = {column.name: column for column in table.columns}
    for name in names:
        if name not in by_name:
            raise CopyError(
                _UNDEFINED_COLUMN, f'column "{name}" of relation "{table.name}" does not exist'
            )
        if names.count(name) > 1:
            raise CopyError(_DUPLICATE_COLUMN, f'column "{name}" specified more than once')
    _check_identity(table, names, explicit_ids=explicit_ids)
    return tuple(by_name[name] for name in names)


def _check_identity(table: TargetTable, names: Sequence[str], *, explicit_ids: bool) -> None:
    for column in table.columns:
        if column.identity == "a" and column.name in names and not explicit_ids:
            raise CopyError(
                INTERNAL_ERROR,
                f"cannot set an identity column to a value: EXPLICIT_IDS must be specified to load "
                f'column "{column.name}"',
            )
        if column.identity and column.name not in names and explicit_ids:
            raise CopyError(
                INTERNAL_ERROR,
                "EXPLICIT_IDS cannot be specified: the column list leaves out the identity column "
                f'"{column.name}"',
            )


def _check_encoding(encoding: str) -> None:
    """Refuse what binary COPY would garble: it takes text in the client's encoding."""
    if encoding not in ("UTF8", "SQL_ASCII"):
        raise CopyError(
            FEATURE_NOT_SUPPORTED,
            f"COPY is not supported with client_encoding {encoding}",
            hint="Run SET client_encoding TO 'UTF8' first.",
        )


def _strip_database(name: TableName, database: str) -> tuple[str, ...]:
    if len(name.parts) < 3:
        return name.parts
    if name.parts[0] != database:
        raise CopyError(
            FEATURE_NOT_SUPPORTED,
            f'COPY into database "{name.parts[0]}" is not supported: the session is connected to '
            f'"{database}"',
        )
    return name.parts[1:]


def _find_byte_limits(backend: Backend, oid: str) -> dict[str, int]:
    limits: dict[str, int] = {}
    for (definition,) in backend.execute(_CHECKS_SQL.format(oid=quote_literal(oid))):
        for match in _OCTET_LIMIT.finditer(definition or ""):
            name, limit = match["column"], int(match["n"])
            limits[name] = min(limit, limits.get(name, limit))
    return limits


def _make_column(row: Sequence[str | None], limits: dict[str, int]) -> Column:
    name, base, declared, modifier, not_null, identity = map(str, row[:6])
    length, scale = _read_modifier(base, int(modifier))
    if name in limits:
        length = min(limits[name], length or limits[name])
    is_super = declared == "super" or base in ("json", "jsonb")
    return Column(
        name=name,
        # Other domains are types of Redshift's own, which COPY cannot load by their base type.
        type_name=base if is_super else declared,
        length=length,
        scale=scale,
        not_null=not_null == "t",
        identity=identity,
        is_super=is_super,
    )


def _read_modifier(base: str, modifier: int) -> tuple[int | None, int]:
    """Read what a type's parentheses held out of PostgreSQL's packed number."""
    if base == "numeric":
        if modifier < 0:
            return 18, 0  # Redshift's DECIMAL without precision
        packed = modifier - _TYPMOD_HEADER
        return packed >> 16, packed & 0x7FF
    if base in ("varchar", "bpchar") and modifier >= 0:
        return modifier - _TYPMOD_HEADER, 0
    return None, 0

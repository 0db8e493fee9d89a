"""Column definitions of CREATE TABLE and ALTER TABLE ... ADD COLUMN.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
"""

from dataclasses import dataclass, field
from hashlib import sha256

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.data_types import (
    DataType,
    UnsupportedType,
    column_length,
    column_type,
    take_type,
)
from lochan.redshift.wire.rewrites.table_attributes import ForeignKey, TableAttributes
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import POSTGRES_NAME_BYTES, quote_identifier
from lochan.redshift.wire.sql.tokens import Token, Tokens, render

_ENCODINGS_WORDS = """
    auto az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 raw runlength text255
    text32k zstd
"""
ENCODINGS = frozenset(_ENCODINGS_WORDS.split())
_ATTRIBUTE_WORDS = (
    "default",
    "encode",
    "distkey",
    "sortkey",
    "collate",
    "not",
    "null",
    "unique",
    "primary",
    "references",
    "identity",
    "generated",
    "check",
    "constraint",
)


@dataclass
class Column:
    """One column as it is read; `attributes` gets what is only recorded."""

    name: str
    data_type: DataType
    attributes: TableAttributes
    clauses: list[str] = field(default_factory=list)
    is_not_null: bool = False

    def render(self) -> str:
        """Write the column for PostgreSQL."""
        clauses = [*self.clauses, *(["NOT NULL"] if self.is_not_null else [])]
        length = column_length(self.data_type)
        if length is not None:
            clauses.append(length_check(self.name, *length))
        return " ".join([quote_identifier(self.name), column_type(self.data_type), *clauses])


def take_column(cursor: Cursor, table: str, attributes: TableAttributes) -> Column:
    """Read one column definition of a table up to the end of the cursor."""
    name = cursor.take_name()
    try:
        column = Column(name, take_type(cursor), attributes)
    except UnsupportedType as error:
        raise NotSupported(
            f'Column "{table}.{name}" has unsupported type "{error.type_name}".', hint=error.hint
        ) from error
    while not cursor.at_end:
        _take_attribute(cursor, column)
    return column


def length_check(column: str, family: str, length: int) -> str:
    """Write the constraint that counts bytes; its name tells the type that the error names.

    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    name = f"{family}({length})${column}"
    if len(name.encode()) > POSTGRES_NAME_BYTES:
        name = f"{family}({length})${sha256(column.encode()).hexdigest()[:16]}"
    measured = f"pg_catalog.octet_length({quote_identifier(column)})"
    return f"CONSTRAINT {quote_identifier(name)} CHECK ({measured} <= {length})"


def take_encoding(cursor: Cursor) -> str:
    """Read an encoding's name."""
    token = cursor.peek()
    if token is None or not token.is_word(*ENCODINGS):
        raise cursor.error()
    return cursor.take().value


def _take_attribute(cursor: Cursor, column: Column) -> None:
    word = cursor.accept_any(*_ATTRIBUTE_WORDS)
    match word:
        case "default":
            column.clauses.append(f"DEFAULT {render(_take_default(cursor))}")
        case "identity":
            column.clauses.append(_take_identity(cursor, "ALWAYS"))
        case "generated":
            cursor.expect("by", "default", "as", "identity")
            column.clauses.append(_take_identity(cursor, "BY DEFAULT"))
        case "not":
            cursor.expect("null")
            column.is_not_null = True
        case "null":
            pass
        case "collate":
            _take_collation(cursor)
        case "check":
            raise NotSupported("CHECK constraints are not supported by Redshift")
        case "constraint":
            cursor.take_name()
        case None:
            raise cursor.error()
        case _:
            _take_recorded(cursor, column, word)


def _take_recorded(cursor: Cursor, column: Column, word: str) -> None:
    """Read what Redshift does not enforce, or what only concerns its storage."""
    attributes = column.attributes
    match word:
        case "encode":
            attributes.encodings[column.name] = take_encoding(cursor)
        case "distkey":
            attributes.distribution_key = column.name
        case "sortkey":
            attributes.sort_keys = (column.name,)
        case "unique":
            attributes.unique_keys.append((column.name,))
        case "primary":
            cursor.expect("key")
            attributes.primary_key = (column.name,)
            column.is_not_null = True
        case _:
            attributes.foreign_keys.append(take_reference(cursor, (column.name,)))


def take_reference(cursor: Cursor, columns: tuple[str, ...]) -> ForeignKey:
    """Read what follows REFERENCES."""
    _, table = cursor.take_qualified_name()
    referenced = cursor.take_names() if cursor.sees_symbol("(") else ()
    return ForeignKey(columns, ".".join(table), referenced)


def _take_default(cursor: Cursor) -> Tokens:
    """Read a default expression: up to the next attribute outside parentheses."""
    taken: list[Token] = [cursor.take()]
    depth = taken[0].is_symbol("(") - taken[0].is_symbol(")")
    while not cursor.at_end and not (depth == 0 and cursor.sees_any(*_ATTRIBUTE_WORDS)):
        token = cursor.take()
        depth += token.is_symbol("(") - token.is_symbol(")")
        taken.append(token)
    return tuple(taken)


def _take_identity(cursor: Cursor, generation: str) -> str:
    """Read (seed, step); PostgreSQL has bounds of its own that a seed below one would cross.

    https://www.postgresql.org/docs/18/sql-createsequence.html
    """
    if cursor.at_end or not cursor.sees_symbol("("):
        raise cursor.error()
    inside = Cursor(cursor.take_parenthesised())
    seed = inside.take_integer()
    if not inside.accept_symbol(","):
        raise inside.error()
    step = inside.take_integer()
    inside.expect_end()
    bound = ""
    if step > 0 and seed < 1:
        bound = f" MINVALUE {seed}"
    elif step < 0 and seed > -1:
        bound = f" MAXVALUE {seed}"
    return f"GENERATED {generation} AS IDENTITY (START WITH {seed} INCREMENT BY {step}{bound})"


def _take_collation(cursor: Cursor) -> None:
    collation = cursor.take_name()
    if collation in ("case_insensitive", "ci"):
        raise NotSupported("COLLATE CASE_INSENSITIVE is not supported by this stand-in")
    if collation not in ("case_sensitive", "cs"):
        raise cursor.error()

"""ALTER TABLE, and ALTER TABLE APPEND.

https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_APPEND.html
"""

from dataclasses import replace

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.columns import take_column, take_encoding, take_reference
from lochan.redshift.wire.rewrites.data_types import column_length, column_type, take_type
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.rewrites.table_attributes import (
    TableAttributes,
    merge_attributes,
    record_table,
    take_sort_key,
)
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment, quote_identifier, quote_literal, quote_name

_ALTER = f"{DOCS}/r_ALTER_TABLE.html"
_APPEND = f"{DOCS}/r_ALTER_TABLE_APPEND.html"


def alter_table(statement: Statement) -> Statement | None:
    """Record what is only recorded, and write the rest for PostgreSQL."""
    cursor = statement.cursor()
    if not cursor.accept("alter", "table"):
        return None
    _, name = cursor.take_qualified_name()
    if cursor.accept("append", "from"):
        return _append(statement, name, cursor)
    if cursor.accept("alter"):
        return _alter(statement, name, cursor)
    if cursor.accept("add"):
        return _add(statement, name, cursor)
    _check_other(cursor)
    return None


def _alter(statement: Statement, name: tuple[str, ...], cursor: Cursor) -> Statement | None:
    attributes = TableAttributes()
    if cursor.accept("diststyle"):
        _take_distribution(cursor, attributes)
    elif cursor.accept("distkey"):
        attributes.distribution_key = cursor.take_name()
    elif cursor.accept("encode", "auto"):
        attributes.encodings["*"] = "auto"
    elif cursor.accept("sortkey", "none"):
        attributes.sort_style = "NONE"
    elif not take_sort_key(cursor, attributes):
        return _alter_column(statement, name, cursor)
    cursor.expect_end()
    return _only_record(statement, name, attributes)


def _take_distribution(cursor: Cursor, attributes: TableAttributes) -> None:
    style = cursor.accept_any("auto", "even", "all", "key")
    if style is None:
        raise cursor.error()
    attributes.distribution_style = style.upper()
    if style == "key":
        cursor.expect("distkey")
        attributes.distribution_key = cursor.take_name()


def _alter_column(statement: Statement, name: tuple[str, ...], cursor: Cursor) -> Statement:
    cursor.accept("column")
    attributes = TableAttributes()
    while True:
        column = cursor.take_name()
        if cursor.accept("type"):
            return _change_type(statement, name, column, cursor)
        cursor.expect("encode")
        attributes.encodings[column] = take_encoding(cursor)
        if not cursor.accept_symbol(","):
            break
        cursor.expect("alter", "column")
    cursor.expect_end()
    return _only_record(statement, name, attributes)


def _change_type(
    statement: Statement, name: tuple[str, ...], column: str, cursor: Cursor
) -> Statement:
    """Only a VARCHAR's length can change; its check of bytes changes with it."""
    data_type = take_type(cursor)
    cursor.expect_end()
    length = column_length(data_type)
    if length is None or length[0] != "varchar":
        raise NotSupported(f'column "{column}" can be altered to a VARCHAR of another size only')
    text = (
        f"ALTER TABLE {quote_name(name)} ALTER COLUMN {quote_identifier(column)} "
        f"TYPE {column_type(data_type)}"
    )
    check = (
        f"SELECT rs.change_length({quote_literal(quote_name(name))}, {quote_literal(column)}, "
        f"{length[1]})"
    )
    return statement.with_tokens(fragment(text)).then(check)


def _add(statement: Statement, name: tuple[str, ...], cursor: Cursor) -> Statement:
    attributes = TableAttributes()
    if cursor.accept("constraint"):
        cursor.take_name()
    if cursor.accept("primary", "key"):
        attributes.primary_key = cursor.take_names()
    elif cursor.accept("unique"):
        attributes.unique_keys.append(cursor.take_names())
    elif cursor.accept("foreign", "key"):
        columns = cursor.take_names()
        cursor.expect("references")
        attributes.foreign_keys.append(take_reference(cursor, columns))
    else:
        cursor.accept("column")
        column = take_column(cursor, name[-1], attributes)
        text = f"ALTER TABLE {quote_name(name)} ADD COLUMN {column.render()}"
        recorded = (
            [merge_attributes(name, attributes)]
            if record_table(name, attributes, keep=False)
            else []
        )
        return statement.with_tokens(fragment(text)).then(*recorded)
    cursor.expect_end()
    return _only_record(statement, name, attributes)


def _only_record(
    statement: Statement, name: tuple[str, ...], attributes: TableAttributes
) -> Statement:
    recorded = statement.with_tokens(fragment(merge_attributes(name, attributes)))
    return replace(recorded, tag="ALTER TABLE")


def _append(statement: Statement, name: tuple[str, ...], cursor: Cursor) -> Statement:
    """Move every row of the source, and end the transaction as Redshift does."""
    _, source = cursor.take_qualified_name()
    option = cursor.accept_any("ignoreextra", "filltarget") or ""
    cursor.expect_end()
    arguments = ", ".join(map(quote_literal, (quote_name(name), quote_name(source), option)))
    moved = statement.with_tokens(fragment(f"SELECT rs.append_table({arguments})"))
    return replace(moved, tag="ALTER TABLE APPEND", commits=True)


def _check_other(cursor: Cursor) -> None:
    """Let through the forms that PostgreSQL runs as they are, and name the others.

    https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
    """
    if cursor.sees_any("rename", "drop", "owner"):
        return
    if cursor.sees("set", "table") or cursor.sees("set", "location"):
        raise NotSupported("ALTER TABLE of external tables is not supported by this stand-in")
    if cursor.sees("row", "level"):
        raise NotSupported("row-level security is not supported by this stand-in")
    raise cursor.error()


REWRITES = (
    Rewrite(
        "altered attributes",
        alter_table,
        redshift="ALTER TABLE t ALTER DISTSTYLE KEY DISTKEY id",
        postgres='SELECT rs.alter_table(\'"t"\', \'{"diststyle": "KEY", "distkey": "id"}\')',
        source=_ALTER,
        more=(
            (
                "ALTER TABLE t ADD COLUMN x INT ENCODE az64 DEFAULT 0",
                'ALTER TABLE "t" ADD COLUMN "x" integer DEFAULT 0; '
                'SELECT rs.alter_table(\'"t"\', \'{"encodings": {"x": "az64"}}\')',
            ),
            (
                "ALTER TABLE t ALTER COLUMN v TYPE VARCHAR(50)",
                'ALTER TABLE "t" ALTER COLUMN "v" TYPE character varying(50); '
                "SELECT rs.change_length('\"t\"', 'v', 50)",
            ),
            (
                "ALTER TABLE t APPEND FROM s IGNOREEXTRA",
                "SELECT rs.append_table('\"t\"', '\"s\"', 'ignoreextra')",
            ),
            ("ALTER TABLE t RENAME TO u", "ALTER TABLE t RENAME TO u"),
        ),
    ),
)

"""CREATE TABLE and CREATE TABLE AS.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_NEW.html
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_TABLE_AS.html
"""

from dataclasses import dataclass, field

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.columns import take_column, take_reference
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.rewrites.table_attributes import (
    TableAttributes,
    record_table,
    take_table_attribute,
)
from lochan.redshift.wire.sql.cursor import Cursor, split_commas
from lochan.redshift.wire.sql.names import fragment, quote_literal, quote_name
from lochan.redshift.wire.sql.tokens import Tokens, spaced

_CREATE = f"{DOCS}/r_CREATE_TABLE_NEW.html"
_CREATE_AS = f"{DOCS}/r_CREATE_TABLE_AS.html"


@dataclass
class NewTable:
    """What a CREATE TABLE says, while it is read."""

    name: tuple[str, ...]
    is_temporary: bool
    if_not_exists: bool
    attributes: TableAttributes = field(default_factory=TableAttributes)
    items: list[str] = field(default_factory=list)
    like: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The beginning of the statement up to the table's name."""
        temporary = "TEMPORARY " if self.is_temporary else ""
        condition = "IF NOT EXISTS " if self.if_not_exists else ""
        return f"CREATE {temporary}TABLE {condition}{quote_name(self.name)}"


def create_table(statement: Statement) -> Statement | None:
    """Keep what PostgreSQL can hold in the table and record the rest."""
    cursor = statement.cursor()
    table = _take_head(cursor, statement.context.database)
    if table is None:
        return None
    columns = _take_columns_and_attributes(cursor, table)
    if cursor.sees("as"):
        return None
    cursor.expect_end()
    for item in split_commas(columns):
        _take_item(Cursor(item), table)
    created = statement.with_tokens(fragment(f"{table.head} ({', '.join(table.items)})"))
    return created.then(*_record(table))


def create_table_as(statement: Statement) -> Statement | None:
    """Record the attributes of a table that a query fills."""
    cursor = statement.cursor()
    table = _take_head(cursor, statement.context.database)
    if table is None:
        return None
    columns = _take_columns_and_attributes(cursor, table)
    if not cursor.accept("as"):
        return None
    names = [Cursor(part).take_only_name() for part in split_commas(columns)]
    column_list = f" ({quote_name_list(names)})" if names else ""
    head = fragment(f"{table.head}{column_list} AS")
    return statement.with_tokens((*head, *spaced(cursor.take_rest()))).then(*_record(table))


def _take_columns_and_attributes(cursor: Cursor, table: NewTable) -> Tokens:
    columns: Tokens = cursor.take_parenthesised() if cursor.sees_symbol("(") else ()
    while take_table_attribute(cursor, table.attributes):
        pass
    return columns


def _take_head(cursor: Cursor, database: str) -> NewTable | None:
    if not cursor.accept("create"):
        return None
    cursor.accept("local")
    is_temporary = cursor.accept_any("temporary", "temp") is not None
    if not cursor.accept("table"):
        return None
    if_not_exists = cursor.accept("if", "not", "exists")
    _, name = cursor.take_qualified_name()
    if len(name) == 3 and name[0] == database:
        name = name[1:]
    return NewTable(name, is_temporary or name[-1].startswith("#"), if_not_exists)


def quote_name_list(names: list[str]) -> str:
    """Write names with commas between them."""
    return ", ".join(quote_name((name,)) for name in names)


def _take_item(cursor: Cursor, table: NewTable) -> None:
    if cursor.accept("like"):
        _take_like(cursor, table)
    elif _sees_constraint(cursor):
        _take_constraint(cursor, table)
    else:
        table.items.append(take_column(cursor, table.name[-1], table.attributes).render())


def _take_like(cursor: Cursor, table: NewTable) -> None:
    """Copy columns, NOT NULL and byte lengths; defaults only on request."""
    _, name = cursor.take_qualified_name()
    defaults = ""
    if cursor.accept("including", "defaults"):
        defaults = " INCLUDING DEFAULTS"
    else:
        cursor.accept("excluding", "defaults")
    cursor.expect_end()
    table.like.append(name)
    table.items.append(f"LIKE {quote_name(name)} INCLUDING CONSTRAINTS{defaults}")


def _sees_constraint(cursor: Cursor) -> bool:
    return (
        cursor.sees("primary", "key")
        or cursor.sees("foreign", "key")
        or cursor.sees_any("constraint", "check")
        or (
            cursor.sees("unique")
            and (following := cursor.peek(1)) is not None
            and following.is_symbol("(")
        )
    )


def _take_constraint(cursor: Cursor, table: NewTable) -> None:
    """Record a key that Redshift does not enforce; a primary key's columns are NOT NULL."""
    if cursor.accept("constraint"):
        cursor.take_name()
    if cursor.accept("primary", "key"):
        table.attributes.primary_key = cursor.take_names()
        table.items.extend(
            f"CONSTRAINT {quote_name((f'{table.name[-1]}_{column}_not_null',))} "
            f"NOT NULL {quote_name((column,))}"
            for column in table.attributes.primary_key
        )
    elif cursor.accept("unique"):
        table.attributes.unique_keys.append(cursor.take_names())
    elif cursor.accept("foreign", "key"):
        columns = cursor.take_names()
        cursor.expect("references")
        table.attributes.foreign_keys.append(take_reference(cursor, columns))
    elif cursor.accept("check"):
        raise NotSupported("CHECK constraints are not supported by Redshift")
    cursor.expect_end()


def _record(table: NewTable) -> list[str]:
    """Inherit the attributes of LIKE's table, then record the statement's own."""
    inherited = [
        f"SELECT rs.inherit_table({quote_literal(quote_name(table.name))}, "
        f"{quote_literal(quote_name(parent))})"
        for parent in table.like
    ]
    return [*inherited, *record_table(table.name, table.attributes, keep=table.if_not_exists)]


REWRITES = (
    Rewrite(
        "table attributes",
        create_table,
        redshift="CREATE TABLE t (a INT NOT NULL) DISTSTYLE KEY DISTKEY(a) COMPOUND SORTKEY(a)",
        postgres=(
            'CREATE TABLE "t" ("a" integer NOT NULL); SELECT rs.record_table(\'"t"\', '
            '\'{"diststyle": "KEY", "distkey": "a", "sortstyle": "COMPOUND", "sortkeys": ["a"]}\', '
            "false)"
        ),
        source=_CREATE,
        more=(
            (
                "CREATE TABLE t (v VARCHAR(3), d DECIMAL, s SUPER)",
                'CREATE TABLE "t" ("v" character varying(3) CONSTRAINT "varchar(3)$v" CHECK '
                '(pg_catalog.octet_length("v") <= 3), "d" numeric(18,0), "s" rs.super)',
            ),
            (
                "CREATE TABLE IF NOT EXISTS t (a BIGINT IDENTITY(0,1) ENCODE az64)",
                'CREATE TABLE IF NOT EXISTS "t" ("a" bigint GENERATED ALWAYS AS IDENTITY '
                "(START WITH 0 INCREMENT BY 1 MINVALUE 0)); "
                'SELECT rs.record_table(\'"t"\', \'{"encodings": {"a": "az64"}}\', true)',
            ),
            (
                "CREATE TABLE t (id INT PRIMARY KEY, p INT REFERENCES u(id))",
                'CREATE TABLE "t" ("id" integer NOT NULL, "p" integer); '
                'SELECT rs.record_table(\'"t"\', \'{"primary_key": ["id"], "foreign_keys": '
                '[{"columns": ["p"], "table": "u", "referenced": ["id"]}]}\', false)',
            ),
            (
                "CREATE TABLE #t (LIKE s)",
                'CREATE TEMPORARY TABLE "#t" (LIKE "s" INCLUDING CONSTRAINTS); '
                "SELECT rs.inherit_table('\"#t\"', '\"s\"')",
            ),
        ),
    ),
    Rewrite(
        "table attributes of a query",
        create_table_as,
        redshift="CREATE TEMP TABLE t DISTKEY(id) AS SELECT id FROM s",
        postgres=(
            'CREATE TEMPORARY TABLE "t" AS SELECT id FROM s; SELECT rs.record_table(\'"t"\', '
            '\'{"diststyle": "KEY", "distkey": "id"}\', false)'
        ),
        source=_CREATE_AS,
    ),
)

"""Schemas, views, users, databases and routines.

https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_commands.html
"""

from dataclasses import replace

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.rewrites.table_attributes import (
    TableAttributes,
    merge_attributes,
    take_table_attribute,
)
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment, quote_identifier, quote_literal
from lochan.redshift.wire.sql.tokens import Kind, Tokens, spaced


def strip_database_of_schema(statement: Statement) -> Statement | None:
    """`SCHEMA dev.x` is `SCHEMA x` in the database dev; another database is refused."""
    tokens = statement.tokens
    for index, token in enumerate(tokens):
        if not token.is_word("schema"):
            continue
        cursor = Cursor(tokens, index + 1)
        cursor.accept("if", "not", "exists")
        cursor.accept("if", "exists")
        start = cursor.position
        first, dot, second = (cursor.peek(offset) for offset in range(3))
        if first is None or dot is None or second is None:
            return None
        if not (first.is_name and dot.is_symbol(".") and second.is_name):
            return None
        if first.value.lower() != statement.context.database:
            raise NotSupported(f'cross-database reference to database "{first.value}"')
        return statement.with_tokens((*tokens[:start], *spaced(tokens[start + 2 :])))
    return None


def create_schema(statement: Statement) -> Statement | None:
    """A schema has no quota here."""
    cursor = statement.cursor()
    if not cursor.accept("create", "schema"):
        return None
    for index in range(cursor.position, len(statement.tokens)):
        if statement.tokens[index].is_word("quota"):
            _take_quota(Cursor(statement.tokens, index + 1))
            return statement.with_tokens(statement.tokens[:index])
    return None


def _take_quota(cursor: Cursor) -> None:
    if not cursor.accept("unlimited"):
        cursor.take_integer()
        if cursor.accept_any("mb", "gb", "tb") is None:
            raise cursor.error()
    cursor.expect_end()


def create_external_schema(statement: Statement) -> Statement | None:
    """Record the schema, so that svv_external_schemas shows it."""
    cursor = statement.cursor()
    if not cursor.accept("create", "external", "schema"):
        return None
    if_not_exists = cursor.accept("if", "not", "exists")
    name = cursor.take_name()
    cursor.expect("from")
    cursor.accept("data")
    kind = cursor.accept_any("catalog", "hive", "postgres", "mysql", "kinesis", "kafka", "redshift")
    if kind != "catalog":
        raise NotSupported(f"CREATE EXTERNAL SCHEMA ... FROM {kind} is not supported here")
    cursor.expect("database")
    database = cursor.take()
    options = " ".join(token.text for token in cursor.take_rest())
    arguments = ", ".join(map(quote_literal, (name, database.value, options)))
    text = f"SELECT rs.record_external_schema({arguments}, {str(if_not_exists).lower()})"
    return replace(statement.with_tokens(fragment(text)), tag="CREATE SCHEMA")


def create_materialized_view(statement: Statement) -> Statement | None:
    """Storage clauses are recorded, AUTO REFRESH is accepted."""
    cursor = statement.cursor()
    if not cursor.accept("create", "materialized", "view"):
        return None
    name_tokens, name = cursor.take_qualified_name()
    columns = cursor.tokens[cursor.position : cursor.position]
    if cursor.sees_symbol("("):
        start = cursor.position
        cursor.take_parenthesised()
        columns = cursor.tokens[start : cursor.position]
    attributes = TableAttributes()
    while take_table_attribute(cursor, attributes) or _take_refresh(cursor):
        pass
    cursor.expect("as")
    head = (*fragment("CREATE MATERIALIZED VIEW"), *spaced(name_tokens), *columns)
    created = statement.with_tokens((*head, *fragment("AS"), *spaced(cursor.take_rest())))
    if attributes.to_json() == "{}":
        return created
    return created.then(merge_attributes(name, attributes))


def _take_refresh(cursor: Cursor) -> bool:
    return cursor.accept("auto", "refresh") and cursor.accept_any("yes", "no") is not None


def create_procedure(statement: Statement) -> Statement | None:
    """NONATOMIC only says when a procedure commits, and PostgreSQL has no word for it."""
    if not (statement.starts_with("create") and _names_routine(statement.tokens)):
        return None
    tokens = tuple(token for token in statement.tokens if not token.is_word("nonatomic"))
    return statement.with_tokens(tokens) if len(tokens) < len(statement.tokens) else None


def create_user(statement: Statement) -> Statement | None:
    """Redshift's options of users, in PostgreSQL's words.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
    """
    cursor = statement.cursor()
    if not (cursor.accept("create", "user") or cursor.accept("alter", "user")):
        return None
    name = cursor.take_name()
    if cursor.sees_any("set", "reset", "rename"):
        return None
    cursor.accept("with")
    options = []
    while not cursor.at_end:
        options.append(_take_user_option(cursor))
    verb = "CREATE" if statement.starts_with("create") else "ALTER"
    text = " ".join(
        [
            f"{verb} ROLE {quote_identifier(name)}",
            *(["LOGIN"] if verb == "CREATE" else []),
            *filter(None, options),
        ]
    )
    return replace(statement.with_tokens(fragment(text)), tag=f"{verb} USER")


def _take_user_option(cursor: Cursor) -> str:
    if cursor.accept("password"):
        if cursor.accept("disable"):
            return "PASSWORD NULL"
        token = cursor.take()
        if token.kind is not Kind.STRING:
            raise cursor.error()
        return f"PASSWORD {quote_literal(token.value)}"
    word = cursor.take().value
    match word:
        case "createdb" | "nocreatedb":
            return word.upper()
        case "createuser" | "nocreateuser":
            return word.upper().replace("USER", "ROLE")
        case "valid":
            cursor.expect("until")
            return f"VALID UNTIL {quote_literal(cursor.take().value)}"
        case "connection":
            cursor.expect("limit")
            limit = "-1" if cursor.accept("unlimited") else str(cursor.take_integer())
            return f"CONNECTION LIMIT {limit}"
        case "syslog":
            cursor.expect("access")
            cursor.take_name()
            return ""
        case "in":
            cursor.expect("group")
            return f"IN ROLE {quote_identifier(cursor.take_name())}"
        case _:
            raise NotSupported(f"the user option {word.upper()} is not supported by this stand-in")


def set_isolation(statement: Statement) -> Statement | None:
    """`ISOLATION LEVEL` of a database: SNAPSHOT is PostgreSQL's REPEATABLE READ."""
    cursor = statement.cursor()
    if not cursor.accept("alter", "database"):
        return None
    name = cursor.take_name()
    if not cursor.accept("isolation", "level"):
        return None
    level = cursor.accept_any("snapshot", "serializable")
    if level is None:
        raise cursor.error()
    cursor.expect_end()
    isolation = "repeatable read" if level == "snapshot" else "serializable"
    text = (
        f"ALTER DATABASE {quote_identifier(name)} "
        f"SET default_transaction_isolation TO {quote_literal(isolation)}"
    )
    return statement.with_tokens(fragment(text))


def _names_routine(tokens: Tokens) -> bool:
    return any(token.is_word("procedure") for token in tokens[:4])


REWRITES = (
    Rewrite(
        "schema of the connected database",
        strip_database_of_schema,
        redshift='CREATE SCHEMA IF NOT EXISTS "dev"."x"',
        postgres='CREATE SCHEMA IF NOT EXISTS "x"',
        source=f"{DOCS}/cross-database-overview.html",
    ),
    Rewrite(
        "schema quota",
        create_schema,
        redshift="CREATE SCHEMA s AUTHORIZATION u QUOTA 50 GB",
        postgres="CREATE SCHEMA s AUTHORIZATION u",
        source=f"{DOCS}/r_CREATE_SCHEMA.html",
    ),
    Rewrite(
        "external schema",
        create_external_schema,
        redshift="CREATE EXTERNAL SCHEMA spec FROM DATA CATALOG DATABASE 'd' IAM_ROLE 'r'",
        postgres="SELECT rs.record_external_schema('spec', 'd', 'IAM_ROLE ''r''', false)",
        source=f"{DOCS}/r_CREATE_EXTERNAL_SCHEMA.html",
    ),
    Rewrite(
        "materialized view",
        create_materialized_view,
        redshift="CREATE MATERIALIZED VIEW v BACKUP NO AUTO REFRESH YES AS SELECT 1 AS a",
        postgres=(
            "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; "
            "SELECT rs.alter_table('\"v\"', '{\"backup\": false}')"
        ),
        source=f"{DOCS}/materialized-view-create-sql-command.html",
    ),
    Rewrite(
        "procedure",
        create_procedure,
        redshift="CREATE PROCEDURE p() NONATOMIC AS $$ BEGIN END; $$ LANGUAGE plpgsql",
        postgres="CREATE PROCEDURE p() AS $$ BEGIN END; $$ LANGUAGE plpgsql",
        source=f"{DOCS}/r_CREATE_PROCEDURE.html",
    ),
    Rewrite(
        "user",
        create_user,
        redshift="CREATE USER u PASSWORD 'Secret123' NOCREATEUSER CONNECTION LIMIT UNLIMITED",
        postgres=("CREATE ROLE \"u\" LOGIN PASSWORD 'Secret123' NOCREATEROLE CONNECTION LIMIT -1"),
        source=f"{DOCS}/r_CREATE_USER.html",
    ),
    Rewrite(
        "isolation level of a database",
        set_isolation,
        redshift="ALTER DATABASE dev ISOLATION LEVEL SNAPSHOT",
        postgres="ALTER DATABASE \"dev\" SET default_transaction_isolation TO 'repeatable read'",
        source=f"{DOCS}/r_ALTER_DATABASE.html",
    ),
)

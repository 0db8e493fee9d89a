"""SHOW of objects, and system views that a client qualifies by `pg_catalog`.

https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLES.html
"""

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import fragment, quote_literal, quote_name, word
from lochan.redshift.wire.sql.tokens import Tokens

# Views over the log of queries and the disk, which are noted when one of them is read.
QUERY_LOG_VIEWS = frozenset(
    {
        "stl_query",
        "stl_querytext",
        "stv_node_storage_capacity",
        "stv_partitions",
        "stv_recents",
        "stv_wlm_query_state",
        "svl_qlog",
        "sys_query_history",
    }
)
SYSTEM_VIEWS = QUERY_LOG_VIEWS | frozenset(
    [
        "pg_table_def",
        "stl_load_errors",
        "stl_loaderror_detail",
        "stv_sessions",
        "svl_user_info",
        "svv_all_columns",
        "svv_all_schemas",
        "svv_all_tables",
        "svv_columns",
        "svv_external_columns",
        "svv_external_schemas",
        "svv_external_tables",
        "svv_redshift_columns",
        "svv_redshift_schemas",
        "svv_redshift_tables",
        "svv_relation_privileges",
        "svv_schema_privileges",
        "svv_table_info",
        "svv_tables",
        "sys_load_error_detail",
    ]
)


def show_objects(statement: Statement) -> Statement | None:
    """SHOW DATABASES, SCHEMAS, TABLES, COLUMNS and TABLE."""
    cursor = statement.cursor()
    if not cursor.accept("show") or (len(statement.tokens) == 2 and not cursor.sees("databases")):
        return None
    kind = cursor.accept_any("databases", "schemas", "tables", "columns", "table", "view")
    if kind is None:
        return None
    if kind in ("table", "view"):
        _, name = cursor.take_qualified_name()
        cursor.expect_end()
        return _select(statement, f"rs.show_{kind}({quote_literal(quote_name(name))})")
    arguments = _take_scope(cursor, kind, statement.context.database)
    pattern = quote_literal(cursor.take().value) if cursor.accept("like") else "'%'"
    limit = f" LIMIT {cursor.take_integer()}" if cursor.accept("limit") else ""
    cursor.expect_end()
    written = ", ".join([*map(quote_literal, arguments), pattern])
    return _select(statement, f"rs.show_{kind}({written}){limit}")


def _take_scope(cursor: Cursor, kind: str, database: str) -> tuple[str, ...]:
    """Read `FROM DATABASE d`, `FROM SCHEMA d.s` or `FROM TABLE d.s.t`; `d` may be left out."""
    sizes = {"databases": 0, "schemas": 0, "tables": 1, "columns": 2}
    if not cursor.accept("from"):
        if kind in ("databases", "schemas"):
            return ()
        raise cursor.error()
    cursor.accept_any("database", "schema", "table")
    _, parts = cursor.take_qualified_name()
    if len(parts) > sizes[kind]:
        if parts[0] != database:
            raise NotSupported(f'cross-database reference to database "{parts[0]}"')
        parts = parts[1:]
    if len(parts) != sizes[kind]:
        raise cursor.error()
    return parts


def _select(statement: Statement, source: str) -> Statement:
    return statement.with_tokens(fragment(f"SELECT * FROM {source}"))


def find_system_views(statement: Statement) -> Statement | None:
    """`pg_catalog.svv_tables` is a view of the compatibility schema here."""
    tokens = statement.tokens
    result: Tokens = ()
    for index, token in enumerate(tokens):
        is_qualifier = token.is_name and token.value == "pg_catalog" and _names_view(tokens, index)
        result = (*result, word("rs", token.space) if is_qualifier else token)
    return statement.with_tokens(result) if result != tokens else None


def _names_view(tokens: Tokens, index: int) -> bool:
    following = tokens[index + 1 : index + 3]
    return (
        len(following) == 2 and following[0].is_symbol(".") and following[1].value in SYSTEM_VIEWS
    )


def reads_query_log(tokens: Tokens) -> bool:
    """Tell whether a statement reads the log of queries."""
    return any(
        token.is_name and (token.value in QUERY_LOG_VIEWS or token.value == "pg_last_query_id")
        for token in tokens
    )


REWRITES = (
    Rewrite(
        "SHOW of objects",
        show_objects,
        redshift="SHOW TABLES FROM SCHEMA dev.m LIKE 'a%'",
        postgres="SELECT * FROM rs.show_tables('m', 'a%')",
        source=f"{DOCS}/r_SHOW_TABLES.html",
        more=(
            ("SHOW TABLE m.s", 'SELECT * FROM rs.show_table(\'"m"."s"\')'),
            ("SHOW DATABASES", "SELECT * FROM rs.show_databases('%')"),
        ),
    ),
    Rewrite(
        "system views in pg_catalog",
        find_system_views,
        redshift="SELECT * FROM pg_catalog.svv_tables",
        postgres="SELECT * FROM rs.svv_tables",
        source=f"{DOCS}/cm_chap_system-tables.html",
    ),
)

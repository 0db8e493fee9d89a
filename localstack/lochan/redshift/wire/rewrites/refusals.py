"""What is refused by name.

Redshift refuses it although PostgreSQL would do it, or Redshift does it and this stand-in does not
yet. Nothing reaches PostgreSQL only because nobody looked at it.

https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html
"""

from lochan.redshift.wire.errors import SqlSyntaxError, WireError
from lochan.redshift.wire.rewrites.row import DOCS, Refusal, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import POSTGRES_NAME_BYTES
from lochan.redshift.wire.sql.tokens import Tokens

_UNSUPPORTED = f"{DOCS}/c_unsupported-postgresql-features.html"

_STATEMENTS_WORDS = """
    abort alter analyze begin call cancel close comment commit copy create deallocate declare
    delete drop end execute explain fetch grant insert lock merge move prepare refresh reset
    revoke rollback select set show start truncate unload update vacuum values with use
"""
STATEMENTS = frozenset(_STATEMENTS_WORDS.split())
_CREATED_WORDS = """
    database external function group local materialized or procedure role schema table temp
    temporary user view
"""
_CREATED = frozenset(_CREATED_WORDS.split())
_FOREIGN_WORDS = """
    access aggregate cast collation conversion domain event extension foreign index language
    operator policy publication rule sequence server statistics subscription tablespace text
    transform trigger type unique
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split())


def _unknown_statement(statement: Statement) -> str | None:
    verb = statement.verb
    if verb.is_symbol("(") or verb.is_word(*STATEMENTS):
        return None
    raise SqlSyntaxError(f'syntax error at or near "{verb.text}"')


def _foreign_object(statement: Statement) -> str | None:
    cursor = statement.cursor()
    if not cursor.accept_any("create", "alter", "drop"):
        return None
    cursor.accept("or", "replace")
    kind = cursor.peek()
    if kind is None or not kind.is_word(*_FOREIGN):
        return None
    return f'SQL command "{statement.verb.text} {kind.text} ..." not supported on Redshift tables.'


def _unknown_object(statement: Statement) -> str | None:
    cursor = statement.cursor()
    if not cursor.accept("create"):
        return None
    kind = cursor.peek()
    if kind is None or kind.is_word(*_CREATED):
        return None
    return f"CREATE {kind.text.upper()} is not supported by this stand-in"


def _external_object(statement: Statement) -> str | None:
    cursor = statement.cursor()
    if not cursor.accept("create", "external"):
        return None
    kind = cursor.peek()
    if kind is None or kind.is_word("schema"):
        return None
    return f"CREATE EXTERNAL {kind.text.upper()} is not supported by this stand-in"


def _long_name(statement: Statement) -> str | None:
    """PostgreSQL would cut the name at 63 bytes and go on; Redshift's names have up to 127."""
    for token in statement.tokens:
        if token.is_name and len(token.value.encode()) > POSTGRES_NAME_BYTES:
            return (
                f"names of more than {POSTGRES_NAME_BYTES} bytes are not supported by this "
                f'stand-in: "{token.value}"'
            )
    return None


def _super_navigation(statement: Statement) -> str | None:
    """To PostgreSQL `a[0].text` is a cast of the element to text, another value."""
    for bracket, dot, name in zip(
        statement.tokens, statement.tokens[1:], statement.tokens[2:], strict=False
    ):
        if bracket.text == "]" and dot.text == "." and name.is_name:
            return (
                f'navigation into SUPER ("[...].{name.value}") is not supported by this stand-in: '
                "JSON_EXTRACT_PATH_TEXT(JSON_SERIALIZE(...), ...) reads a field"
            )
    return None


def _late_binding_view(statement: Statement) -> str | None:
    if not Cursor(statement.tokens, max(len(statement.tokens) - 4, 0)).sees(
        "with", "no", "schema", "binding"
    ):
        return None
    return "CREATE VIEW ... WITH NO SCHEMA BINDING is not supported by this stand-in"


def _python_function(statement: Statement) -> str | None:
    cursor = statement.cursor()
    if not cursor.accept("create"):
        return None
    cursor.accept("or", "replace")
    if not cursor.accept_any("function", "procedure"):
        return None
    for index, token in enumerate(statement.tokens[:-1]):
        language = statement.tokens[index + 1]
        if token.is_word("language") and language.value.lower() not in ("sql", "plpgsql"):
            return f"LANGUAGE {language.value} is not supported by this stand-in"
    return None


def _on_conflict(statement: Statement) -> str | None:
    if not statement.verb.is_word("insert", "with"):
        return None
    if _has(statement.tokens, "on", "conflict"):
        return "ON CONFLICT is not supported by Redshift"
    return None


def _returning(statement: Statement) -> str | None:
    if not statement.verb.is_word("insert", "update", "delete", "merge", "with"):
        return None
    if _has(statement.tokens, "returning"):
        return "RETURNING is not supported by Redshift"
    return None


def _for_update(statement: Statement) -> str | None:
    """Row locks: `FOR UPDATE` and its like may only mean that behind a query."""
    for words in (("for", "update"), ("for", "share"), ("for", "no", "key"), ("for", "key")):
        if _has(statement.tokens, *words):
            return "SELECT FOR UPDATE/SHARE is not supported"
    return None


def _distinct_on(statement: Statement) -> str | None:
    if _has(statement.tokens, "distinct", "on"):
        return "SELECT DISTINCT ON is not supported"
    return None


def _lateral(statement: Statement) -> str | None:
    if _has(statement.tokens, "lateral"):
        return "LATERAL is not supported by Redshift"
    return None


def _aggregate_filter(statement: Statement) -> str | None:
    for index, token in enumerate(statement.tokens[:-1]):
        follows_call = index > 0 and statement.tokens[index - 1].is_symbol(")")
        if follows_call and token.is_word("filter") and statement.tokens[index + 1].is_symbol("("):
            return "FILTER of aggregate functions is not supported by Redshift"
    return None


def _array_literal(statement: Statement) -> str | None:
    for token, following in zip(statement.tokens, statement.tokens[1:], strict=False):
        if token.is_word("array") and following.is_symbol("["):
            return "ARRAY[...] is not supported by Redshift: use the function ARRAY(...)"
    return None


def _pivot(statement: Statement) -> str | None:
    for index, token in enumerate(statement.tokens[:-1]):
        if token.is_word("pivot", "unpivot") and _opens(statement.tokens, index):
            return f"{token.text.upper()} is not supported by this stand-in"
    return None


def _exclude(statement: Statement) -> str | None:
    for index, token in enumerate(statement.tokens[:-1]):
        follows_star = index > 0 and statement.tokens[index - 1].is_symbol("*")
        if follows_star and token.is_word("exclude") and _opens(statement.tokens, index):
            return "* EXCLUDE (...) is not supported by this stand-in"
    return None


def _group_by_all(statement: Statement) -> str | None:
    if _has(statement.tokens, "group", "by", "all"):
        return "GROUP BY ALL is not supported by this stand-in"
    return None


def _opens(tokens: Tokens, index: int) -> bool:
    return tokens[index + 1].is_symbol("(")


def _set_search_path_by_function(statement: Statement) -> str | None:
    for index, token in enumerate(statement.tokens[:-2]):
        if token.is_word("set_config") and _opens(statement.tokens, index):
            return "set_config() is not supported by this stand-in: use SET"
    return None


def _create_database(statement: Statement) -> str | None:
    if statement.starts_with("create", "database"):
        return "CREATE DATABASE is not supported by this stand-in"
    return None


def _use(statement: Statement) -> str | None:
    return "USE is not supported by this stand-in" if statement.starts_with("use") else None


def _has(tokens: Tokens, *words: str) -> bool:
    return any(
        token.is_word(words[0]) and Cursor(tokens, index).sees(*words)
        for index, token in enumerate(tokens)
    )


def check(statement: Statement) -> None:
    """Raise for the first refusal that applies."""
    for refusal in REFUSALS:
        message = refusal.function(statement)
        if message is not None:
            raise WireError(refusal.sqlstate, message, hint=refusal.hint)


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "unknown statement",
        _unknown_statement,
        example="FLY TO THE MOON",
        message='syntax error at or near "FLY"',
        source=_UNSUPPORTED,
        sqlstate="42601",
    ),
    Refusal(
        "objects of PostgreSQL",
        _foreign_object,
        example="CREATE INDEX i ON t (a)",
        message='SQL command "CREATE INDEX ..." not supported on Redshift tables.',
        source=_UNSUPPORTED,
    ),
    Refusal(
        "objects without an emulation",
        _unknown_object,
        example="CREATE MODEL m FROM t",
        message="CREATE MODEL is not supported by this stand-in",
        source=f"{DOCS}/r_CREATE_MODEL.html",
    ),
    Refusal(
        "external tables",
        _external_object,
        example="CREATE EXTERNAL TABLE s.t (a INT)",
        message="CREATE EXTERNAL TABLE is not supported by this stand-in",
        source=f"{DOCS}/r_CREATE_EXTERNAL_TABLE.html",
    ),
    Refusal(
        "names of more than 63 bytes",
        _long_name,
        example=f"CREATE TABLE {'t' * 64} (a INT)",
        message=f'names of more than 63 bytes are not supported by this stand-in: "{"t" * 64}"',
        source=f"{DOCS}/r_names.html",
    ),
    Refusal(
        "navigation below elements of SUPER arrays",
        _super_navigation,
        example="SELECT t.many[0].text FROM t",
        message='navigation into SUPER ("[...].text") is not supported by this stand-in: '
        "JSON_EXTRACT_PATH_TEXT(JSON_SERIALIZE(...), ...) reads a field",
        source=f"{DOCS}/query-super.html",
    ),
    Refusal(
        "late-binding views",
        _late_binding_view,
        example="CREATE VIEW v AS SELECT 1 AS a WITH NO SCHEMA BINDING",
        message="CREATE VIEW ... WITH NO SCHEMA BINDING is not supported by this stand-in",
        source=f"{DOCS}/r_CREATE_VIEW.html",
    ),
    Refusal(
        "functions in Python",
        _python_function,
        example="CREATE FUNCTION f() RETURNS INT STABLE AS $$ return 1 $$ LANGUAGE plpythonu",
        message="LANGUAGE plpythonu is not supported by this stand-in",
        source=f"{DOCS}/r_CREATE_FUNCTION.html",
    ),
    Refusal(
        "ON CONFLICT",
        _on_conflict,
        example="INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
        message="ON CONFLICT is not supported by Redshift",
        source=f"{DOCS}/c_redshift-sql-implementated-differently.html",
    ),
    Refusal(
        "RETURNING",
        _returning,
        example="DELETE FROM t RETURNING id",
        message="RETURNING is not supported by Redshift",
        source=f"{DOCS}/c_redshift-sql-implementated-differently.html",
    ),
    Refusal(
        "FOR UPDATE",
        _for_update,
        example="SELECT a FROM t FOR UPDATE",
        message="SELECT FOR UPDATE/SHARE is not supported",
        source=_UNSUPPORTED,
    ),
    Refusal(
        "DISTINCT ON",
        _distinct_on,
        example="SELECT DISTINCT ON (a) a FROM t",
        message="SELECT DISTINCT ON is not supported",
        source=f"{DOCS}/c_redshift-sql-implementated-differently.html",
    ),
    Refusal(
        "LATERAL",
        _lateral,
        example="SELECT 1 FROM t, LATERAL (SELECT t.a) AS q",
        message="LATERAL is not supported by Redshift",
        source=_UNSUPPORTED,
    ),
    Refusal(
        "FILTER",
        _aggregate_filter,
        example="SELECT count(*) FILTER (WHERE a > 1) FROM t",
        message="FILTER of aggregate functions is not supported by Redshift",
        source=_UNSUPPORTED,
    ),
    Refusal(
        "ARRAY[...]",
        _array_literal,
        example="SELECT ARRAY[1, 2]",
        message="ARRAY[...] is not supported by Redshift: use the function ARRAY(...)",
        source=_UNSUPPORTED,
    ),
    Refusal(
        "PIVOT",
        _pivot,
        example="SELECT * FROM t PIVOT (SUM(a) FOR b IN (1))",
        message="PIVOT is not supported by this stand-in",
        source=f"{DOCS}/r_FROM_clause-pivot-unpivot-examples.html",
    ),
    Refusal(
        "EXCLUDE",
        _exclude,
        example="SELECT * EXCLUDE (a) FROM t",
        message="* EXCLUDE (...) is not supported by this stand-in",
        source=f"{DOCS}/r_EXCLUDE_list.html",
    ),
    Refusal(
        "GROUP BY ALL",
        _group_by_all,
        example="SELECT a FROM t GROUP BY ALL",
        message="GROUP BY ALL is not supported by this stand-in",
        source=f"{DOCS}/r_GROUP_BY_clause.html",
    ),
    Refusal(
        "set_config",
        _set_search_path_by_function,
        example="SELECT set_config('search_path', 'm', false)",
        message="set_config() is not supported by this stand-in: use SET",
        source=f"{DOCS}/r_SET_CONFIG.html",
    ),
    Refusal(
        "USE",
        _use,
        example="USE dev",
        message="USE is not supported by this stand-in",
        source=f"{DOCS}/r_USE_command.html",
    ),
    Refusal(
        "databases",
        _create_database,
        example="CREATE DATABASE d",
        message="CREATE DATABASE is not supported by this stand-in",
        source=f"{DOCS}/r_CREATE_DATABASE.html",
    ),
)

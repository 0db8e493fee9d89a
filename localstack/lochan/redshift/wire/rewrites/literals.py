"""Literals, identifiers and casts that read differently in PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace

from lochan.redshift.wire.rewrites.data_types import expression_type, sees_type, take_type
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import quote_identifier, quote_literal, word
from lochan.redshift.wire.sql.tokens import Kind, Token, Tokens

_LITERALS = f"{DOCS}/r_Character_types.html"
_NAMES = f"{DOCS}/r_names.html"


def escape_strings(statement: Statement) -> Statement | None:
    """A backslash in a string literal escapes what follows it."""
    return _map_tokens(statement, _escape_string)


def _escape_string(token: Token) -> Token:
    if token.kind is not Kind.STRING or token.text[0] in "bBxX":
        return token
    if "\\" not in token.text and token.text[0] not in "nN":
        return token
    return replace(token, text=quote_literal(token.value))


def fold_identifiers(statement: Statement) -> Statement | None:
    """Quoted identifiers fold to lower case, unless enable_case_sensitive_identifier is on."""
    if statement.context.case_sensitive:
        return None
    return _map_tokens(statement, _fold)


def _fold(token: Token) -> Token:
    if token.kind is not Kind.QUOTED or token.value == token.value.lower():
        return token
    return replace(token, text=quote_identifier(token.value.lower()))


def name_temporary_tables(statement: Statement) -> Statement | None:
    """`#t` is a temporary table."""
    return _map_tokens(statement, _quote_temporary)


def _quote_temporary(token: Token) -> Token:
    if token.kind is not Kind.WORD or not token.text.startswith("#"):
        return token
    return Token(Kind.QUOTED, quote_identifier(token.value), token.space)


def select_into_temporary(statement: Statement) -> Statement | None:
    """`SELECT ... INTO #t` makes a temporary table."""
    tokens = statement.tokens
    if not tokens[0].is_word("select", "with"):
        return None
    for index in range(1, len(tokens)):
        if tokens[index - 1].is_word("into") and tokens[index].text.startswith("#"):
            return statement.with_tokens((*tokens[:index], word("TEMPORARY"), *tokens[index:]))
    return None


def rewrite_casts(statement: Statement) -> Statement | None:
    """`x::DECIMAL` has precision 18 and scale 0; type names mean PostgreSQL's types."""
    tokens = statement.tokens
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        if _is_typed_literal(tokens, index):
            result.extend(_typed_literal(tokens[index]))
            index += 1
            continue
        result.append(tokens[index])
        index += 1
        if result[-1].is_symbol("::") and sees_type(Cursor(tokens, index)):
            cursor = Cursor(tokens, index)
            result.extend(_without_space(expression_type(take_type(cursor))))
            index = cursor.position
    return statement.with_tokens(tuple(result)) if tuple(result) != tokens else None


def _is_typed_literal(tokens: Tokens, index: int) -> bool:
    """Tell whether `DATE '2024-01-31'` begins here: a type's name before a string."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return (
        tokens[index].is_word("date", "timetz", "timestamptz")
        and following is not None
        and following.kind is Kind.STRING
        and not (index and tokens[index - 1].is_symbol(".", "::"))
    )


def _typed_literal(token: Token) -> Tokens:
    written = expression_type(take_type(Cursor((token,))))
    return (replace(written[0], space=token.space), *written[1:])


def _without_space(tokens: Tokens) -> Tokens:
    return (replace(tokens[0], space=""), *tokens[1:])


def _map_tokens(statement: Statement, change: Callable[[Token], Token]) -> Statement | None:
    changed = tuple(map(change, statement.tokens))
    return statement.with_tokens(changed) if changed != statement.tokens else None


REWRITES = (
    Rewrite(
        "backslash escapes",
        escape_strings,
        redshift=r"SELECT 'it\'s', 'a\\b', N'x'",
        postgres=r"SELECT 'it''s', E'a\\b', 'x'",
        source=_LITERALS,
    ),
    # SELECT INTO looks for `#`, which the next row takes away.
    Rewrite(
        "SELECT INTO a temporary table",
        select_into_temporary,
        redshift="SELECT id INTO #t FROM s",
        postgres='SELECT id INTO TEMPORARY "#t" FROM s',
        source=f"{DOCS}/r_SELECT_INTO.html",
    ),
    Rewrite(
        "temporary tables",
        name_temporary_tables,
        redshift="SELECT * FROM #t",
        postgres='SELECT * FROM "#t"',
        source=f"{DOCS}/r_CREATE_TABLE_NEW.html",
    ),
    Rewrite(
        "case of quoted identifiers",
        fold_identifiers,
        redshift='SELECT 1 AS "MixedCase"',
        postgres='SELECT 1 AS "mixedcase"',
        source=_NAMES,
    ),
    Rewrite(
        "casts",
        rewrite_casts,
        redshift="SELECT 1.5::DECIMAL, a::date, b::varchar(3) FROM t",
        postgres="SELECT 1.5::numeric(18,0), a::pg_catalog.date, b::character varying(3) FROM t",
        source=f"{DOCS}/r_CAST_function.html",
        more=(("SELECT DATE '2024-01-31'", "SELECT pg_catalog.date '2024-01-31'"),),
    ),
)

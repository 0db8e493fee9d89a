"""Functions whose calls PostgreSQL's grammar cannot take as Redshift writes them.

Functions that only PostgreSQL's library lacks are not here: they live in the schema `rs`
(compatibility/*.sql).
"""

from collections.abc import Mapping

from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.rewrites.calls import Call, CallRewriter, rewrite_calls
from lochan.redshift.wire.rewrites.data_types import expression_type, take_type
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.names import quote_literal
from lochan.redshift.wire.sql.tokens import Kind, Token, Tokens, render


def _with_date_part(call: Call) -> Tokens | None:
    """`DATEDIFF(day, ...)` names its part by a bare word, which has to become a string."""
    first = call.arguments[0] if call.arguments else ()
    if len(first) != 1 or first[0].kind is not Kind.WORD:
        return None
    arguments = [quote_literal(first[0].value), *call.texts()[1:]]
    return call.replaced_by(f"{call.name.text}({', '.join(arguments)})")


def _extract(call: Call) -> Tokens | None:
    """`EXTRACT(part FROM x)` with all of Redshift's names for parts."""
    (argument,) = call.arguments or ((),)
    if len(argument) < 3 or not argument[1].is_word("from"):
        return None
    part = quote_literal(argument[0].value)
    return call.replaced_by(f"rs.extract_part({part}, {render(argument[2:])})")


def _nvl(call: Call) -> Tokens | None:
    return call.replaced_by(f"COALESCE({', '.join(call.texts())})")


def _nvl2(call: Call) -> Tokens | None:
    call.expect_arguments(3)
    value, present, absent = call.texts()
    return call.replaced_by(f"CASE WHEN ({value}) IS NOT NULL THEN {present} ELSE {absent} END")


def _decode(call: Call) -> Tokens | None:
    """DECODE compares NULL with NULL as equal."""
    if len(call.arguments) < 3:
        raise SqlSyntaxError(f"function decode has {len(call.arguments)} arguments and needs three")
    value, *rest = call.texts()
    pairs = [
        f"WHEN ({value}) IS NOT DISTINCT FROM ({search}) THEN {result}"
        for search, result in zip(rest[0::2], rest[1::2], strict=False)
    ]
    otherwise = f" ELSE {rest[-1]}" if len(rest) % 2 else ""
    return call.replaced_by(f"CASE {' '.join(pairs)}{otherwise} END")


def _convert(call: Call) -> Tokens | None:
    call.expect_arguments(2)
    cursor = Cursor(call.arguments[0])
    data_type = take_type(cursor)
    cursor.expect_end()
    value = render(call.arguments[1])
    return call.replaced_by(f"CAST({value} AS {render(expression_type(data_type))})")


def _try_cast(call: Call) -> Tokens | None:
    """TRY_CAST gives NULL where CAST raises."""
    value, type_name = _split_as(call)
    return call.replaced_by(f"rs.try_cast(({value})::text, NULL::{type_name})")


def _cast(call: Call) -> Tokens | None:
    """CAST(x AS DECIMAL) has precision 18 and scale 0."""
    value, type_name = _split_as(call)
    return call.replaced_by(f"CAST({value} AS {type_name})")


def _split_as(call: Call) -> tuple[str, str]:
    tokens = tuple(
        token for index, part in enumerate(call.arguments) for token in ((*_comma(index), *part))
    )
    depth = 0
    for index, token in enumerate(tokens):
        depth += token.is_symbol("(") - token.is_symbol(")")
        if depth == 0 and token.is_word("as"):
            cursor = Cursor(tokens, index + 1)
            data_type = take_type(cursor)
            cursor.expect_end()
            return render(tokens[:index]), render(expression_type(data_type))
    raise SqlSyntaxError(f"{call.name.text} needs a value, AS and a type")


def _comma(index: int) -> Tokens:
    return (Token(Kind.SYMBOL, ","),) if index else ()


def _niladic(call: Call) -> Tokens | None:
    call.expect_arguments(0)
    return call.replaced_by(f"rs.{call.name.value}()")


def _qualified(call: Call) -> Tokens | None:
    """A name that PostgreSQL's grammar reserves for a syntax of its own."""
    return call.replaced_by(f"rs.{call.name.value}({', '.join(call.texts())})")


CALLS: Mapping[str, CallRewriter] = {
    "dateadd": _with_date_part,
    "date_add": _with_date_part,
    "datediff": _with_date_part,
    "date_diff": _with_date_part,
    "date_part": _with_date_part,
    "pgdate_part": _with_date_part,
    "extract": _extract,
    "nvl": _nvl,
    "nvl2": _nvl2,
    "decode": _decode,
    "convert": _convert,
    "try_cast": _try_cast,
    "cast": _cast,
    "version": _niladic,
    "json_serialize": _qualified,
}


def rewrite_functions(statement: Statement) -> Statement | None:
    """Rewrite the calls that the table names."""
    if not any(token.is_word(*CALLS) for token in statement.tokens):
        return None
    return statement.with_tokens(rewrite_calls(statement.tokens, CALLS))


_BARE_WORDS: Mapping[str, str] = {
    "sysdate": "rs.sysdate()",
    "current_user_id": "rs.current_user_id()",
}
_BEFORE_A_VALUE = (".", "::")


def rewrite_bare_words(statement: Statement) -> Statement | None:
    """SYSDATE and CURRENT_USER_ID are values without parentheses."""
    if not any(token.is_word(*_BARE_WORDS) for token in statement.tokens):
        return None
    result: list[Token] = []
    for index, token in enumerate(statement.tokens):
        previous = statement.tokens[index - 1] if index else None
        is_value = token.is_word(*_BARE_WORDS) and not (
            previous is not None
            and (previous.is_symbol(*_BEFORE_A_VALUE) or previous.is_word("as"))
        )
        result.extend(_replace_word(token) if is_value else (token,))
    return statement.with_tokens(tuple(result))


def _replace_word(token: Token) -> Tokens:
    return Call(token, ()).replaced_by(_BARE_WORDS[token.value])


REWRITES = (
    Rewrite(
        "functions",
        rewrite_functions,
        redshift="SELECT DATEDIFF(month, a, b), NVL(a, 3) FROM t",
        postgres="SELECT DATEDIFF('month', a, b), COALESCE(a, 3) FROM t",
        source=f"{DOCS}/r_DATEDIFF_function.html",
        more=(
            (
                "SELECT DECODE(NULL, NULL, 'n', 'z')",
                "SELECT CASE WHEN (NULL) IS NOT DISTINCT FROM (NULL) THEN 'n' ELSE 'z' END",
            ),
            ("SELECT CONVERT(INT, '5')", "SELECT CAST('5' AS integer)"),
            ("SELECT TRY_CAST('x' AS INT)", "SELECT rs.try_cast(('x')::text, NULL::integer)"),
            ("SELECT CAST(a AS DECIMAL)", "SELECT CAST(a AS numeric(18,0))"),
            (
                "SELECT EXTRACT(dayofweek FROM d) FROM t",
                "SELECT rs.extract_part('dayofweek', d) FROM t",
            ),
            (
                "SELECT NVL2(a, DATEADD(day, 1, b), b) FROM t",
                "SELECT CASE WHEN (a) IS NOT NULL THEN DATEADD('day', 1, b) ELSE b END FROM t",
            ),
        ),
    ),
    Rewrite(
        "values without parentheses",
        rewrite_bare_words,
        redshift="SELECT SYSDATE",
        postgres="SELECT rs.sysdate()",
        source=f"{DOCS}/r_SYSDATE.html",
    ),
)

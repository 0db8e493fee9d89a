"""Clauses of SELECT that PostgreSQL has no syntax for, or another one."""

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor, find_closing, split_commas
from lochan.redshift.wire.sql.names import fragment, symbol, word
from lochan.redshift.wire.sql.tokens import Kind, Tokens, render, spaced

_SET_OPERATORS = ("union", "intersect", "except", "minus")
_AFTER_QUALIFY = ("order", "limit", "offset", "fetch")
_CLAUSES = ("from", "where", "group", "having", "qualify", *_AFTER_QUALIFY)


def minus(statement: Statement) -> Statement | None:
    """MINUS is EXCEPT."""
    tokens = statement.tokens
    changed = tuple(
        word("EXCEPT", token.space) if _is_minus(tokens, index) else token
        for index, token in enumerate(tokens)
    )
    return statement.with_tokens(changed) if changed != tokens else None


def _is_minus(tokens: Tokens, index: int) -> bool:
    if not tokens[index].is_word("minus") or index == 0:
        return False
    cursor = Cursor(tokens, index + 1)
    return cursor.sees("select") or (
        cursor.sees_symbol("(") and not tokens[index - 1].is_symbol(".")
    )


def top(statement: Statement) -> Statement | None:
    """`SELECT TOP n` is LIMIT n at the end of that SELECT."""
    tokens = statement.tokens
    for index in range(len(tokens) - 1, 0, -1):
        if _is_top(tokens, index):
            tokens = _move_top(tokens, index)
    return statement.with_tokens(tokens) if tokens != statement.tokens else None


def _is_top(tokens: Tokens, index: int) -> bool:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return (
        tokens[index].is_word("top")
        and tokens[index - 1].is_word("select", "distinct", "all")
        and following is not None
        and following.kind in (Kind.NUMBER, Kind.PARAMETER)
    )


def _move_top(tokens: Tokens, index: int) -> Tokens:
    start = index - 1 if tokens[index - 1].is_word("select") else index - 2
    end = find_select_end(tokens, start)
    limit = (word("LIMIT"), *spaced(tokens[index + 1 : index + 2]))
    select = (*tokens[start:index], *tokens[index + 2 : end], *limit)
    if _is_in_set_operation(tokens, start, end):
        select = (symbol("(", " "), *select, symbol(")"))
    return (*tokens[:start], *select, *tokens[end:])


def _is_in_set_operation(tokens: Tokens, start: int, end: int) -> bool:
    before = tokens[start - 1] if start else None
    after = tokens[end] if end < len(tokens) else None
    operators = (*_SET_OPERATORS, "all")
    return any(token is not None and token.is_word(*operators) for token in (before, after))


def find_select_end(tokens: Tokens, start: int) -> int:
    """Find where the SELECT at `start` ends: a set operator, a parenthesis, or the statement."""
    index = start + 1
    while index < len(tokens):
        token = tokens[index]
        if token.is_symbol("("):
            index = find_closing(tokens, index)
        elif token.is_symbol(")") or token.is_word(*_SET_OPERATORS):
            return index
        index += 1
    return len(tokens)


def qualify(statement: Statement) -> Statement | None:
    """QUALIFY filters by window functions: a column of a subquery that the outer query tests."""
    tokens = statement.tokens
    for index in range(len(tokens) - 1, -1, -1):
        if tokens[index].is_word("qualify") and not tokens[index - 1].is_word("as"):
            tokens = _nest_qualify(tokens, index)
    return statement.with_tokens(tokens) if tokens != statement.tokens else None


def _nest_qualify(tokens: Tokens, index: int) -> Tokens:
    start = _find_select_start(tokens, index)
    end = find_select_end(tokens, start)
    tail = _find_clause(tokens, index + 1, end, _AFTER_QUALIFY)
    list_end = _find_clause(tokens, start + 1, index, _CLAUSES)
    items = split_commas(tokens[start + 1 : list_end])
    aliases = dict(_alias_of(item) for item in items)
    condition = _substitute(tokens[index + 1 : tail], aliases)
    columns = ", ".join(aliases)
    inner = f"{render(tokens[start:list_end])}, ({render(condition)}) AS rs_qualify"
    nested = (
        f"SELECT {columns} FROM ({inner} {render(tokens[list_end:index])}) AS rs_qualified "
        "WHERE rs_qualify"
    )
    return (*tokens[:start], *fragment(nested), *spaced(tokens[tail:end]), *tokens[end:])


def _find_select_start(tokens: Tokens, index: int) -> int:
    depth = 0
    for position in range(index, -1, -1):
        depth += tokens[position].is_symbol(")") - tokens[position].is_symbol("(")
        if depth == 0 and tokens[position].is_word("select"):
            return position
    raise Cursor(tokens, index).error()


def _find_clause(tokens: Tokens, start: int, end: int, clauses: tuple[str, ...]) -> int:
    index = start
    while index < end:
        if tokens[index].is_symbol("("):
            index = find_closing(tokens, index)
        elif tokens[index].is_word(*clauses):
            return index
        index += 1
    return end


def _alias_of(item: Tokens) -> tuple[str, Tokens]:
    """Name a column of a select list and give its expression."""
    if item[-1].is_symbol("*"):
        raise NotSupported(
            "QUALIFY with * in the select list is not supported by this stand-in",
            hint="Name the columns.",
        )
    if len(item) > 2 and item[-2].is_word("as"):
        return item[-1].text, item[:-2]
    if not item[-1].is_name:
        raise NotSupported(
            f"QUALIFY needs a name for the column {render(item)} in this stand-in",
            hint="Give it one by AS.",
        )
    is_plain = len(item) == 1 or item[-2].is_symbol(".")
    return item[-1].text, item if is_plain else item[:-1]


def _substitute(condition: Tokens, aliases: dict[str, Tokens]) -> Tokens:
    result: Tokens = ()
    for token in condition:
        expression = aliases.get(token.text) if token.is_name else None
        if expression is None or len(expression) == 1:
            result = (*result, token)
        else:
            result = (*result, symbol("(", " "), *expression, symbol(")"))
    return result


REWRITES = (
    Rewrite(
        "TOP",
        top,
        redshift="SELECT TOP 2 id FROM s ORDER BY id DESC",
        postgres="SELECT id FROM s ORDER BY id DESC LIMIT 2",
        source=f"{DOCS}/r_SELECT_list.html",
        more=(
            (
                "SELECT * FROM (SELECT DISTINCT TOP 1 id FROM s) AS q",
                "SELECT * FROM (SELECT DISTINCT id FROM s LIMIT 1) AS q",
            ),
        ),
    ),
    Rewrite(
        "QUALIFY",
        qualify,
        redshift="SELECT id, ROW_NUMBER() OVER (ORDER BY id) rn FROM s QUALIFY rn = 1 ORDER BY id",
        postgres=(
            "SELECT id, rn FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) rn, "
            "(( ROW_NUMBER() OVER (ORDER BY id)) = 1) AS rs_qualify FROM s) AS rs_qualified "
            "WHERE rs_qualify ORDER BY id"
        ),
        source=f"{DOCS}/r_QUALIFY_clause.html",
    ),
    # TOP and QUALIFY end a SELECT at MINUS too, so this row may come behind them.
    Rewrite(
        "MINUS",
        minus,
        redshift="SELECT a FROM t MINUS SELECT a FROM u",
        postgres="SELECT a FROM t EXCEPT SELECT a FROM u",
        source=f"{DOCS}/r_UNION.html",
    ),
)

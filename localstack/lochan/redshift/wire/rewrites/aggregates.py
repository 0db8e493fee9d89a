"""Aggregates and window functions with clauses of their own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lochan.redshift.wire.errors import NotSupported
from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor, find_closing, split_commas
from lochan.redshift.wire.sql.names import fragment
from lochan.redshift.wire.sql.tokens import Tokens, render

_WHOLE_PARTITION = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_ROWS_BEFORE = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_ROWS_AFTER = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"


@dataclass(frozen=True)
class _Aggregate:
    """A call and the clauses behind it; `end` is the index of the token that follows them."""

    name: str
    arguments: Tokens
    order: Tokens
    window: Tokens | None
    nulls: str | None
    end: int


def _find_calls(tokens: Tokens, names: frozenset[str]) -> Iterator[int]:
    """Yield where these functions are called, the last call first."""
    for index in range(len(tokens) - 2, -1, -1):
        qualified = index > 0 and tokens[index - 1].is_symbol(".")
        if tokens[index].is_word(*names) and tokens[index + 1].is_symbol("(") and not qualified:
            yield index


def _read(tokens: Tokens, start: int) -> _Aggregate:
    closing = find_closing(tokens, start + 1)
    inside = tokens[start + 2 : closing]
    nulls = _nulls_clause(Cursor(inside, max(len(inside) - 2, 0)))
    if nulls is not None:
        inside = inside[:-2]
    cursor = Cursor(tokens, closing + 1)
    order: Tokens = ()
    if cursor.accept("within", "group"):
        order = cursor.take_parenthesised()
    behind = _nulls_clause(cursor)
    window = None
    if cursor.sees("over") and (following := cursor.peek(1)) and following.is_symbol("("):
        cursor.take()
        window = cursor.take_parenthesised()
    return _Aggregate(tokens[start].value, inside, order, window, nulls or behind, cursor.position)


def _nulls_clause(cursor: Cursor) -> str | None:
    for word in ("ignore", "respect"):
        if cursor.accept(word, "nulls"):
            return word
    return None


def _replace_calls(
    statement: Statement, names: frozenset[str], write: Callable[[_Aggregate], str | None]
) -> Statement | None:
    tokens = statement.tokens
    for index in _find_calls(tokens, names):
        call = _read(tokens, index)
        text = write(call)
        if text is not None:
            tokens = (*tokens[:index], *fragment(text), *tokens[call.end :])
    return statement.with_tokens(tokens) if tokens != statement.tokens else None


def listagg(statement: Statement) -> Statement | None:
    """LISTAGG is string_agg; as a window function its order becomes the window's."""
    return _replace_calls(statement, frozenset({"listagg"}), _write_listagg)


def _write_listagg(call: _Aggregate) -> str:
    value, *delimiter = split_commas(call.arguments)
    distinct = ""
    if value and value[0].is_word("distinct", "all"):
        distinct = f"{value[0].text} "
        value = value[1:]
    text = f"({render(value)})::text"
    between = render(delimiter[0]) if delimiter else "''"
    order = _order_by(call.order, value if distinct else (), text)
    if call.window is None:
        return f"string_agg({distinct}{text}, {between}{order})"
    frame = f" {_WHOLE_PARTITION}" if order else ""
    return f"string_agg({distinct}{text}, {between}) OVER ({render(call.window)}{order}{frame})"


def _order_by(order: Tokens, value: Tokens, text: str) -> str:
    """Write the order; with DISTINCT PostgreSQL wants the very expression that is aggregated."""
    if not order:
        return ""
    items = [_order_item(item, value, text) for item in split_commas(order[2:])]
    return f" ORDER BY {', '.join(items)}"


def _order_item(item: Tokens, value: Tokens, text: str) -> str:
    size = len(value)
    if value and [token.value for token in item[:size]] == [token.value for token in value]:
        return f"{text} {render(item[size:])}".strip()
    return render(item)


def ratio_to_report(statement: Statement) -> Statement | None:
    """A row's share in the sum over its window."""
    return _replace_calls(statement, frozenset({"ratio_to_report"}), _write_ratio)


def _write_ratio(call: _Aggregate) -> str:
    value = render(call.arguments)
    window = render(call.window or ())
    return f"(({value})::double precision / NULLIF(SUM({value}) OVER ({window}), 0))"


def ignore_nulls(statement: Statement) -> Statement | None:
    """IGNORE NULLS by aggregates that keep the first or last value that is not NULL."""
    return _replace_calls(statement, frozenset(_IGNORING_NULLS), _write_ignoring)


def _write_ignoring(call: _Aggregate) -> str | None:
    if call.nulls is None or call.window is None:
        return None
    window = render(call.window)
    if call.nulls == "respect":
        return f"{call.name}({render(call.arguments)}) OVER ({window})"
    aggregate, frame = _IGNORING_NULLS[call.name]
    value, *offset = split_commas(call.arguments)
    if offset and [render(part) for part in offset] != ["1"]:
        raise NotSupported(
            f"{call.name.upper()} with IGNORE NULLS and an offset other than 1 is not supported "
            "by this stand-in"
        )
    return f"rs.{aggregate}({render(value)}) OVER ({window}{' ' + frame if frame else ''})"


_IGNORING_NULLS: Mapping[str, tuple[str, str]] = {
    "first_value": ("first_value_ignoring_nulls", ""),
    "last_value": ("last_value_ignoring_nulls", ""),
    "lag": ("last_value_ignoring_nulls", _ROWS_BEFORE),
    "lead": ("first_value_ignoring_nulls", _ROWS_AFTER),
}


def approximate(statement: Statement) -> Statement | None:
    """APPROXIMATE allows an error that an exact count does not have."""
    tokens = statement.tokens
    kept = tuple(
        token
        for index, token in enumerate(tokens)
        if not (
            token.is_word("approximate")
            and Cursor(tokens, index + 1).sees_any("count", "percentile_disc")
        )
    )
    return statement.with_tokens(kept) if len(kept) < len(tokens) else None


REWRITES = (
    Rewrite(
        "LISTAGG",
        listagg,
        redshift="SELECT LISTAGG(DISTINCT g, '|') WITHIN GROUP (ORDER BY g DESC) FROM s",
        postgres="SELECT string_agg(DISTINCT (g)::text, '|' ORDER BY (g)::text DESC) FROM s",
        source=f"{DOCS}/r_LISTAGG.html",
        more=(
            (
                "SELECT LISTAGG(n) WITHIN GROUP (ORDER BY id) OVER (PARTITION BY g) FROM s",
                "SELECT string_agg((n)::text, '') OVER (PARTITION BY g ORDER BY id "
                "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM s",
            ),
        ),
    ),
    Rewrite(
        "RATIO_TO_REPORT",
        ratio_to_report,
        redshift="SELECT RATIO_TO_REPORT(q) OVER (PARTITION BY g) FROM s",
        postgres=(
            "SELECT ((q)::double precision / NULLIF(SUM(q) OVER (PARTITION BY g), 0)) FROM s"
        ),
        source=f"{DOCS}/r_WF_RATIO_TO_REPORT.html",
    ),
    Rewrite(
        "IGNORE NULLS",
        ignore_nulls,
        redshift="SELECT LAG(x) IGNORE NULLS OVER (ORDER BY o) FROM s",
        postgres=(
            "SELECT rs.last_value_ignoring_nulls(x) OVER (ORDER BY o "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM s"
        ),
        source=f"{DOCS}/r_WF_LAG.html",
        more=(
            (
                "SELECT LAST_VALUE(x IGNORE NULLS) OVER (ORDER BY o) FROM s",
                "SELECT rs.last_value_ignoring_nulls(x) OVER (ORDER BY o) FROM s",
            ),
        ),
    ),
    Rewrite(
        "APPROXIMATE",
        approximate,
        redshift="SELECT APPROXIMATE COUNT(DISTINCT g) FROM s",
        postgres="SELECT COUNT(DISTINCT g) FROM s",
        source=f"{DOCS}/r_COUNT.html",
    ),
)

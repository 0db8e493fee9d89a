"""From the text of a client to what is done with each of its statements."""

from collections.abc import Callable
from functools import lru_cache

from lochan.redshift.wire.actions import Action, Forward, Load, Script, Unload
from lochan.redshift.wire.copy.errors import CopySyntaxError
from lochan.redshift.wire.copy.parser import is_copy, parse_copy
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites import refusals
from lochan.redshift.wire.rewrites.catalog import reads_query_log
from lochan.redshift.wire.rewrites.row import Context, Statement
from lochan.redshift.wire.rewrites.table import rewrite
from lochan.redshift.wire.sql.tokens import Kind, Tokens, parse, render, split_statements
from lochan.redshift.wire.unload.parser import has_outer_limit, parse_unload

_CACHED_TEXTS = 2048
_LONGEST_CACHED_TEXT = 20_000


def _route_copy(statement: Statement) -> Action | None:
    """COPY from S3 is ours."""
    try:
        return Load(parse_copy(statement.sql), statement.sql) if is_copy(statement.sql) else None
    except CopySyntaxError as error:
        raise WireError(error.sqlstate, error.message) from error


def _route_unload(statement: Statement) -> Action | None:
    """UNLOAD to S3 is ours; its query is routed as if it came by itself."""
    if not statement.starts_with("unload"):
        return None
    if len(statement.tokens) < 5 or not _is_enclosed_text(statement.tokens[1:4]):
        raise WireError("42601", f'syntax error at or near "{statement.tokens[-1].text}"')
    text = statement.tokens[2].value
    try:
        if has_outer_limit(text):
            raise WireError("0A000", "Limit clause is not supported")
        parsed = parse_unload(render(statement.tokens[4:]))
    except CopySyntaxError as error:
        raise WireError(error.sqlstate, error.message) from error
    queries = split_statements(parse(text))
    action = _route_statement(Statement(queries[0], statement.context)) if queries else None
    if len(queries) != 1 or not isinstance(action, Forward) or not _is_query(queries[0]):
        raise WireError("42601", "UNLOAD takes one SELECT statement in quotes")
    return Unload(parsed, action.sql)


def _is_enclosed_text(tokens: Tokens) -> bool:
    opening, text, closing = tokens
    is_text = text.kind in (Kind.STRING, Kind.DOLLAR_STRING)
    return opening.is_symbol("(") and is_text and closing.is_symbol(")")


def _is_query(tokens: Tokens) -> bool:
    return tokens[0].is_word("select", "with") or tokens[0].is_symbol("(")


def _route_refused(statement: Statement) -> Action | None:
    """What is refused raises; nothing is routed here."""
    refusals.check(statement)
    return None


def _route_rewritten(statement: Statement) -> Action | None:
    """Everything else is PostgreSQL's, once it is written so that PostgreSQL means the same."""
    rewritten = rewrite(statement)
    if rewritten.after or rewritten.commits or rewritten.tag:
        statements = (rewritten.sql, *rewritten.after)
        return Script(statements, rewritten.tag, rewritten.commits)
    return Forward(
        rewritten.sql,
        rewritten.is_changed,
        reads_query_log(rewritten.tokens),
        rewritten.case_sensitive,
    )


ROUTES: tuple[Callable[[Statement], Action | None], ...] = (
    _route_copy,
    _route_unload,
    _route_refused,
    _route_rewritten,
)


def route(sql: str, context: Context) -> tuple[Action, ...]:
    """Say what to do with each statement of the text; raises WireError."""
    if len(sql) > _LONGEST_CACHED_TEXT:
        return _route_text(sql, context)
    return _route_cached(sql, context)


def _route_text(sql: str, context: Context) -> tuple[Action, ...]:
    statements = [Statement(tokens, context) for tokens in split_statements(parse(sql))]
    try:
        return tuple(map(_route_statement, statements))
    except RecursionError as error:  # what PostgreSQL says of a statement that it cannot follow
        raise WireError("54001", "stack depth limit exceeded") from error


_route_cached = lru_cache(_CACHED_TEXTS)(_route_text)


def _route_statement(statement: Statement) -> Action:
    for routed in ROUTES:
        action = routed(statement)
        if action is not None:
            return action
    raise WireError("XX000", f"no route takes the statement: {statement.sql[:200]}")

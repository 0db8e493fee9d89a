"""From the text of a client to what is done with each of its statements."""

from collections.abc import Callable
from functools import lru_cache

from lochan.redshift.wire.actions import Action, Forward, Load, Script
from lochan.redshift.wire.copy.errors import CopySyntaxError
from lochan.redshift.wire.copy.parser import is_copy, parse_copy
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites import refusals
from lochan.redshift.wire.rewrites.catalog import reads_query_log
from lochan.redshift.wire.rewrites.row import Context, Statement
from lochan.redshift.wire.rewrites.table import rewrite
from lochan.redshift.wire.sql.tokens import parse, split_statements

_CACHED_TEXTS = 2048
_LONGEST_CACHED_TEXT = 20_000


def _route_copy(statement: Statement) -> Action | None:
    """COPY from S3 is ours."""
    if not is_copy(statement.sql):
        return None
    try:
        return Load(parse_copy(statement.sql), statement.sql)
    except CopySyntaxError as error:
        raise WireError(error.sqlstate, error.message) from error


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
    return tuple(map(_route_statement, statements))


_route_cached = lru_cache(_CACHED_TEXTS)(_route_text)


def _route_statement(statement: Statement) -> Action:
    for routed in ROUTES:
        action = routed(statement)
        if action is not None:
            return action
    raise WireError("XX000", f"no route takes the statement: {statement.sql[:200]}")

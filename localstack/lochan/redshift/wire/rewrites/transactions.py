"""BEGIN and its like.

Isolation: the default of new clusters and workgroups is SNAPSHOT, which is PostgreSQL's REPEATABLE
READ; it is a property of the database (ALTER DATABASE ... ISOLATION LEVEL) and a level named in
BEGIN has no effect. https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html
"""

from lochan.redshift.wire.rewrites.row import DOCS, Rewrite, Statement
from lochan.redshift.wire.sql.cursor import Cursor
from lochan.redshift.wire.sql.tokens import Tokens

_LEVELS = (
    ("serializable",),
    ("snapshot",),
    ("repeatable", "read"),
    ("read", "committed"),
    ("read", "uncommitted"),
)


def begin(statement: Statement) -> Statement | None:
    """Drop the isolation level, which Redshift accepts and ignores."""
    cursor = statement.cursor()
    if cursor.accept("begin"):
        _ = cursor.accept("work") or cursor.accept("transaction")
    elif not cursor.accept("start", "transaction"):
        return None
    kept: Tokens = statement.tokens[: cursor.position]
    while not cursor.at_end:
        if not _take_level(cursor):
            kept = (*kept, *_take_access_mode(cursor))
        cursor.accept_symbol(",")
    return statement.with_tokens(kept) if len(kept) < len(statement.tokens) else None


def _take_level(cursor: Cursor) -> bool:
    if not cursor.accept("isolation", "level"):
        return False
    if not any(cursor.accept(*words) for words in _LEVELS):
        raise cursor.error()
    return True


def _take_access_mode(cursor: Cursor) -> Tokens:
    start = cursor.position
    if not (cursor.accept("read", "only") or cursor.accept("read", "write")):
        raise cursor.error()
    return cursor.tokens[start : cursor.position]


REWRITES = (
    Rewrite(
        "isolation level of a transaction",
        begin,
        redshift="BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
        postgres="BEGIN READ WRITE",
        source=f"{DOCS}/r_BEGIN.html",
    ),
)

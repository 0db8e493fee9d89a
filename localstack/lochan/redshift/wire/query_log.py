"""The statements that ran, kept in memory until somebody reads STL_QUERY or its like.

Writing each statement to a table would cost every statement a second one. Nobody reads most of
them, so the table is filled when a statement names one of the views over it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count

from lochan.redshift.wire.backend_protocol import Backend
from lochan.redshift.wire.errors import SqlSyntaxError
from lochan.redshift.wire.sql.names import quote_literal
from lochan.redshift.wire.sql.tokens import Kind, tokenize

_KEPT_STATEMENTS = 10_000
_SECRET_WORDS = (
    "password",
    "credentials",
    "access_key_id",
    "secret_access_key",
    "session_token",
    "master_symmetric_key",
)
_LITERALS = (Kind.STRING, Kind.DOLLAR_STRING)


@dataclass(frozen=True)
class LoggedQuery:
    """One statement as STL_QUERY shows it."""

    query_id: int
    user: str
    process_id: int
    database: str
    text: str
    started: float


@dataclass
class QueryLog:
    """The statements of all connections, in order."""

    connect: Callable[[], AbstractContextManager[Backend]]
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _unwritten: list[LoggedQuery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, user: str, process_id: int, database: str, text: str) -> None:
        """Note that a statement starts."""
        with self._lock:
            query = LoggedQuery(next(self._ids), user, process_id, database, text, time.time())
            self._unwritten.append(query)
            del self._unwritten[:-_KEPT_STATEMENTS]

    def write(self) -> None:
        """Move the statements into their table; raises BackendError."""
        with self._lock:
            queries, self._unwritten = self._unwritten, []
        if queries:
            rows = ",\n".join(map(_row, queries))
            with self.connect() as backend:
                backend.execute(f"INSERT INTO rs_catalog.query_log VALUES {rows}")


def redact(sql: str) -> str:
    """Hide the literals of a statement that carries a secret."""
    try:
        tokens = tokenize(sql)
    except SqlSyntaxError:
        # Where its literals end nobody knows.
        return sql.split(None, 1)[0] if sql.strip() else ""
    if not any(token.is_word(*_SECRET_WORDS) for token in tokens):
        return sql
    return "".join("'***'" if token.kind in _LITERALS else token.text for token in tokens)


def _row(query: LoggedQuery) -> str:
    text = quote_literal(redact(query.text)[:4000])
    return (
        f"({query.query_id}, {quote_literal(query.user)}, {query.process_id}, "
        f"{quote_literal(query.database)}, {text}, to_timestamp({query.started}))"
    )

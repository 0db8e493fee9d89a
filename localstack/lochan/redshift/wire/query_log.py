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
from lochan.redshift.wire.disk import record_disk
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
_QUERY_CANCELED = "57014"
_OVERWRITE = (
    "ON CONFLICT (query) DO UPDATE SET endtime = excluded.endtime, status = excluded.status, "
    "error = excluded.error, returned_rows = excluded.returned_rows"
)
# Redshift keeps its logs for a week:
# https://docs.aws.amazon.com/redshift/latest/dg/c_intro_STL_tables.html
_DROP_OLD = "DELETE FROM rs_catalog.query_log WHERE starttime < now() - INTERVAL '7 days'"
_LITERALS = (Kind.STRING, Kind.DOLLAR_STRING)


@dataclass
class LoggedQuery:
    """One statement as SYS_QUERY_HISTORY shows it; times in seconds since 1970.

    What is refused before it is planned (a class 42 SQLSTATE: unknown names, missing rights, a
    slip in the syntax) is no query and leaves no trace.
    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """

    query_id: int
    user: str
    process_id: int
    database: str
    text: str
    started: float
    ended: float | None = None
    status: str = "running"
    error: str = ""
    returned_rows: int = 0
    forgotten: bool = False

    def complete(self, tag: str) -> None:
        """Note the tag of a command that has run (`SELECT 5`)."""
        words = tag.split()
        if words and words[0] in ("SELECT", "FETCH"):
            self.returned_rows += int(words[-1])

    def end(self) -> None:
        """Note that the statement has been answered."""
        if self.ended is None:
            self._close("success")

    def fail(self, sqlstate: str, message: str) -> None:
        """Note that the statement has been answered by an error."""
        if sqlstate.startswith("42"):
            self.forget()
        self.error = message
        self._close("canceled" if sqlstate == _QUERY_CANCELED else "failed")

    def cancel(self) -> None:
        """Note that nobody waits for the statement any more."""
        self._close("canceled")

    def forget(self) -> None:
        """Note that the statement never ran."""
        self.forgotten = True

    def _close(self, status: str) -> None:
        # Status last: who sees that it has ended finds everything else in place.
        self.ended, self.status = time.time(), status


StartQuery = Callable[[str], LoggedQuery | None]


def ignore_query(sql: str) -> None:
    """Log nothing."""


@dataclass
class QueryLog:
    """The statements of all connections, in order."""

    connect: Callable[[], AbstractContextManager[Backend]]
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _unwritten: list[LoggedQuery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, user: str, process_id: int, database: str, text: str) -> LoggedQuery:
        """Note that a statement starts; whoever runs it says how it ends."""
        with self._lock:
            query = LoggedQuery(next(self._ids), user, process_id, database, text, time.time())
            self._unwritten.append(query)
            del self._unwritten[:-_KEPT_STATEMENTS]
        return query

    def write(self) -> None:
        """Bring the tables behind the views up to date; raises BackendError."""
        with self._lock:
            queries = [query for query in self._unwritten if not query.forgotten]
            self._unwritten = [query for query in queries if query.status == "running"]
        with self.connect() as backend:
            if queries:
                rows = ",\n".join(map(_row, queries))
                backend.execute(f"INSERT INTO rs_catalog.query_log VALUES {rows} {_OVERWRITE}")
            backend.execute(_DROP_OLD)
            record_disk(backend)


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
    ended = "NULL" if query.ended is None else f"to_timestamp({query.ended})"
    return (
        f"({query.query_id}, {quote_literal(query.user)}, {query.process_id}, "
        f"{quote_literal(query.database)}, {text}, to_timestamp({query.started}), {ended}, "
        f"{quote_literal(query.status)}, {quote_literal(query.error[:512])}, "
        f"{query.returned_rows})"
    )

"""Runs what the session does not forward: scripts, loads, and queries that mix them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from lochan.redshift.wire.actions import Action, Forward, Load, Script, Unload
from lochan.redshift.wire.backend import BackendConnection
from lochan.redshift.wire.backend_protocol import Backend, BackendError
from lochan.redshift.wire.copy.errors import CopyError
from lochan.redshift.wire.copy.statement import CopyStatement
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.messages.answers import (
    CommandComplete,
    ErrorResponse,
    NoticeResponse,
    ReadyForQuery,
)
from lochan.redshift.wire.query_log import LoggedQuery
from lochan.redshift.wire.reports import error_response, information, translate_error
from lochan.redshift.wire.session import Refuse, RunPortal, RunQuery
from lochan.redshift.wire.sql.names import quote_literal
from lochan.redshift.wire.unload.statement import UnloadStatement

_IDLE = b"I"
_IN_TRANSACTION = b"T"
_FAILED = b"E"
_ABORTED = WireError(
    "25P02", "current transaction is aborted, commands ignored until end of transaction block"
)


class LoadResult(Protocol):
    """What a COPY reports."""

    @property
    def rows_loaded(self) -> int:
        """How many rows it loaded."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the client is told."""
        ...


class UnloadOutcome(Protocol):
    """What an UNLOAD reports."""

    @property
    def rows_unloaded(self) -> int:
        """How many rows it wrote."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the client is told."""
        ...


RunLoad = Callable[[CopyStatement, Backend], LoadResult]
RunUnload = Callable[[UnloadStatement, str, Backend], UnloadOutcome]


class _Failed(Exception):
    """The client has its error already; what was to follow is not run."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message


@dataclass
class Runner:
    """Runs actions on a client's backend and writes the answers to the client."""

    backend: BackendConnection
    write: Callable[[bytes], None]
    load: RunLoad
    unload: RunUnload

    def run_query(self, step: RunQuery) -> None:
        """Run the statements of a simple Query one after the other, and end its answer."""
        opened = self._open_transaction(step.actions)
        try:
            with _noted(step.logged):
                for action in step.actions:
                    self._run(action)
                if opened and self.backend.transaction_status == _IN_TRANSACTION:
                    self.backend.execute("COMMIT")
        except _Failed:
            if opened:
                self.backend.execute("ROLLBACK")
        self._write_ready()

    def run_portal(self, step: RunPortal) -> bool:
        """Run one statement of the extended protocol and tell whether it succeeded."""
        try:
            with _noted(step.logged):
                self._run(step.action)
        except _Failed:
            return False
        return True

    def refuse(self, step: Refuse) -> None:
        """Report an error that PostgreSQL does not know of, and fail its transaction."""
        self._report(step.error)
        if step.ends_query:
            self._write_ready()

    def _open_transaction(self, actions: tuple[Action, ...]) -> bool:
        """Make several statements one transaction, which a Query without BEGIN is."""
        if len(actions) < 2 or self.backend.transaction_status != _IDLE:
            return False
        if any(_controls_transactions(action) for action in actions):
            return False
        self.backend.execute("BEGIN")
        return True

    def _run(self, action: Action) -> None:
        match action:
            case Forward(sql=sql, changed=changed):
                self._relay(sql, changed)
            case Script():
                self._run_script(action)
            case Load():
                self._run_load(action)
            case Unload():
                self._run_unload(action)

    def _relay(self, sql: str, changed: bool) -> None:
        failed: _Failed | None = None
        for frame in self.backend.query(sql):
            if frame.kind == ErrorResponse.kind:
                failed = self._write_error(ErrorResponse.decode(frame.payload), changed=changed)
            else:
                self.write(frame.encode())
        if failed:
            raise failed

    def _write_error(self, error: ErrorResponse, *, changed: bool) -> _Failed:
        told = translate_error(error, changed=changed)
        self.write(told.encode())
        return _Failed(error.fields.get("C", ""), told.fields["M"])

    def _run_script(self, script: Script) -> None:
        self._check_transaction()
        if script.commits and self.backend.transaction_status == _IN_TRANSACTION:
            self.backend.execute("COMMIT")
        tags = list(self._relay_notices(";\n".join(script.statements)))
        self.write(CommandComplete(script.tag or tags[0]).encode())

    def _relay_notices(self, sql: str) -> Iterator[str]:
        """Yield the command tags, write notices to the client and keep rows from it."""
        failed: _Failed | None = None
        for frame in self.backend.query(sql):
            if frame.kind == ErrorResponse.kind:
                failed = self._write_error(ErrorResponse.decode(frame.payload), changed=True)
            elif frame.kind == NoticeResponse.kind:
                self.write(frame.encode())
            elif frame.kind == CommandComplete.kind:
                yield CommandComplete.decode(frame.payload).tag
        if failed:
            raise failed

    def _run_load(self, action: Load) -> None:
        with self._reporting_errors():
            result = self.load(action.statement, self.backend)
            self._remember_count("copy", result.rows_loaded)
        self._complete("COPY", result.notices)

    def _run_unload(self, action: Unload) -> None:
        with self._reporting_errors():
            result = self.unload(action.statement, action.query, self.backend)
            self._remember_count("unload", result.rows_unloaded)
        self._complete("UNLOAD", result.notices)

    @contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        """Tell the client why a COPY or an UNLOAD failed."""
        self._check_transaction()
        try:
            yield
        except (CopyError, BackendError) as error:
            self._report(
                WireError(error.sqlstate, error.message, detail=error.detail, hint=error.hint)
            )
            raise _Failed(error.sqlstate, error.message) from error

    def _complete(self, tag: str, notices: Iterable[str]) -> None:
        for notice in notices:
            self.write(information(notice).encode())
        self.write(CommandComplete(tag).encode())

    def _remember_count(self, command: str, rows: int) -> None:
        """Keep what pg_last_copy_count() and pg_last_unload_count() answer."""
        setting = f"set_config('rs.last_{command}_count', {quote_literal(str(rows))}, false)"
        self.backend.execute(f"SELECT {setting}")

    def _check_transaction(self) -> None:
        if self.backend.transaction_status == _FAILED:
            self.write(error_response(_ABORTED).encode())
            raise _Failed(_ABORTED.sqlstate, _ABORTED.message)

    def _report(self, error: WireError) -> None:
        self.write(error_response(error).encode())
        if self.backend.transaction_status == _IN_TRANSACTION:
            for _ in self.backend.query("a statement that was refused before PostgreSQL saw it"):
                pass

    def _write_ready(self) -> None:
        self.write(ReadyForQuery(self.backend.transaction_status).encode())


@contextmanager
def _noted(logged: LoggedQuery | None) -> Iterator[None]:
    """Note in the log of queries how a statement ends."""
    if logged is None:
        yield
        return
    try:
        yield
    except _Failed as failure:
        logged.fail(failure.sqlstate, failure.message)
        raise
    except BaseException:
        logged.cancel()
        raise
    logged.end()


def _controls_transactions(action: Action) -> bool:
    if isinstance(action, Forward):
        first = action.sql.split(None, 1)[0].lower().rstrip(";")
        return first in ("begin", "start", "commit", "end", "rollback", "abort", "vacuum")
    return isinstance(action, Script) and action.commits

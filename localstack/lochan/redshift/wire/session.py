"""What happens between one client and one PostgreSQL backend, without I/O.

Frames of the client go in and steps come out. Most frames go on to the backend as they are, and the
answers come back in the same order. A statement that the stand-in runs itself has to wait until
the backend has answered everything before it; `must_wait` says so, and the connection asks for the
answers by a Flush.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from lochan.redshift.wire.actions import Action, Forward, LocalAction
from lochan.redshift.wire.errors import NotSupported, WireError
from lochan.redshift.wire.frames import Frame
from lochan.redshift.wire.messages.answers import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    EmptyQuery,
    ErrorResponse,
    NoData,
    ParameterDescription,
    ParameterStatus,
    ParseComplete,
    ReadyForQuery,
)
from lochan.redshift.wire.messages.requests import (
    Bind,
    Close,
    Describe,
    Execute,
    Parse,
    Query,
    Sync,
)
from lochan.redshift.wire.query_log import LoggedQuery, StartQuery, ignore_query
from lochan.redshift.wire.reports import translate_error
from lochan.redshift.wire.states import STRAY_MESSAGES, Phase, next_phase

# What PostgreSQL reports and Redshift does not: a driver that saw it would quote strings otherwise.
HIDDEN_PARAMETERS = frozenset(
    {
        "default_transaction_read_only",
        "in_hot_standby",
        "scram_iterations",
        "search_path",
        "server_version",
        "standard_conforming_strings",
    }
)

_ROW_DESCRIPTION = b"T"
_PORTAL_SUSPENDED = b"s"
# The frames of the backend that end what one message of the client asked for.
_ANSWERS: dict[bytes, frozenset[bytes]] = {
    Parse.kind: frozenset({ParseComplete.kind}),
    Bind.kind: frozenset({BindComplete.kind}),
    Close.kind: frozenset({CloseComplete.kind}),
    Describe.kind: frozenset({_ROW_DESCRIPTION, NoData.kind}),
    Execute.kind: frozenset({CommandComplete.kind, EmptyQuery.kind, _PORTAL_SUSPENDED}),
    Sync.kind: frozenset({ReadyForQuery.kind}),
    Query.kind: frozenset({ReadyForQuery.kind}),
}
_ENDS_WITH_READY = (Sync.kind, Query.kind)


@dataclass(frozen=True)
class ToBackend:
    """Bytes for the backend."""

    data: bytes


@dataclass(frozen=True)
class ToClient:
    """Bytes for the client."""

    data: bytes


@dataclass(frozen=True)
class RunQuery:
    """Statements of one simple Query that must be run one after the other."""

    actions: tuple[Action, ...]
    logged: LoggedQuery | None = field(default=None, compare=False)


@dataclass(frozen=True)
class RunPortal:
    """One statement of the extended protocol that the stand-in runs itself."""

    action: LocalAction
    logged: LoggedQuery | None = field(default=None, compare=False)


@dataclass(frozen=True)
class WriteQueryLog:
    """The log of queries has to be written to its table before the next statement reads it."""


@dataclass(frozen=True)
class Refuse:
    """An error that the backend does not know of, but that has to fail its transaction."""

    error: WireError
    ends_query: bool


Step = ToBackend | ToClient | RunQuery | RunPortal | WriteQueryLog | Refuse
Route = Callable[[str, bool], tuple[Action, ...]]


class _Expected(NamedTuple):
    """An answer that the backend owes: to which message, and the statement that it ends."""

    kind: bytes
    changed: bool = False
    logged: LoggedQuery | None = None


class _Prepared(NamedTuple):
    """A prepared statement as the log of queries shows it when it is executed."""

    sql: str
    reads_query_log: bool


@dataclass
class Session:
    """The state of one connection after its login."""

    route: Route
    start_query: StartQuery = ignore_query
    phase: Phase = Phase.READY
    transaction_status: bytes = b"I"
    case_sensitive: bool = False
    _expected: deque[_Expected] = field(default_factory=deque)
    _statements: dict[str, LocalAction] = field(default_factory=dict)
    _portals: dict[str, LocalAction] = field(default_factory=dict)
    _prepared: dict[str, _Prepared] = field(default_factory=dict)
    _bound: dict[str, _Prepared] = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        """Whether the backend owes answers."""
        return bool(self._expected)

    def must_wait(self, frame: Frame) -> bool:
        """Tell whether everything before this frame has to be answered before it is handled."""
        return self.is_waiting and not self._passes(frame)

    def receive(self, frame: Frame) -> list[Step]:
        """Take one frame of the client."""
        skipping = self.phase is Phase.SKIPPING
        self.phase = next_phase(self.phase, frame.kind)
        if frame.kind in STRAY_MESSAGES or (skipping and self.phase is Phase.SKIPPING):
            return []
        match frame.kind:
            case Query.kind:
                return self._receive_query(Query.decode(frame.payload))
            case Parse.kind:
                return self._receive_parse(Parse.decode(frame.payload))
            case Bind.kind | Describe.kind | Execute.kind | Close.kind:
                return self._receive_batch_message(frame)
            case _:
                return [self._pass(frame)]

    def answer(self, frame: Frame) -> bytes:
        """Take one frame of the backend and return what the client gets of it."""
        match frame.kind:
            case ErrorResponse.kind:
                return self._answer_error(ErrorResponse.decode(frame.payload))
            case ParameterStatus.kind:
                name = ParameterStatus.decode(frame.payload).name
                return b"" if name in HIDDEN_PARAMETERS else frame.encode()
            case ReadyForQuery.kind:
                self.transaction_status = frame.payload
        head = self._expected[0] if self._expected else None
        if head and frame.kind == CommandComplete.kind and head.logged:
            head.logged.complete(CommandComplete.decode(frame.payload).tag)
        if head and frame.kind in _ANSWERS[head.kind]:
            self._expected.popleft()
            if head.logged:
                head.logged.end()
        return frame.encode()

    def abandon(self) -> None:
        """End in the log what the backend has not answered: the client is gone."""
        for expected in self._expected:
            if expected.logged:
                expected.logged.cancel()

    def fail_batch(self) -> None:
        """Skip the client's messages up to its next Sync."""
        if self.phase is Phase.BATCH:
            self.phase = Phase.SKIPPING

    def _passes(self, frame: Frame) -> bool:
        """Tell whether the frame can go on to the backend without a look at what came before."""
        match frame.kind:
            case Query.kind:
                return self._passes_sql(Query.decode(frame.payload).sql)
            case Parse.kind:
                return self._passes_sql(Parse.decode(frame.payload).sql)
            case Bind.kind:
                return self._find_local(frame) is None and not self._reads_log(frame)
            case Describe.kind | Execute.kind | Close.kind:
                return self._find_local(frame) is None
            case _:
                return True

    def _reads_log(self, bind: Frame) -> bool:
        prepared = self._prepared.get(Bind.decode(bind.payload).statement)
        return prepared is not None and prepared.reads_query_log

    def _passes_sql(self, sql: str) -> bool:
        try:
            actions = self.route(sql, self.case_sensitive)
        except WireError:
            return False
        return _all_forwarded(actions) and not _reads_query_log(actions)

    def _pass(
        self, frame: Frame, *, changed: bool = False, logged: LoggedQuery | None = None
    ) -> ToBackend:
        if frame.kind in _ANSWERS:
            self._expected.append(_Expected(frame.kind, changed, logged))
        return ToBackend(frame.encode())

    def _receive_query(self, query: Query) -> list[Step]:
        try:
            actions = self.route(query.sql, self.case_sensitive)
        except WireError as error:
            return [Refuse(error, ends_query=True)]
        logged = self.start_query(query.sql)
        self._follow_settings(actions)
        if not _all_forwarded(actions):
            return [RunQuery(actions, logged)]
        sql, changed = _join(actions) if actions else (query.sql, False)
        log: list[Step] = [WriteQueryLog()] if _reads_query_log(actions) else []
        frame = Frame(Query.kind, Query(sql).payload())
        return [*log, self._pass(frame, changed=changed, logged=logged)]

    def _receive_parse(self, parse: Parse) -> list[Step]:
        self._statements.pop(parse.statement, None)
        try:
            action = self._route_one(parse.sql)
        except WireError as error:
            self.fail_batch()
            return [Refuse(error, ends_query=False)]
        reads_query_log = isinstance(action, Forward) and action.reads_query_log
        self._prepared[parse.statement] = _Prepared(parse.sql, reads_query_log)
        if isinstance(action, Forward):
            self._follow_settings((action,))
            changed = Parse(parse.statement, action.sql, parse.parameter_types)
            log: list[Step] = [WriteQueryLog()] if reads_query_log else []
            return [*log, self._pass(Frame(Parse.kind, changed.payload()), changed=action.changed)]
        self._statements[parse.statement] = action
        return [ToClient(ParseComplete().encode())]

    def _route_one(self, sql: str) -> Action:
        actions = self.route(sql, self.case_sensitive)
        if len(actions) > 1:
            raise WireError("42601", "cannot insert multiple commands into a prepared statement")
        return actions[0] if actions else Forward("")

    def _follow_settings(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            if isinstance(action, Forward) and action.case_sensitive is not None:
                self.case_sensitive = action.case_sensitive

    def _receive_batch_message(self, frame: Frame) -> list[Step]:
        if frame.kind == Bind.kind:
            return self._receive_bind(frame)
        if frame.kind == Execute.kind:
            return self._receive_execute(frame)
        if frame.kind == Close.kind:
            self._forget_prepared(Close.decode(frame.payload))
        action = self._find_local(frame)
        if action is None:
            return [self._pass(frame)]
        if frame.kind == Describe.kind:
            return [ToClient(self._describe(Describe.decode(frame.payload)))]
        self._forget(Close.decode(frame.payload))
        return [ToClient(CloseComplete().encode())]

    def _receive_bind(self, frame: Frame) -> list[Step]:
        bind, action = Bind.decode(frame.payload), self._find_local(frame)
        prepared = self._prepared.get(bind.statement)
        self._bound.pop(bind.portal, None)
        self._portals.pop(bind.portal, None)
        if prepared:
            self._bound[bind.portal] = prepared
        if action is not None:
            self._portals[bind.portal] = action
            return [ToClient(BindComplete().encode())]
        # A transaction sees what was there at its first message: this one's Parse, or this.
        log: list[Step] = [WriteQueryLog()] if prepared and prepared.reads_query_log else []
        return [*log, self._pass(frame)]

    def _receive_execute(self, frame: Frame) -> list[Step]:
        bound = self._bound.get(Execute.decode(frame.payload).portal)
        logged = self.start_query(bound.sql) if bound else None
        action = self._find_local(frame)
        if action is not None:
            return [RunPortal(action, logged)]
        return [self._pass(frame, logged=logged)]

    def _forget_prepared(self, subject: Close) -> None:
        (self._prepared if subject.subject == b"S" else self._bound).pop(subject.name, None)

    def _find_local(self, frame: Frame) -> LocalAction | None:
        if not self._statements and not self._portals:
            return None
        match frame.kind:
            case Bind.kind:
                return self._statements.get(Bind.decode(frame.payload).statement)
            case Execute.kind:
                return self._portals.get(Execute.decode(frame.payload).portal)
            case _:
                subject = Describe.decode(frame.payload)
                return self._named(subject).get(subject.name)

    def _named(self, subject: Describe) -> dict[str, LocalAction]:
        if subject.subject not in (b"S", b"P"):
            raise NotSupported(f"a message names a subject of kind {subject.subject!r}")
        return self._statements if subject.subject == b"S" else self._portals

    def _describe(self, subject: Describe) -> bytes:
        parameters = ParameterDescription().encode() if subject.subject == b"S" else b""
        return parameters + NoData().encode()

    def _forget(self, subject: Close) -> None:
        self._named(subject).pop(subject.name, None)

    def _answer_error(self, error: ErrorResponse) -> bytes:
        failed = self._expected[0] if self._expected else _Expected(b"")
        told = translate_error(error, changed=failed.changed)
        if failed.logged:
            failed.logged.fail(error.fields.get("C", ""), told.fields["M"])
        while self._expected and self._expected[0].kind not in _ENDS_WITH_READY:
            skipped = self._expected.popleft()
            if skipped.logged and skipped is not failed:
                skipped.logged.forget()
        if not self._expected:
            self.fail_batch()
        return told.encode()


def _all_forwarded(actions: tuple[Action, ...]) -> bool:
    return all(isinstance(action, Forward) for action in actions)


def _reads_query_log(actions: tuple[Action, ...]) -> bool:
    return any(isinstance(action, Forward) and action.reads_query_log for action in actions)


def _join(actions: tuple[Action, ...]) -> tuple[str, bool]:
    """Write forwarded statements as one text again, which PostgreSQL runs as one transaction."""
    forwards = [action for action in actions if isinstance(action, Forward)]
    return ";\n".join(action.sql for action in forwards), any(a.changed for a in forwards)

"""What happens between one client and one PostgreSQL backend, without I/O.

Frames of the client go in and steps come out. Most frames go on to the backend as they are, and the
answers come back in the same order. A statement that the stand-in runs itself has to wait until
the backend has answered everything before it; `must_wait` says so, and the connection asks for the
answers by a Flush.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class RunPortal:
    """One statement of the extended protocol that the stand-in runs itself."""

    action: LocalAction


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


@dataclass
class Session:
    """The state of one connection after its login."""

    route: Route
    log_query: Callable[[str], None] = lambda sql: None
    phase: Phase = Phase.READY
    transaction_status: bytes = b"I"
    case_sensitive: bool = False
    _expected: deque[tuple[bytes, bool]] = field(default_factory=deque)
    _statements: dict[str, LocalAction] = field(default_factory=dict)
    _portals: dict[str, LocalAction] = field(default_factory=dict)

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
        if self._expected and frame.kind in _ANSWERS[self._expected[0][0]]:
            self._expected.popleft()
        return frame.encode()

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
            case Bind.kind | Describe.kind | Execute.kind | Close.kind:
                return self._find_local(frame) is None
            case _:
                return True

    def _passes_sql(self, sql: str) -> bool:
        try:
            actions = self.route(sql, self.case_sensitive)
        except WireError:
            return False
        return _all_forwarded(actions) and not _reads_query_log(actions)

    def _pass(self, frame: Frame, *, changed: bool = False) -> ToBackend:
        if frame.kind in _ANSWERS:
            self._expected.append((frame.kind, changed))
        return ToBackend(frame.encode())

    def _receive_query(self, query: Query) -> list[Step]:
        try:
            actions = self.route(query.sql, self.case_sensitive)
        except WireError as error:
            return [Refuse(error, ends_query=True)]
        self.log_query(query.sql)
        self._follow_settings(actions)
        if not _all_forwarded(actions):
            return [RunQuery(actions)]
        sql, changed = _join(actions) if actions else (query.sql, False)
        log: list[Step] = [WriteQueryLog()] if _reads_query_log(actions) else []
        return [*log, self._pass(Frame(Query.kind, Query(sql).payload()), changed=changed)]

    def _receive_parse(self, parse: Parse) -> list[Step]:
        self._statements.pop(parse.statement, None)
        self.log_query(parse.sql)
        try:
            action = self._route_one(parse.sql)
        except WireError as error:
            self.fail_batch()
            return [Refuse(error, ends_query=False)]
        if isinstance(action, Forward):
            self._follow_settings((action,))
            changed = Parse(parse.statement, action.sql, parse.parameter_types)
            log: list[Step] = [WriteQueryLog()] if action.reads_query_log else []
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
        action = self._find_local(frame)
        if action is None:
            if frame.kind == Bind.kind:
                self._portals.pop(Bind.decode(frame.payload).portal, None)
            return [self._pass(frame)]
        match frame.kind:
            case Bind.kind:
                self._portals[Bind.decode(frame.payload).portal] = action
                return [ToClient(BindComplete().encode())]
            case Describe.kind:
                return [ToClient(self._describe(Describe.decode(frame.payload)))]
            case Close.kind:
                self._forget(Close.decode(frame.payload))
                return [ToClient(CloseComplete().encode())]
            case _:
                return [RunPortal(action)]

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
        changed = bool(self._expected and self._expected[0][1])
        while self._expected and self._expected[0][0] not in _ENDS_WITH_READY:
            self._expected.popleft()
        if not self._expected:
            self.fail_batch()
        return translate_error(error, changed=changed).encode()


def _all_forwarded(actions: tuple[Action, ...]) -> bool:
    return all(isinstance(action, Forward) for action in actions)


def _reads_query_log(actions: tuple[Action, ...]) -> bool:
    return any(isinstance(action, Forward) and action.reads_query_log for action in actions)


def _join(actions: tuple[Action, ...]) -> tuple[str, bool]:
    """Write forwarded statements as one text again, which PostgreSQL runs as one transaction."""
    forwards = [action for action in actions if isinstance(action, Forward)]
    return ";\n".join(action.sql for action in forwards), any(a.changed for a in forwards)

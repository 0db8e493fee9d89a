"""Moves frames between one client and its backend until one of them leaves."""

import select
from dataclasses import dataclass, field

from lochan.redshift.wire.backend import BackendConnection
from lochan.redshift.wire.backend_protocol import BackendError
from lochan.redshift.wire.client_channel import ClientChannel
from lochan.redshift.wire.frames import Frame
from lochan.redshift.wire.messages.answers import DataRow
from lochan.redshift.wire.messages.requests import Flush
from lochan.redshift.wire.query_log import QueryLog
from lochan.redshift.wire.runner import Runner
from lochan.redshift.wire.session import (
    Refuse,
    RunPortal,
    RunQuery,
    Session,
    Step,
    ToBackend,
    ToClient,
    WriteQueryLog,
)
from lochan.redshift.wire.states import Phase

_RECEIVE_BYTES = 1 << 18
# Past this many unsent bytes the other side is not read from until they are gone.
_HIGH_WATER_BYTES = 1 << 20
_ROWS = frozenset(DataRow.kind)


@dataclass
class Relay:
    """The loop of one connection after its login."""

    client: ClientChannel
    backend: BackendConnection
    session: Session
    runner: Runner
    query_log: QueryLog
    _to_backend: bytearray = field(default_factory=bytearray)
    _held: Frame | None = None
    _asked_for_answers: bool = False

    def run(self) -> None:
        """Relay until the client says goodbye; raises ClientGone or BackendError."""
        while True:
            self.client.channel.setblocking(False)
            self.backend.channel.setblocking(False)
            self._handle_client_frames()
            if self.session.phase is Phase.CLOSED:
                return
            self._wait_and_move()

    def _handle_client_frames(self) -> None:
        while (frame := self._held or self.client.frames.take()) is not None:
            self._held = None
            if self.session.must_wait(frame):
                self._held = frame
                self._ask_for_answers()
                return
            self._asked_for_answers = False
            for step in self.session.receive(frame):
                self._take(step)
            if len(self._to_backend) > _HIGH_WATER_BYTES or self.session.phase is Phase.CLOSED:
                return

    def _ask_for_answers(self) -> None:
        if not self._asked_for_answers:
            self._to_backend += Flush().encode()
            self._asked_for_answers = True

    def _take(self, step: Step) -> None:
        match step:
            case ToBackend(data=data):
                self._to_backend += data
            case ToClient(data=data):
                self.client.unsent += data
            case WriteQueryLog():
                self.query_log.write()
            case _:
                self._run_alone(step)

    def _run_alone(self, step: RunQuery | RunPortal | Refuse) -> None:
        """Run what needs the backend for itself; everything before it has been answered."""
        self.backend.send(bytes(self._to_backend))
        self._to_backend.clear()
        self.backend.transaction_status = self.session.transaction_status
        match step:
            case RunQuery():
                self.runner.run_query(step)
            case RunPortal():
                if not self.runner.run_portal(step):
                    self.session.fail_batch()
            case Refuse():
                self.runner.refuse(step)
        self.session.transaction_status = self.backend.transaction_status
        self.client.channel.setblocking(False)
        self.backend.channel.setblocking(False)

    def _wait_and_move(self) -> None:
        self._write_to_backend()
        self.client.write_available()
        reads = []
        if len(self.client.unsent) < _HIGH_WATER_BYTES:
            reads.append(self.backend.channel)
        if self._held is None and len(self._to_backend) < _HIGH_WATER_BYTES:
            reads.append(self.client.channel)
        writes = [self.client.channel] if self.client.unsent else []
        if self._to_backend:
            writes.append(self.backend.channel)
        readable, _, _ = select.select(reads, writes, [])
        if self.backend.channel in readable:
            self._read_backend()
        if self.client.channel in readable:
            self.client.read_available()

    def _write_to_backend(self) -> None:
        try:
            while self._to_backend:
                with memoryview(self._to_backend) as view:
                    sent = self.backend.channel.send(view)
                del self._to_backend[:sent]
        except BlockingIOError:
            return
        except OSError as error:
            raise BackendError("57P01", f"PostgreSQL closed the connection: {error}") from error

    def _read_backend(self) -> None:
        received = self.backend.channel.recv(_RECEIVE_BYTES)
        if not received:
            raise BackendError("57P01", "PostgreSQL closed the connection")
        frames = self.backend.frames
        frames.feed(received)
        while True:
            self.client.unsent += frames.take_run(_ROWS)
            frame = frames.take()
            if frame is None:
                break
            self.client.unsent += self.session.answer(frame)
        self.client.write_available()

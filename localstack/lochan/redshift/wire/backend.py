"""The connection to PostgreSQL behind one client, over its unix socket."""

import select
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lochan.redshift.wire.backend_protocol import BackendError, CopyInResult, ResultColumn
from lochan.redshift.wire.frames import Frame, FrameBuffer
from lochan.redshift.wire.messages.answers import (
    BackendKeyData,
    CommandComplete,
    DataRow,
    ErrorResponse,
    NoticeResponse,
    ParameterStatus,
    ReadyForQuery,
    RowDescription,
)
from lochan.redshift.wire.messages.opening import CancelRequest, Startup
from lochan.redshift.wire.messages.requests import CopyData, CopyDone, CopyFail, Query, Terminate
from lochan.redshift.wire.reports import translate_error

_RECEIVE_BYTES = 1 << 18
_COPY_IN = b"G"
_NOTICE_NAMES = {
    "S": "severity",
    "C": "sqlstate",
    "M": "message",
    "D": "detail",
    "H": "hint",
    "W": "where",
}


@dataclass(frozen=True)
class BackendAddress:
    """Where PostgreSQL's unix socket is."""

    socket_directory: Path
    port: int

    @property
    def path(self) -> str:
        """The socket's path."""
        return str(self.socket_directory / f".s.PGSQL.{self.port}")

    def connect(self) -> socket.socket:
        """Connect; raises BackendError when nothing listens."""
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            channel.connect(self.path)
        except OSError as error:
            channel.close()
            raise BackendError(
                "57P03", f"PostgreSQL does not answer on {self.path}: {error.strerror}"
            ) from error
        return channel

    def cancel(self, request: CancelRequest) -> None:
        """Hand a wish to cancel on to PostgreSQL."""
        with self.connect() as channel:
            channel.sendall(request.encode())


@dataclass
class BackendConnection:
    """One PostgreSQL connection: raw frames for the relay, whole exchanges for the stand-in."""

    address: BackendAddress
    parameters: Mapping[str, str]
    channel: socket.socket
    frames: FrameBuffer = field(default_factory=FrameBuffer)
    reported: dict[str, str] = field(default_factory=dict)
    key: BackendKeyData = field(default_factory=lambda: BackendKeyData(0, b""))
    transaction_status: bytes = b"I"

    @classmethod
    def open(cls, address: BackendAddress, parameters: Mapping[str, str]) -> "BackendConnection":
        """Log in by trust with these start-up parameters; raises BackendError."""
        connection = cls(address, parameters, address.connect())
        try:
            connection.send(Startup(parameters).encode())
            connection._finish_startup()
        except BaseException:
            connection.channel.close()
            raise
        return connection

    def close(self) -> None:
        """Say goodbye and close the socket."""
        try:
            self.channel.settimeout(1)
            self.channel.sendall(Terminate().encode())
        except OSError:
            # PostgreSQL is away already, and there is nobody left to tell.
            pass
        finally:
            self.channel.close()

    def send(self, data: bytes) -> None:
        """Send everything, waiting as long as it takes."""
        self.channel.setblocking(True)
        self.channel.sendall(data)

    def receive(self) -> Frame:
        """Wait for the next frame."""
        while (frame := self.frames.take()) is None:
            self.channel.setblocking(True)
            received = self.channel.recv(_RECEIVE_BYTES)
            if not received:
                raise BackendError("57P01", "PostgreSQL closed the connection")
            self.frames.feed(received)
        return frame

    def query(self, sql: str) -> Iterator[Frame]:
        """Run a simple Query and yield the frames of its answer, without ReadyForQuery."""
        self.send(Query(sql).encode())
        while (frame := self.receive()).kind != ReadyForQuery.kind:
            yield frame
        self.transaction_status = frame.payload

    def execute(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run a statement and return its rows as text; raises BackendError."""
        rows: list[tuple[str | None, ...]] = []
        error: BackendError | None = None
        for frame in self.query(sql):
            if frame.kind == DataRow.kind:
                values = DataRow.decode(frame.payload).values
                rows.append(tuple(None if value is None else value.decode() for value in values))
            elif frame.kind == ErrorResponse.kind:
                error = error or backend_error(frame)
        if error is not None:
            raise error
        return rows

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """Run a query that gives no rows and return its columns; raises BackendError."""
        columns: tuple[ResultColumn, ...] = ()
        error: BackendError | None = None
        for frame in self.query(sql):
            if frame.kind == RowDescription.kind:
                columns = tuple(
                    ResultColumn(field.name, field.type_oid, field.type_modifier)
                    for field in RowDescription.decode(frame.payload).fields
                )
            elif frame.kind == ErrorResponse.kind:
                error = error or backend_error(frame)
        if error is not None:
            raise error
        return columns

    def copy_in(self, sql: str, chunks: Iterable[bytes]) -> CopyInResult:
        """Feed `COPY ... FROM STDIN`; raises BackendError, or what `chunks` raises."""
        self.send(Query(sql).encode())
        while (frame := self.receive()).kind != _COPY_IN:
            if frame.kind == ErrorResponse.kind:
                self._read_until_ready()
                raise backend_error(frame)
        answers: list[Frame] = []
        try:
            for chunk in chunks:
                self._send_while_reading(CopyData(chunk).encode(), answers)
                if _has_ended(answers):
                    return _copy_in_result(answers)
        except BaseException as error:
            if not _has_ended(answers):
                self.send(CopyFail(f"{type(error).__name__} while reading the data").encode())
                self._read_until_ready()
            raise
        self.send(CopyDone().encode())
        return _copy_in_result([*answers, *self._read_until_ready()])

    def copy_out(self, sql: str) -> Iterator[bytes]:
        """Drain `COPY ... TO STDOUT` chunk by chunk; raises BackendError."""
        error: BackendError | None = None
        for frame in self.query(sql):
            if frame.kind == CopyData.kind:
                yield frame.payload
            elif frame.kind == ErrorResponse.kind:
                error = error or backend_error(frame)
        if error is not None:
            raise error

    @contextmanager
    def side_connection(self) -> Iterator["BackendConnection"]:
        """Open a second connection as the same user, that commits each statement by itself."""
        connection = BackendConnection.open(self.address, self.parameters)
        try:
            yield connection
        finally:
            connection.close()

    def _send_while_reading(self, data: bytes, frames: list[Frame]) -> None:
        """Send, and read what comes meanwhile: a backend that cannot report would not go on."""
        self.channel.setblocking(False)
        rest = memoryview(data)
        while rest:
            readable, writable, _ = select.select([self.channel], [self.channel], [])
            if readable:
                self._read_available(frames)
            if writable:
                rest = rest[self.channel.send(rest) :]

    def _read_available(self, frames: list[Frame]) -> None:
        received = self.channel.recv(_RECEIVE_BYTES)
        if not received:
            raise BackendError("57P01", "PostgreSQL closed the connection")
        self.frames.feed(received)
        while (frame := self.frames.take()) is not None:
            frames.append(frame)
            if frame.kind == ReadyForQuery.kind:
                self.transaction_status = frame.payload

    def _read_until_ready(self) -> list[Frame]:
        frames = []
        while (frame := self.receive()).kind != ReadyForQuery.kind:
            frames.append(frame)
        self.transaction_status = frame.payload
        return frames

    def _finish_startup(self) -> None:
        while (frame := self.receive()).kind != ReadyForQuery.kind:
            if frame.kind == ErrorResponse.kind:
                raise backend_error(frame)
            if frame.kind == ParameterStatus.kind:
                status = ParameterStatus.decode(frame.payload)
                self.reported[status.name] = status.value
            elif frame.kind == BackendKeyData.kind:
                self.key = BackendKeyData.decode(frame.payload)
        self.transaction_status = frame.payload


def backend_error(frame: Frame) -> BackendError:
    """Read an ErrorResponse, worded as Redshift does."""
    fields = translate_error(ErrorResponse.decode(frame.payload)).fields
    return BackendError(
        fields.get("C", "XX000"),
        fields.get("M", ""),
        detail=fields.get("D"),
        hint=fields.get("H"),
        where=fields.get("W"),
    )


def _has_ended(answers: list[Frame]) -> bool:
    """Tell whether PostgreSQL ended the COPY by itself, after which it ignores the data."""
    return bool(answers) and answers[-1].kind == ReadyForQuery.kind


def _copy_in_result(frames: list[Frame]) -> CopyInResult:
    rows = 0
    notices = []
    for frame in frames:
        if frame.kind == ErrorResponse.kind:
            raise backend_error(frame)
        if frame.kind == CommandComplete.kind:
            rows = int(CommandComplete.decode(frame.payload).tag.split()[-1])
        elif frame.kind == NoticeResponse.kind:
            notices.append(_named_fields(NoticeResponse.decode(frame.payload).fields))
    return CopyInResult(rows, tuple(notices))


def _named_fields(fields: Mapping[str, str]) -> dict[str, str]:
    return {
        _NOTICE_NAMES[letter]: value for letter, value in fields.items() if letter in _NOTICE_NAMES
    }

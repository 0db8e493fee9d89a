"""What a client says to a server."""

import struct
from dataclasses import dataclass
from typing import Self

from lochan.redshift.wire.messages.codec import Message, Reader, encode_string


@dataclass(frozen=True)
class Password(Message):
    """The client's answer to an authentication request."""

    kind = b"p"
    password: str

    def payload(self) -> bytes:
        """Write the password or its digest."""
        return encode_string(self.password)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the password or its digest."""
        return cls(Reader(payload).string())


@dataclass(frozen=True)
class Query(Message):
    """Statements in the simple protocol."""

    kind = b"Q"
    sql: str

    def payload(self) -> bytes:
        """Write the statements."""
        return encode_string(self.sql)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the statements."""
        return cls(Reader(payload).string())


@dataclass(frozen=True)
class Parse(Message):
    """A statement to prepare, with the types of its parameters as far as the client knows."""

    kind = b"P"
    statement: str
    sql: str
    parameter_types: tuple[int, ...] = ()

    def payload(self) -> bytes:
        """Write name, statement and parameter types."""
        count = len(self.parameter_types)
        types = struct.pack(f"!h{count}I", count, *self.parameter_types)
        return encode_string(self.statement) + encode_string(self.sql) + types

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read name, statement and parameter types."""
        reader = Reader(payload)
        statement, sql = reader.string(), reader.string()
        count = reader.int16()
        return cls(statement, sql, tuple(reader.int32() & 0xFFFFFFFF for _ in range(count)))


@dataclass(frozen=True)
class Bind(Message):
    """A portal made from a prepared statement; formats and values stay as they came."""

    kind = b"B"
    portal: str
    statement: str
    values: bytes

    def payload(self) -> bytes:
        """Write portal, statement and values."""
        return encode_string(self.portal) + encode_string(self.statement) + self.values

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read portal and statement, and keep the values as bytes."""
        reader = Reader(payload)
        return cls(reader.string(), reader.string(), reader.rest())


@dataclass(frozen=True)
class Describe(Message):
    """The question what a statement (`S`) or a portal (`P`) takes and returns."""

    kind = b"D"
    subject: bytes
    name: str

    def payload(self) -> bytes:
        """Write subject and name."""
        return self.subject + encode_string(self.name)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read subject and name."""
        reader = Reader(payload)
        return cls(reader.take(1), reader.string())


@dataclass(frozen=True)
class Close(Describe):
    """The wish to forget a statement (`S`) or a portal (`P`)."""

    kind = b"C"


@dataclass(frozen=True)
class Execute(Message):
    """The wish to run a portal; zero rows means all of them."""

    kind = b"E"
    portal: str
    row_limit: int = 0

    def payload(self) -> bytes:
        """Write portal and row limit."""
        return encode_string(self.portal) + struct.pack("!i", self.row_limit)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read portal and row limit."""
        reader = Reader(payload)
        return cls(reader.string(), reader.int32())


@dataclass(frozen=True)
class Sync(Message):
    """The end of a batch of the extended protocol."""

    kind = b"S"


@dataclass(frozen=True)
class Flush(Message):
    """The wish to see what is answered so far."""

    kind = b"H"


@dataclass(frozen=True)
class Terminate(Message):
    """The client's goodbye."""

    kind = b"X"


@dataclass(frozen=True)
class CopyData(Message):
    """A piece of a COPY's data."""

    kind = b"d"
    data: bytes

    def payload(self) -> bytes:
        """Write the data."""
        return self.data

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the data."""
        return cls(payload)


@dataclass(frozen=True)
class CopyDone(Message):
    """The end of a COPY's data."""

    kind = b"c"


@dataclass(frozen=True)
class CopyFail(Message):
    """The end of a COPY that is to fail, with the reason."""

    kind = b"f"
    reason: str

    def payload(self) -> bytes:
        """Write the reason."""
        return encode_string(self.reason)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the reason."""
        return cls(Reader(payload).string())

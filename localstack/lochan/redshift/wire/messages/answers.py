"""What a server says to a client."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from lochan.redshift.wire.messages.codec import Message, Reader, encode_string
from lochan.redshift.wire.messages.opening import PROTOCOL_VERSION


@dataclass(frozen=True)
class AuthenticationOk(Message):
    """The password was right."""

    kind = b"R"

    def payload(self) -> bytes:
        """Write code 0."""
        return struct.pack("!i", 0)


@dataclass(frozen=True)
class AuthenticationMd5Password(Message):
    """The request for an MD5 digest with this salt of four bytes."""

    kind = b"R"
    salt: bytes

    def payload(self) -> bytes:
        """Write code 5 and the salt."""
        return struct.pack("!i", 5) + self.salt


@dataclass(frozen=True)
class ParameterStatus(Message):
    """A setting that clients are told about."""

    kind = b"S"
    name: str
    value: str

    def payload(self) -> bytes:
        """Write name and value."""
        return encode_string(self.name) + encode_string(self.value)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read name and value."""
        reader = Reader(payload)
        return cls(reader.string(), reader.string())


@dataclass(frozen=True)
class BackendKeyData(Message):
    """What a CancelRequest for this connection has to carry."""

    kind = b"K"
    process_id: int
    secret_key: bytes

    def payload(self) -> bytes:
        """Write process and key."""
        return struct.pack("!i", self.process_id) + self.secret_key

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read process and key."""
        reader = Reader(payload)
        return cls(reader.int32(), reader.rest())


@dataclass(frozen=True)
class NegotiateProtocolVersion(Message):
    """The newest minor version spoken here and the protocol options not known."""

    kind = b"v"
    minor_version: int
    unknown_options: tuple[str, ...]

    def payload(self) -> bytes:
        """Write version and options."""
        names = b"".join(map(encode_string, self.unknown_options))
        version = (PROTOCOL_VERSION) | self.minor_version
        return struct.pack("!ii", version, len(self.unknown_options)) + names


@dataclass(frozen=True)
class ReadyForQuery(Message):
    """The end of an answer: idle (`I`), in a transaction (`T`) or in a failed one (`E`)."""

    kind = b"Z"
    status: bytes

    def payload(self) -> bytes:
        """Write the transaction's status."""
        return self.status

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the transaction's status."""
        return cls(Reader(payload).take(1))


@dataclass(frozen=True)
class CommandComplete(Message):
    """The end of one statement, with its tag."""

    kind = b"C"
    tag: str

    def payload(self) -> bytes:
        """Write the tag."""
        return encode_string(self.tag)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the tag."""
        return cls(Reader(payload).string())


@dataclass(frozen=True)
class _Report(Message):
    """Fields by their letter: https://www.postgresql.org/docs/18/protocol-error-fields.html ."""

    fields: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        """Write the fields."""
        pairs = (name.encode() + encode_string(value) for name, value in self.fields.items())
        return b"".join(pairs) + b"\0"

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the fields."""
        reader = Reader(payload)
        fields: dict[str, str] = {}
        while (letter := reader.take(1)) != b"\0":
            fields[letter.decode("ascii", "replace")] = reader.string()
        return cls(fields)


@dataclass(frozen=True)
class ErrorResponse(_Report):
    """An error, by the letters of its fields."""

    kind = b"E"


@dataclass(frozen=True)
class NoticeResponse(_Report):
    """A notice, by the letters of its fields."""

    kind = b"N"


@dataclass(frozen=True)
class ParseComplete(Message):
    """A statement was prepared."""

    kind = b"1"


@dataclass(frozen=True)
class BindComplete(Message):
    """A portal was made."""

    kind = b"2"


@dataclass(frozen=True)
class CloseComplete(Message):
    """A statement or portal was forgotten."""

    kind = b"3"


@dataclass(frozen=True)
class NoData(Message):
    """The statement returns no rows."""

    kind = b"n"


@dataclass(frozen=True)
class EmptyQuery(Message):
    """There was no statement."""

    kind = b"I"


@dataclass(frozen=True)
class ParameterDescription(Message):
    """The types of a statement's parameters."""

    kind = b"t"
    parameter_types: tuple[int, ...] = ()

    def payload(self) -> bytes:
        """Write the types."""
        count = len(self.parameter_types)
        return struct.pack(f"!h{count}I", count, *self.parameter_types)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the types."""
        reader = Reader(payload)
        count = reader.int16()
        return cls(tuple(reader.int32() & 0xFFFFFFFF for _ in range(count)))


@dataclass(frozen=True)
class DataRow(Message):
    """One row; None is NULL."""

    kind = b"D"
    values: tuple[bytes | None, ...]

    def payload(self) -> bytes:
        """Write the values."""
        parts = [struct.pack("!h", len(self.values))]
        for value in self.values:
            if value is None:
                parts.append(struct.pack("!i", -1))
            else:
                parts.append(struct.pack("!i", len(value)) + value)
        return b"".join(parts)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the values."""
        reader = Reader(payload)
        count = reader.int16()
        return cls(tuple(_read_value(reader) for _ in range(count)))


@dataclass(frozen=True)
class FieldDescription:
    """One column of a RowDescription: its name, its type's OID and modifier (-1 for none)."""

    name: str
    type_oid: int
    type_modifier: int


@dataclass(frozen=True)
class RowDescription(Message):
    """The columns of the rows that follow; only read, as PostgreSQL writes them."""

    kind = b"T"
    fields: tuple[FieldDescription, ...]

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read the columns."""
        reader = Reader(payload)
        return cls(tuple(_read_field(reader) for _ in range(reader.int16())))


def _read_field(reader: Reader) -> FieldDescription:
    name = reader.string()
    reader.take(6)  # table and column that it comes from
    type_oid = reader.int32()
    reader.take(2)  # size
    modifier = reader.int32()
    reader.take(2)  # format
    return FieldDescription(name, type_oid, modifier)


def _read_value(reader: Reader) -> bytes | None:
    length = reader.int32()
    return None if length < 0 else reader.take(length)

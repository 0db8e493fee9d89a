"""How fields and frames of PostgreSQL's protocol 3.0 become bytes and back.

https://www.postgresql.org/docs/18/protocol-message-formats.html
"""

import struct
from typing import ClassVar, Self

from lochan.redshift.wire.errors import ProtocolViolation


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Write a frame: type byte, length that counts itself, payload."""
    return kind + struct.pack("!i", len(payload) + 4) + payload


class Message:
    """What has a type byte and a payload."""

    kind: ClassVar[bytes]

    def payload(self) -> bytes:
        """Write the message without type and length."""
        return b""

    def encode(self) -> bytes:
        """Write the message as a frame."""
        return frame(self.kind, self.payload())

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Read a message that has no fields."""
        if payload:
            raise ProtocolViolation(f"{cls.__name__} carries {len(payload)} bytes and should not")
        return cls()


class Reader:
    """Reads the fields of a payload in order."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._position = 0

    def string(self) -> str:
        """Read a string that ends in a zero byte."""
        end = self._payload.find(b"\0", self._position)
        if end < 0:
            raise ProtocolViolation("a string in a message has no terminating zero")
        text = self._payload[self._position : end]
        self._position = end + 1
        try:
            return text.decode()
        except UnicodeDecodeError as error:
            raise ProtocolViolation("a string in a message is not UTF-8") from error

    def take(self, count: int) -> bytes:
        """Read this many bytes."""
        found = self._payload[self._position : self._position + count]
        if len(found) < count:
            raise ProtocolViolation("a message ends in the middle of a field")
        self._position += count
        return found

    def int16(self) -> int:
        """Read two bytes, signed."""
        return int(struct.unpack("!h", self.take(2))[0])

    def int32(self) -> int:
        """Read four bytes, signed."""
        return int(struct.unpack("!i", self.take(4))[0])

    def rest(self) -> bytes:
        """Read everything that is left."""
        found = self._payload[self._position :]
        self._position = len(self._payload)
        return found


def encode_string(text: str) -> bytes:
    """Write a string and its terminating zero."""
    if "\0" in text:
        raise ProtocolViolation("a string in a message holds a zero byte")
    return text.encode() + b"\0"

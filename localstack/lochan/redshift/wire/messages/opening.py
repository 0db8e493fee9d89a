"""The messages that open a connection, before any message has a type byte."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from lochan.redshift.wire.errors import ProtocolViolation
from lochan.redshift.wire.messages.codec import Reader, encode_string

PROTOCOL_VERSION = 196608  # 3.0
_CANCEL_CODE = 80877102
_SSL_CODE = 80877103
_GSS_CODE = 80877104


@dataclass(frozen=True)
class Startup:
    """The first message of a connection: the protocol's version and the parameters."""

    parameters: Mapping[str, str]
    version: int = PROTOCOL_VERSION

    def encode(self) -> bytes:
        """Write the message, which has no type byte."""
        pairs = b"".join(
            encode_string(name) + encode_string(value) for name, value in self.parameters.items()
        )
        payload = struct.pack("!i", self.version) + pairs + b"\0"
        return struct.pack("!i", len(payload) + 4) + payload


@dataclass(frozen=True)
class SslRequest:
    """The question whether the server speaks TLS."""

    def encode(self) -> bytes:
        """Write the message, which has no type byte."""
        return struct.pack("!ii", 8, _SSL_CODE)


@dataclass(frozen=True)
class GssRequest:
    """The question whether the server encrypts by GSSAPI."""

    def encode(self) -> bytes:
        """Write the message, which has no type byte."""
        return struct.pack("!ii", 8, _GSS_CODE)


@dataclass(frozen=True)
class CancelRequest:
    """The wish to cancel what another connection runs; protocol 3.2 has longer keys."""

    process_id: int
    secret_key: bytes

    def encode(self) -> bytes:
        """Write the message, which has no type byte."""
        payload = struct.pack("!ii", _CANCEL_CODE, self.process_id) + self.secret_key
        return struct.pack("!i", len(payload) + 4) + payload


Opening = Startup | SslRequest | GssRequest | CancelRequest


def decode_opening(payload: bytes) -> Opening:
    """Read one of the messages without type byte, from what follows its length."""
    reader = Reader(payload)
    code = reader.int32()
    if code == _SSL_CODE:
        return SslRequest()
    if code == _GSS_CODE:
        return GssRequest()
    if code == _CANCEL_CODE:
        return CancelRequest(reader.int32(), reader.rest())
    if code >> 16 != PROTOCOL_VERSION >> 16:
        raise ProtocolViolation(
            f"protocol version {code >> 16}.{code & 0xFFFF} is not spoken here: use version 3.0"
        )
    return Startup(_read_pairs(reader), code)


def _read_pairs(reader: Reader) -> dict[str, str]:
    pairs: dict[str, str] = {}
    while name := reader.string():
        pairs[name] = reader.string()
    return pairs

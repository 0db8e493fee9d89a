"""Cursors (`next_token`) that carry their own position, so that the server remembers nothing.

A cursor is bound to the request that it continues: X, too, refuses a cursor with another query.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

_SEAL_LENGTH = 12


@dataclass(frozen=True)
class Position:
    """Where a page starts: how many items lie before it, in a list that begins at `newest`."""

    offset: int = 0
    newest: int = 0
    repeated: bool = False  # the empty page before this one has been served


def encode_cursor(position: Position, scope: str) -> str:
    """The opaque text of a position within the request that `scope` identifies."""
    plain = f"{position.offset:x}.{position.newest:x}.{position.repeated:d}"
    sealed = f"{plain}.{_seal(plain, scope)}".encode("ascii")
    return base64.b32encode(sealed).decode("ascii").rstrip("=").lower()


def decode_cursor(cursor: str, scope: str) -> Position:
    """The position behind a cursor; ValueError where it was not made for this request."""
    padded = cursor.upper() + "=" * (-len(cursor) % 8)
    try:
        plain, _, seal = base64.b32decode(padded).decode("ascii").rpartition(".")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{cursor!r} is not a cursor of this server.") from error
    if seal != _seal(plain, scope):
        raise ValueError(f"{cursor!r} is not a cursor of this request.")
    offset, newest, repeated = plain.split(".")
    return Position(int(offset, 16), int(newest, 16), repeated == "1")


def _seal(plain: str, scope: str) -> str:
    return hashlib.sha256(f"{scope}\n{plain}".encode()).hexdigest()[:_SEAL_LENGTH]

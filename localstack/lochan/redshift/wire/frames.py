"""Frames cut from a stream of bytes, without I/O.

A frame is a type byte, a length and a payload. Long runs of frames that nobody has to look at (the
rows of a result) leave the buffer in one piece.
"""

import struct
from dataclasses import dataclass

from lochan.redshift.wire.errors import ProtocolViolation
from lochan.redshift.wire.messages.codec import frame

_HEADER = struct.Struct("!ci")
_HEADER_BYTES = 5
_LARGEST_FRAME_BYTES = 1 << 30
_LARGEST_OPENING_BYTES = 10_000  # PostgreSQL's own MAX_STARTUP_PACKET_LENGTH


@dataclass(frozen=True)
class Frame:
    """One message: its type byte and what follows its length."""

    kind: bytes
    payload: bytes

    def encode(self) -> bytes:
        """Write the frame as it came."""
        return frame(self.kind, self.payload)


class FrameBuffer:
    """Bytes received so far and not yet cut into frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def feed(self, received: bytes) -> None:
        """Add what was received."""
        self._bytes += received

    def take(self) -> Frame | None:
        """Cut the next frame, None while it is not whole."""
        length = self._whole_frame(0)
        if length is None:
            return None
        found = Frame(bytes(self._bytes[:1]), bytes(self._bytes[_HEADER_BYTES:length]))
        del self._bytes[:length]
        return found

    def take_run(self, kinds: frozenset[int]) -> bytes:
        """Cut the longest run of whole frames whose type byte is one of these."""
        end = 0
        while end < len(self._bytes) and self._bytes[end] in kinds:
            length = self._whole_frame(end)
            if length is None:
                break
            end += length
        found = bytes(self._bytes[:end])
        del self._bytes[:end]
        return found

    def take_opening(self) -> bytes | None:
        """Cut one of the messages that open a connection, None while it is not whole."""
        if len(self._bytes) < 4:
            return None
        (length,) = struct.unpack_from("!i", self._bytes)
        if not 8 <= length <= _LARGEST_OPENING_BYTES:
            raise ProtocolViolation(f"the first message says that it has {length} bytes")
        if len(self._bytes) < length:
            return None
        found = bytes(self._bytes[4:length])
        del self._bytes[:length]
        return found

    def _whole_frame(self, start: int) -> int | None:
        """Tell how many bytes the frame at `start` has, None while some are missing."""
        if len(self._bytes) - start < _HEADER_BYTES:
            return None
        kind, length = _HEADER.unpack_from(self._bytes, start)
        if not 4 <= length <= _LARGEST_FRAME_BYTES:
            raise ProtocolViolation(f"a message of type {kind!r} says that it has {length} bytes")
        whole = int(length) + 1
        return whole if len(self._bytes) - start >= whole else None

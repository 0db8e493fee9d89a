"""The client's side of a connection: a socket, with TLS or without, that never blocks the relay."""

import contextlib
import select
import socket
import ssl
from dataclasses import dataclass, field

from lochan.redshift.wire.frames import Frame, FrameBuffer

_RECEIVE_BYTES = 1 << 16
_GOODBYE_SECONDS = 0.2


class ClientGone(Exception):
    """The client closed its connection."""


@dataclass
class ClientChannel:
    """Frames that came from the client and bytes that still have to go to it."""

    channel: socket.socket
    frames: FrameBuffer = field(default_factory=FrameBuffer)
    unsent: bytearray = field(default_factory=bytearray)

    def secure(self, context: ssl.SSLContext) -> None:
        """Continue in TLS; raises ssl.SSLError when the client does not agree."""
        self.channel = context.wrap_socket(self.channel, server_side=True)

    def read_available(self) -> None:
        """Receive what is there without waiting; raises ClientGone."""
        while True:
            try:
                received = self.channel.recv(_RECEIVE_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                raise ClientGone(str(error)) from error
            if not received:
                raise ClientGone("the client closed its connection")
            self.frames.feed(received)
            if not self._has_decrypted_more():
                return

    def write_available(self) -> None:
        """Send what the socket takes without waiting; raises ClientGone."""
        try:
            while self.unsent:
                with memoryview(self.unsent) as view:
                    sent = self.channel.send(view[:_RECEIVE_BYTES])
                del self.unsent[:sent]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            raise ClientGone(str(error)) from error

    def write(self, data: bytes) -> None:
        """Send everything, waiting as long as it takes; raises ClientGone."""
        self.unsent += data
        self.flush()

    def flush(self) -> None:
        """Send what is unsent, waiting as long as it takes; raises ClientGone."""
        self.write_available()
        while self.unsent:
            select.select([], [self.channel], [])
            self.write_available()

    def wait_for_frame(self, deadline_seconds: float) -> Frame:
        """Wait for one whole frame; raises ClientGone when it takes too long."""
        while (frame := self.frames.take()) is None:
            self._wait(deadline_seconds)
        return frame

    def wait_for_opening(self, deadline_seconds: float) -> bytes:
        """Wait for one of the messages without a type byte; raises ClientGone."""
        while (opening := self.frames.take_opening()) is None:
            self._wait(deadline_seconds)
        return opening

    def close(self) -> None:
        """End TLS, without which a client reports a broken connection, and close the socket."""
        if isinstance(self.channel, ssl.SSLSocket):
            self.channel.settimeout(_GOODBYE_SECONDS)
            # A client that left without a goodbye needs none.
            with contextlib.suppress(OSError, ValueError):
                self.channel.unwrap()
        self.channel.close()

    def _wait(self, deadline_seconds: float) -> None:
        self.flush()
        self.channel.settimeout(deadline_seconds)
        try:
            received = self.channel.recv(_RECEIVE_BYTES)
        except OSError as error:
            raise ClientGone(str(error)) from error
        if not received:
            raise ClientGone("the client closed its connection")
        self.frames.feed(received)

    def _has_decrypted_more(self) -> bool:
        """Tell whether TLS holds bytes that the socket no longer announces."""
        return isinstance(self.channel, ssl.SSLSocket) and self.channel.pending() > 0

"""TLS in front of PostgreSQL, as Amazon RDS has it: who does not encrypt is refused.

The PostgreSQL binaries that pip brings are built without OpenSSL, and RDS for PostgreSQL 15 and
later accepts encrypted connections only (`rds.force_ssl`). So a connection is opened here, and
what follows is passed on, byte by byte, to the server's unix socket; who may log in is the
server's own business.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-SSL
"""

import asyncio
import contextlib
import ssl
import struct
from dataclasses import dataclass
from pathlib import Path

from lochan.redshift.wire.messages.opening import (
    CancelRequest,
    GssRequest,
    Opening,
    SslRequest,
    Startup,
    decode_opening,
)

# Longer opening messages are refused by PostgreSQL too (MAX_STARTUP_PACKET_LENGTH).
_LONGEST_OPENING_BYTES = 10_000
_OPENING_SECONDS = 60
_CHUNK_BYTES = 1 << 16
# https://www.postgresql.org/docs/18/errcodes-appendix.html
_INVALID_AUTHORIZATION = "28000"


class Refused(Exception):
    """A connection that is not let through; the client is told why."""


@dataclass(frozen=True)
class Gateway:
    """Where the server's socket lies, what proves the gateway's identity, whom it never lets in.

    `closed_users` are those whom the server trusts on its socket without a password.
    """

    socket: Path
    tls: ssl.SSLContext
    closed_users: frozenset[str]

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Open one connection, then pass on everything until one side ends."""
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                opening = await self._open(client, answer)
            await self._relay(opening, client, answer)
        except Refused as refusal:
            answer.write(_error(str(refusal)))
        except (OSError, EOFError, ValueError, TimeoutError, ssl.SSLError):
            pass  # The client is gone or speaks another protocol: there is nobody to tell.
        finally:
            # What is written still goes out. Waiting for it would be for ever after a handshake
            # that failed: the stream then waits for a transport that is gone.
            answer.close()

    async def _open(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> bytes:
        """Answer questions about encryption; return the first message that is the server's."""
        encrypted = False
        while True:
            message, opening = await _read_opening(client)
            if isinstance(opening, SslRequest) and not encrypted:
                await _require_silence(client)
                answer.write(b"S")
                await answer.start_tls(self.tls)
                encrypted = True
            elif isinstance(opening, SslRequest | GssRequest):
                answer.write(b"N")
            else:
                self._check(opening, encrypted)
                return message

    def _check(self, opening: Opening, encrypted: bool) -> None:
        if isinstance(opening, CancelRequest):
            return
        assert isinstance(opening, Startup)
        user = opening.parameters.get("user", "")
        if not encrypted:
            raise Refused(
                f'no encryption: RDS refuses user "{user}" without TLS; connect with '
                "sslmode=verify-full"
            )
        if user in self.closed_users:
            raise Refused(f'user "{user}" is reserved and cannot log in')

    async def _relay(
        self, opening: bytes, client: asyncio.StreamReader, answer: asyncio.StreamWriter
    ) -> None:
        server, request = await asyncio.open_unix_connection(str(self.socket))
        request.write(opening)
        ways = [
            asyncio.create_task(_copy(client, request)),
            asyncio.create_task(_copy(server, answer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            request.close()


async def _read_opening(client: asyncio.StreamReader) -> tuple[bytes, Opening]:
    length = await client.readexactly(4)
    (size,) = struct.unpack("!i", length)
    if not 8 <= size <= _LONGEST_OPENING_BYTES:
        raise ValueError(f"an opening message cannot have {size} bytes")
    payload = await client.readexactly(size - 4)
    return length + payload, decode_opening(payload)


async def _require_silence(client: asyncio.StreamReader) -> None:
    """Refuse what came before it could be encrypted: it would pass for encrypted afterwards.

    https://www.postgresql.org/support/security/CVE-2021-23214/
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            if await client.read(1):
                raise Refused("received unencrypted data after the request for TLS")


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK_BYTES):
        target.write(chunk)
        await target.drain()


def _error(text: str) -> bytes:
    """Write an ErrorResponse that ends the connection."""
    fields = {"S": "FATAL", "V": "FATAL", "C": _INVALID_AUTHORIZATION, "M": text}
    body = b"".join(kind.encode() + value.encode() + b"\0" for kind, value in fields.items())
    return b"E" + struct.pack("!i", len(body) + 5) + body + b"\0"

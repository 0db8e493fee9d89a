"""The gateway's door: what it answers before anything reaches the server."""

from __future__ import annotations

import asyncio
import ssl
import struct
from pathlib import Path
from typing import Any

import pytest

from lochan.rds.gateway import Gateway
from lochan.redshift.wire.messages.opening import GssRequest, SslRequest, Startup


def converse(*messages: bytes, socket: Path = Path("/nowhere")) -> bytes:
    """Send messages in the clear and return everything that the gateway says."""

    async def run() -> bytes:
        gateway = Gateway(socket, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), frozenset({"postgres"}))
        server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(messages))
        said = await reader.read()
        writer.close()
        server.close()
        return said

    return asyncio.run(asyncio.wait_for(run(), 10))


def startup(**parameters: str) -> bytes:
    return Startup(parameters).encode()


def test_who_does_not_encrypt_is_refused_as_on_rds() -> None:
    said = converse(startup(user="rds", database="rds"))
    assert said.startswith(b"E")
    assert b'C28000\0Mno encryption: RDS refuses user "rds" without TLS' in said


def test_gssapi_is_declined_and_the_connection_goes_on() -> None:
    said = converse(GssRequest().encode(), startup(user="rds"))
    assert said.startswith(b"NE")


def test_what_comes_before_it_can_be_encrypted_is_refused() -> None:
    said = converse(SslRequest().encode() + b"injected")
    assert b"received unencrypted data after the request for TLS" in said


@pytest.mark.parametrize(
    "message", [b"GET / HTTP/1.1\r\n\r\n", struct.pack("!ii", 4, 0), struct.pack("!ii", 8, 131072)]
)
def test_who_speaks_another_protocol_is_hung_up_on(message: bytes) -> None:
    assert converse(message) == b""


def test_a_reserved_user_is_refused_even_when_encrypted() -> None:
    gateway: Any = Gateway(
        Path("/nowhere"), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), frozenset({"a"})
    )
    with pytest.raises(Exception, match='user "a" is reserved and cannot log in'):
        gateway._check(Startup({"user": "a"}), encrypted=True)

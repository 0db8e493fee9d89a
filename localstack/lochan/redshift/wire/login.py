"""From the first byte of a connection to a backend that is logged in as its user.

https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

import os
import shlex
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from lochan.redshift.wire.admin import AdminConnection
from lochan.redshift.wire.authentication import (
    TemporaryPasswords,
    is_right_answer,
    md5_hash,
    split_temporary_user,
)
from lochan.redshift.wire.backend import BackendAddress, BackendConnection
from lochan.redshift.wire.client_channel import ClientChannel
from lochan.redshift.wire.errors import NotSupported, ProtocolViolation, WireError
from lochan.redshift.wire.messages.answers import (
    AuthenticationMd5Password,
    AuthenticationOk,
    NegotiateProtocolVersion,
    ParameterStatus,
    ReadyForQuery,
)
from lochan.redshift.wire.messages.opening import (
    PROTOCOL_VERSION,
    CancelRequest,
    GssRequest,
    SslRequest,
    Startup,
    decode_opening,
)
from lochan.redshift.wire.messages.requests import Password
from lochan.redshift.wire.rewrites.settings import check_client_encoding
from lochan.redshift.wire.session import HIDDEN_PARAMETERS

SERVER_VERSION = "8.0.2"
PADB_VERSION = "1.0.75388"

_LOGIN_SECONDS = 30.0
# Parameters that PostgreSQL takes; all others are Redshift's drivers' own, and dropped.
_PASSED_PARAMETERS = frozenset(
    {"application_name", "client_encoding", "datestyle", "extra_float_digits", "timezone"}
)


@dataclass(frozen=True)
class Gate:
    """What a login is checked against."""

    address: BackendAddress
    admin: AdminConnection
    passwords: TemporaryPasswords
    tls: ssl.SSLContext | None
    allow_plaintext: bool = False

    def open(self, client: ClientChannel) -> BackendConnection | None:
        """Log the client in; None when it only wanted to cancel. Raises WireError, BackendError."""
        startup = self._negotiate(client)
        if startup is None:
            return None
        user = self._authenticate(client, startup)
        backend = BackendConnection.open(self.address, backend_parameters(startup, user))
        client.write(_welcome(startup, backend))
        return backend

    def _negotiate(self, client: ClientChannel) -> Startup | None:
        is_encrypted = False
        while True:
            opening = decode_opening(client.wait_for_opening(_LOGIN_SECONDS))
            match opening:
                case CancelRequest():
                    self.address.cancel(opening)
                    return None
                case SslRequest() if self.tls is not None and not is_encrypted:
                    self._secure(client, self.tls)
                    is_encrypted = True
                case SslRequest() | GssRequest():
                    client.write(b"N")
                case Startup():
                    self._check_encryption(is_encrypted=is_encrypted)
                    return opening

    def _secure(self, client: ClientChannel, tls: ssl.SSLContext) -> None:
        if len(client.frames):
            raise ProtocolViolation("unencrypted bytes follow the request for TLS")
        client.write(b"S")
        client.channel.settimeout(_LOGIN_SECONDS)
        client.secure(tls)

    def _check_encryption(self, *, is_encrypted: bool) -> None:
        if not is_encrypted and not self.allow_plaintext:
            raise WireError(
                "28000",
                "this server takes encrypted connections only",
                hint="Connect with sslmode=require (ssl=True), or start the server with "
                "--allow-plaintext.",
            )

    def _authenticate(self, client: ClientChannel, startup: Startup) -> str:
        login_name = startup.parameters.get("user", "")
        if not login_name:
            raise WireError("28000", "no user name specified in the startup packet")
        salt = os.urandom(4)
        client.write(AuthenticationMd5Password(salt).encode())
        frame = client.wait_for_frame(_LOGIN_SECONDS)
        if frame.kind != Password.kind:
            raise ProtocolViolation(f"a password was expected, not a message {frame.kind!r}")
        answer = Password.decode(frame.payload).password
        user, is_temporary = split_temporary_user(login_name)
        for good in self._good_hashes(user, login_name, is_temporary=is_temporary):
            if is_right_answer(answer, good, salt):
                return user
        raise WireError("28000", f'password authentication failed for user "{login_name}"')

    def _good_hashes(self, user: str, login_name: str, *, is_temporary: bool) -> list[str]:
        hashes = self.passwords.hashes(user, login_name)
        stored = None if is_temporary else self.admin.find_password_hash(user)
        return (
            [*hashes, stored] if stored else hashes or [md5_hash(login_name, os.urandom(16).hex())]
        )


def backend_parameters(startup: Startup, user: str) -> Mapping[str, str]:
    """Keep what PostgreSQL knows of the start-up parameters, and hand a query group on."""
    given = {name.lower(): value for name, value in startup.parameters.items()}
    if given.get("replication", "false").lower() not in ("false", "off", "no", "0"):
        raise NotSupported("replication connections are not supported by Redshift")
    check_client_encoding(given.get("client_encoding", "utf8"))
    kept = {name: value for name, value in given.items() if name in _PASSED_PARAMETERS}
    group = given.get("query_group") or _option(given.get("options", ""), "query_group")
    if group:
        escaped = group.replace("\\", "\\\\").replace(" ", "\\ ")
        kept["options"] = f"-c rs.query_group={escaped}"
    return {"user": user, "database": given.get("database", user), **kept}


def _option(options: str, name: str) -> str | None:
    """Find `-c name=value` among command line options."""
    for word in shlex.split(options.replace("-c ", "-c")):
        key, _, value = word.removeprefix("-c").removeprefix("--").partition("=")
        if key == name:
            return value
    return None


def _welcome(startup: Startup, backend: BackendConnection) -> bytes:
    """Write what a client receives after its password, as Redshift's version."""
    options = tuple(name for name in startup.parameters if name.startswith("_pq_."))
    negotiation = b""
    if startup.version > PROTOCOL_VERSION or options:
        negotiation = NegotiateProtocolVersion(0, options).encode()
    reported = {
        name: value for name, value in backend.reported.items() if name not in HIDDEN_PARAMETERS
    }
    reported |= {"server_version": SERVER_VERSION, "padb_version": PADB_VERSION}
    statuses = (ParameterStatus(name, value).encode() for name, value in reported.items())
    ready = ReadyForQuery(backend.transaction_status).encode()
    return b"".join(
        [negotiation, AuthenticationOk().encode(), *statuses, backend.key.encode(), ready]
    )

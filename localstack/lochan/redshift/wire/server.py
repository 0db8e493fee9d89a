"""The listener: a thread for each client, TLS on its side, a unix socket on the other."""

import contextlib
import logging
import socket
import ssl
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lochan.redshift.wire.backend import BackendConnection
from lochan.redshift.wire.backend_protocol import BackendError
from lochan.redshift.wire.bootstrap import StartError
from lochan.redshift.wire.client_channel import ClientChannel, ClientGone
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.login import Gate
from lochan.redshift.wire.query_log import QueryLog
from lochan.redshift.wire.relay import Relay
from lochan.redshift.wire.reports import fatal_response
from lochan.redshift.wire.rewrites.row import Context
from lochan.redshift.wire.router import route
from lochan.redshift.wire.runner import RunLoad, Runner, RunUnload
from lochan.redshift.wire.session import Route, Session

_BACKLOG = 128
log = logging.getLogger(__name__)


@dataclass
class WireServer:
    """Accepts clients until it is closed."""

    gate: Gate
    load: RunLoad
    unload: RunUnload
    query_log: QueryLog
    _listener: socket.socket | None = None
    _clients: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self, host: str, port: int) -> int:
        """Bind and accept in a thread; returns the port. Raises StartError."""
        try:
            self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        except OSError as error:
            raise StartError(
                f"Port {port} on {host} cannot be listened on: {error.strerror}. "
                "Choose another one by --port, or end what holds it."
            ) from error
        threading.Thread(target=self._accept, name="accept", daemon=True).start()
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Stop accepting and hang up on every client."""
        if self._listener is not None:
            self._listener.close()
        with self._lock:
            clients = list(self._clients)
        for channel in clients:
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                channel, _ = self._listener.accept()
            except OSError:
                return
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(channel,), daemon=True).start()

    def _serve(self, channel: socket.socket) -> None:
        client = ClientChannel(channel)
        with self._lock:
            self._clients.add(channel)
        try:
            self._talk(client)
        except (ClientGone, ssl.SSLError) as error:
            log.debug("a client left: %s", error)
        except Exception:
            log.exception("a connection ended by a fault of this server")
            self._say_goodbye(client, WireError("XX000", "internal error of this server"))
        finally:
            with self._lock:
                self._clients.discard(channel)
            client.close()

    def _talk(self, client: ClientChannel) -> None:
        backend: BackendConnection | None = None
        try:
            backend = self.gate.open(client)
            if backend is not None:
                self._relay(client, backend)
        except WireError as error:
            self._say_goodbye(client, error)
        except BackendError as error:
            self._say_goodbye(
                client,
                WireError(error.sqlstate, error.message, detail=error.detail, hint=error.hint),
            )
        finally:
            if backend is not None:
                backend.close()

    def _relay(self, client: ClientChannel, backend: BackendConnection) -> None:
        database = backend.parameters["database"]
        start_query = partial(
            self.query_log.start, backend.parameters["user"], backend.key.process_id, database
        )
        session = Session(_router(database), start_query)
        runner = Runner(backend, client.write, self.load, self.unload)
        try:
            Relay(client, backend, session, runner, self.query_log).run()
        finally:
            session.abandon()

    def _say_goodbye(self, client: ClientChannel, error: WireError) -> None:
        with contextlib.suppress(ClientGone, OSError, ValueError):
            client.channel.setblocking(False)
            client.write(fatal_response(error).encode())


def _router(database: str) -> Route:
    return lambda sql, case_sensitive: route(sql, Context(database, case_sensitive))


def make_tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Load the server's certificate; raises StartError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise StartError(
            f"The certificate {certificate} with the key {key} cannot be loaded: {error}."
        ) from error
    return context

"""The control port: whether the server works, and temporary passwords.

JSON over HTTP with a bearer token, for the other services of the stack and never for clients.
"""

import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lochan.redshift.wire.admin import AdminConnection
from lochan.redshift.wire.authentication import TemporaryPasswords
from lochan.redshift.wire.backend_protocol import BackendError
from lochan.redshift.wire.bootstrap import StartError
from lochan.redshift.wire.sql.names import quote_identifier, quote_literal

_LARGEST_BODY_BYTES = 1 << 20
_DEFAULT_LIFETIME_SECONDS = 900  # GetClusterCredentials' own

Answer = tuple[HTTPStatus, Mapping[str, Any]]


class BadRequest(Exception):
    """A request that cannot be served, as a sentence."""


@dataclass(frozen=True)
class Control:
    """What the control port can do."""

    admin: AdminConnection
    passwords: TemporaryPasswords
    token: str

    def health(self, _: Mapping[str, Any]) -> Answer:
        """Answer 200 only when a statement of Redshift's gets its answer."""
        try:
            self.admin.execute("SELECT rs.getdate()")
        except (BackendError, OSError) as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, {"status": "unavailable", "message": str(error)}
        return HTTPStatus.OK, {"status": "ready"}

    def add_password(self, body: Mapping[str, Any]) -> Answer:
        """Accept a temporary password: user, password, duration_seconds, auto_create.

        https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
        """
        user, password = _text(body, "user"), _text(body, "password")
        lifetime = body.get("duration_seconds", _DEFAULT_LIFETIME_SECONDS)
        if not isinstance(lifetime, int | float) or lifetime <= 0:
            raise BadRequest("duration_seconds is not a positive number.")
        if not self._user_exists(user):
            if not body.get("auto_create"):
                raise BadRequest(f"The user {user} does not exist.")
            self.admin.execute(f"CREATE ROLE {quote_identifier(user)} LOGIN")
        self.passwords.add(user, password, lifetime)
        return HTTPStatus.CREATED, {"user": user, "expires_in_seconds": lifetime}

    def _user_exists(self, user: str) -> bool:
        return bool(
            self.admin.execute(
                "SELECT 1 FROM pg_catalog.pg_roles "
                f"WHERE rolcanlogin AND rolname = {quote_literal(user)}"
            )
        )


def serve_control(control: Control, host: str, port: int) -> ThreadingHTTPServer:
    """Answer on the control port in a thread; raises StartError."""
    routes: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Answer]] = {
        ("GET", "/health"): control.health,
        ("POST", "/passwords"): control.add_password,
    }
    try:
        server = ThreadingHTTPServer((host, port), _make_handler(control.token, routes))
    except OSError as error:
        raise StartError(
            f"The control port {port} on {host} cannot be listened on: {error.strerror}. "
            "Choose another one by --control-port, or end what holds it."
        ) from error
    threading.Thread(target=server.serve_forever, name="control", daemon=True).start()
    return server


def _make_handler(
    token: str, routes: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Answer]]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(*self._handle("GET"))

        def do_POST(self) -> None:
            self._answer(*self._handle("POST"))

        def _handle(self, method: str) -> Answer:
            handler = routes.get((method, self.path))
            if handler is None:
                message = f"There is no {method} {self.path} here."
                return HTTPStatus.NOT_FOUND, {"message": message}
            if self.path != "/health" and not self._is_authorized():
                return HTTPStatus.UNAUTHORIZED, {"message": "The bearer token is missing or wrong."}
            try:
                return handler(self._read_body() if method == "POST" else {})
            except (BadRequest, BackendError) as error:
                return HTTPStatus.BAD_REQUEST, {"message": str(error)}

        def _is_authorized(self) -> bool:
            given = self.headers.get("Authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

        def _read_body(self) -> Mapping[str, Any]:
            length = int(self.headers.get("Content-Length", "0"))
            if length > _LARGEST_BODY_BYTES:
                raise BadRequest(f"The body has {length} bytes, more than {_LARGEST_BODY_BYTES}.")
            try:
                body = json.loads(self.rfile.read(length))
            except ValueError as error:
                raise BadRequest(f"The body is not JSON: {error}.") from error
            if not isinstance(body, dict):
                raise BadRequest("The body is not a JSON object.")
            return body

        def _answer(self, status: HTTPStatus, body: Mapping[str, Any]) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:
            """Keep probes out of the log."""

    return Handler


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} is missing.")
    return value

"""Questions that only a working service answers."""

import http.client
import json
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from lochan.stack.credentials import Login
from lochan.stack.errors import NotReadyError
from lochan.stack.settings import HOST

_SECONDS = 5.0


def request_json(port: int, path: str, *, body: Any = None, host: str = HOST) -> Any:
    """Return the JSON that a server answers with status 200, or say what came instead."""
    text = request(port, path, body=None if body is None else json.dumps(body), host=host)
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotReadyError(f"{path} answers no JSON: {text[:200]}") from error


def request(
    port: int,
    path: str,
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    host: str = HOST,
) -> str:
    """Return the text that a server answers with status 200, or say what came instead.

    Written on http.client because it asks no proxy, whatever the environment says.
    """
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request("GET" if body is None else "POST", path, body, sent)
        response = connection.getresponse()
        text = response.read().decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise NotReadyError(f"{path} on port {port} does not answer: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise NotReadyError(f"{path} on port {port} answers {response.status}: {text[:200]}")
    return text


def log_in(login: Login, *, port: int, database: str, authority: Path | None = None) -> None:
    """Log in to a PostgreSQL-speaking server and read one row.

    With an authority, the server must prove over TLS that it is `localhost`.
    """
    security = (
        {"sslmode": "disable"}
        if authority is None
        else {"sslmode": "verify-full", "sslrootcert": str(authority)}
    )
    target = make_conninfo(
        host="localhost",
        hostaddr=HOST,
        port=port,
        dbname=database,
        user=login.username,
        password=login.password,
        connect_timeout=int(_SECONDS),
        **security,
    )
    try:
        with psycopg.connect(target, autocommit=True) as connection:
            row = connection.execute("select 1").fetchone()
    except psycopg.Error as error:
        raise NotReadyError(f"port {port} refuses {login.username}: {error}") from error
    if row != (1,):
        raise NotReadyError(f"port {port} answers {row!r} to `select 1`")

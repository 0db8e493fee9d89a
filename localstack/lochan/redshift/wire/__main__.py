"""Runs the Redshift wire server until it is told to stop."""

import argparse
import logging
import os
import signal
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from lochan.redshift.wire.admin import AdminConnection
from lochan.redshift.wire.authentication import TemporaryPasswords
from lochan.redshift.wire.backend import BackendAddress
from lochan.redshift.wire.backend_protocol import Backend, BackendError
from lochan.redshift.wire.bootstrap import StartError, prepare_cluster, read_users
from lochan.redshift.wire.control import Control, serve_control
from lochan.redshift.wire.copy.execution import CopyResult, execute_copy
from lochan.redshift.wire.copy.statement import CopyStatement
from lochan.redshift.wire.login import Gate
from lochan.redshift.wire.query_log import QueryLog
from lochan.redshift.wire.server import WireServer, make_tls_context
from lochan.redshift.wire.unload.execution import UnloadResult, execute_unload
from lochan.redshift.wire.unload.statement import UnloadStatement


def main(arguments: list[str] | None = None) -> int:
    """Start, serve until SIGTERM or SIGINT, and stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = _parse(arguments)
    try:
        run(options)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except BackendError as error:
        print(f"PostgreSQL refused to be prepared: {error.message}.", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> None:
    """Serve until a signal comes; raises StartError, BackendError."""
    token = _read_token()
    tls = make_tls_context(options.certificate, options.key)
    address = BackendAddress(options.backend_socket, options.backend_port)
    prepare_cluster(address, options.database, read_users(options.users))
    admin = AdminConnection(address, options.database)
    passwords = TemporaryPasswords()
    gate = Gate(address, admin, passwords, tls, options.allow_plaintext)
    server = WireServer(gate, _load, _unload, QueryLog(admin.borrow))
    port = server.listen(options.host, options.port)
    control = serve_control(Control(admin, passwords, token), options.host, options.control_port)
    logging.info("Redshift answers on %s:%d", options.host, port)
    try:
        _wait_for_signal()
    finally:
        control.shutdown()
        server.close()
        admin.close()


def _load(statement: CopyStatement, backend: Backend) -> CopyResult:
    return execute_copy(statement, backend, s3_client_factory=_make_s3_client)


def _unload(statement: UnloadStatement, query: str, backend: Backend) -> UnloadResult:
    return execute_unload(statement, query, backend, s3_client_factory=_make_s3_client)


@cache
def _make_s3_client(region: str | None) -> Any:
    """Make an S3 client from the standard AWS_* variables, the endpoint included.

    One for each region serves every COPY: making one takes longer than a small load.
    """
    return boto3.Session().client("s3", region_name=region)


def _wait_for_signal() -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()


def _read_token() -> str:
    path = os.environ.get("LOCHAN_TOKEN_FILE")
    if not path:
        raise StartError("LOCHAN_TOKEN_FILE is not set: it names the file with the control token.")
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise StartError(f"The token file {path} cannot be read: {error.strerror}.") from error


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lochan.redshift.wire", description="Redshift's protocol over PostgreSQL."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5439)
    parser.add_argument("--control-port", type=int, default=5441)
    parser.add_argument("--backend-socket", type=Path, required=True)
    parser.add_argument("--backend-port", type=int, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--database", default="dev")
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--allow-plaintext", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

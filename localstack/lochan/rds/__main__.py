"""Runs the gateway until it is told to stop."""

import argparse
import asyncio
import signal
import ssl
import sys
from pathlib import Path

from lochan.rds.gateway import Gateway


def main(arguments: list[str] | None = None) -> int:
    """Listen, serve until SIGTERM or SIGINT, and stop."""
    options = _parse(arguments)
    try:
        asyncio.run(_serve(options))
    except OSError as error:
        print(
            f"RDS cannot listen on {options.host}:{options.port} or read its certificate: {error}.",
            file=sys.stderr,
        )
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(options.certificate, options.key)
    gateway = Gateway(options.backend_socket, tls, frozenset(options.closed_user))
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await asyncio.start_server(gateway.serve, options.host, options.port)
    print(f"RDS answers on {options.host}:{options.port}", flush=True)
    try:
        await stopped.wait()
    finally:
        server.close()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lochan.rds", description="TLS in front of a PostgreSQL server."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5433)
    parser.add_argument("--backend-socket", type=Path, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--closed-user", action="append", default=[])
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

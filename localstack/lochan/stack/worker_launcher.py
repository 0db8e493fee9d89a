"""Runs `prefect worker start` once the server answers; its imports happen while it waits.

A worker that starts before its server only polls for cancellations and loses its first events.
Run as a file with `python -P`: nothing of `lochan` is imported here.
"""

import http.client
import importlib
import os
import sys
import time
from urllib.parse import urlsplit

_POLL_SECONDS = 0.1
_WORKER_MODULES = ("prefect.cli.worker", "prefect.workers.process", "prefect.runner")


def main() -> None:
    """Import, wait, and become the worker of the pool that is named on the command line."""
    (pool,) = sys.argv[1:]
    for module in _WORKER_MODULES:
        importlib.import_module(module)
    _await_server(os.environ["PREFECT_API_URL"])
    sys.argv = ["prefect", "worker", "start", "--pool", pool, "--type", "process", "--name", pool]
    importlib.import_module("prefect.cli").app()


def _await_server(url: str) -> None:
    address = urlsplit(url)
    while not _answers(address.hostname or "", address.port, f"{address.path}/health"):
        time.sleep(_POLL_SECONDS)


def _answers(host: str, port: int | None, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()

"""The worker's end of a run's control socket: answers the run's requests until it ends."""

import json
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lochan.glue.worker.run_starter import RunProcess

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class ServedRun:
    """How a run went: its exit code, and the error that it reported; or that its time is over."""

    exit_code: int | None
    error: str | None

    @property
    def timed_out(self) -> bool:
        """Whether the run was still there at its deadline."""
        return self.exit_code is None


def serve_run(
    process: RunProcess, open_spark: Callable[[dict[str, str]], Answer], seconds: float
) -> ServedRun:
    """Answer a run's requests for Spark until its process ends or the time is over."""
    process.exit_code.add_done_callback(lambda _: _wake(process.control))
    deadline = time.monotonic() + seconds
    error = None
    try:
        for message in _read_messages(process.control, deadline):
            if message["request"] == "report":
                error = message["error"]
            else:
                _send(process.control, open_spark(message["settings"]))
    except TimeoutError:
        return ServedRun(None, error)
    finally:
        process.control.close()
    return ServedRun(process.exit_code.result(), error)


def _wake(control: socket.socket) -> None:
    """End the reading: processes that the script forked may hold the other end open."""
    if control.fileno() != -1:
        control.shutdown(socket.SHUT_RD)


def _read_messages(control: socket.socket, deadline: float) -> Iterator[dict[str, Any]]:
    rest = b""
    while True:
        remaining = deadline - time.monotonic()
        if not select.select([control], [], [], max(0.0, remaining))[0]:
            raise TimeoutError
        received = control.recv(65536)
        if not received:
            return
        *lines, rest = (rest + received).split(b"\n")
        yield from map(json.loads, lines)


def _send(control: socket.socket, answer: Answer) -> None:
    try:
        control.sendall(json.dumps(answer).encode() + b"\n")
    except BrokenPipeError:
        # The run was ended while its Spark started; its exit code says the rest.
        return

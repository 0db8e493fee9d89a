"""The worker's side of the fork server: starts it, has runs started, learns how they ended."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import psutil


class RunStartFailed(RuntimeError):
    """The process of a run could not be started."""


@dataclass(frozen=True)
class RunProcess:
    """A started run: its process, and the worker's ends of its pipes and control socket."""

    process_id: int
    exit_code: "Future[int]"
    control: socket.socket
    output: int
    error: int

    def kill(self) -> None:
        """End the process, its group, and what has left the group."""
        if not self.exit_code.done():
            self._kill_descendants()
        self.kill_group()

    def _kill_descendants(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process_id).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()

    def kill_group(self) -> None:
        """End what is left of the process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process_id, signal.SIGKILL)


class RunStarter:
    """Has a fork server, and a new one when that ended."""

    def __init__(self, way_to_start: str, environment: Mapping[str, str]) -> None:
        self._way_to_start = way_to_start
        self._environment = environment
        # One plan at a time: a stream socket keeps no boundaries between messages.
        self._lock = threading.Lock()
        self._server: _ForkServerProcess | None = None

    def prepare(self) -> None:
        """Start the fork server and wait for its imports. Raises RunStartFailed."""
        with self._lock:
            self._live_server()

    def start(self, plan_path: Path) -> RunProcess:
        """Start a process for a plan. Raises RunStartFailed."""
        with self._lock:
            return self._live_server().start_run(plan_path)

    def _live_server(self) -> "_ForkServerProcess":
        if self._server is None or not self._server.is_alive():
            self._server = _ForkServerProcess(self._way_to_start, self._environment)
        return self._server

    def stop(self) -> None:
        """End the fork server and the runs that it started."""
        with self._lock:
            if self._server is not None:
                self._server.stop()


class _ForkServerProcess:
    """A fork server process and the thread that reads its answers."""

    def __init__(self, way_to_start: str, environment: Mapping[str, str]) -> None:
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "lochan.glue.worker.fork_server"),
                    *(str(theirs.fileno()), way_to_start),
                ],
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._answers = self._connection.makefile("r", encoding="utf-8")
        if not self._answers.readline():
            raise RunStartFailed("The fork server of the Glue worker ended while it started.")
        self._started: queue.SimpleQueue[tuple[int, Future[int]] | None] = queue.SimpleQueue()
        self._ended: dict[int, Future[int]] = {}
        self._reader = threading.Thread(target=self._read_answers, daemon=True)
        self._reader.start()

    def is_alive(self) -> bool:
        """Whether it can start runs."""
        return self._reader.is_alive() and self._process.poll() is None

    def start_run(self, plan_path: Path) -> RunProcess:
        """Send a plan with the descriptors of its process; returns when that is started."""
        output, output_writer = os.pipe()
        error, error_writer = os.pipe()
        control, theirs = socket.socketpair()
        descriptors = [output_writer, error_writer, theirs.fileno()]
        try:
            socket.send_fds(self._connection, [str(plan_path).encode()], descriptors)
            started = self._started.get()
            if started is None:
                raise RunStartFailed("The fork server of the Glue worker ended.")
        except BaseException:
            for descriptor in (output, error):
                os.close(descriptor)
            control.close()
            raise
        finally:
            os.close(output_writer)
            os.close(error_writer)
            theirs.close()
        return RunProcess(*started, control, output, error)

    def _read_answers(self) -> None:
        """Hand on answers until the server ends; then all its runs have ended with it."""
        for line in self._answers:
            answer = json.loads(line)
            if "started" in answer:
                exit_code = self._ended[answer["started"]] = Future()
                self._started.put((answer["started"], exit_code))
            else:
                self._ended.pop(answer["ended"]).set_result(answer["code"])
        for process_id, exit_code in self._ended.items():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process_id, signal.SIGKILL)
            exit_code.set_result(-signal.SIGKILL)
        self._started.put(None)

    def stop(self) -> None:
        """Close the connection, at which the server ends itself and its children."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._answers.close()
        self._connection.close()

"""The parent that forks: it has imported what jobs import and starts a process for each run.

It has no threads and no gateway. The worker sends it a run's plan with three descriptors
(standard output, standard error, the run's end of the control socket); it answers with the
process id and, when that process ends, with its exit status. It ends, and everything that it
started with it, when the worker's end of its socket closes: also after a SIGKILL of the worker.
"""

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from lochan.glue.worker.run_process import (
    RunPlan,
    WorkerChannel,
    adopt_orphans,
    run_script,
)

PRELOADED = (
    "boto3",
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "pyspark.sql.functions",
    "pyspark.sql.pandas.functions",
    "pyspark.sql.pandas.serializers",
    "pyspark.sql.pandas.types",
    "lochan.glue.worker.attach",
)
PRELOADED_IF_THERE = (
    "awsglue.context",
    "awsglue.dynamicframe",
    "awsglue.job",
    "awsglue.transforms",
    "awsglue.utils",
)
CONTROL_DESCRIPTOR = 3
DESCRIPTORS_TO_CLOSE = 1024  # this process opens a dozen


class ForkServer:
    """Starts processes as it is told and reports how they ended."""

    def __init__(self, connection: socket.socket, start: Callable[..., int]) -> None:
        self._connection = connection
        self._start = start
        self._children: set[int] = set()

    def serve(self) -> None:
        """Serve until the worker closes its end."""
        adopt_orphans()
        wake_up, wake_up_writer = socket.socketpair()
        wake_up.setblocking(False)
        wake_up_writer.setblocking(False)
        signal.set_wakeup_fd(wake_up_writer.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ, self._accept_plan)
            selector.register(wake_up, selectors.EVENT_READ, lambda: _drain(wake_up))
            self._serve_events(selector)
        self._end_children()

    def _serve_events(self, selector: selectors.BaseSelector) -> None:
        while True:
            for key, _ in selector.select():
                if key.data() is False:
                    return
            self._report_ended()

    def _accept_plan(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._connection, 65536, 3)
        if not message:
            return False
        process_id = self._start(Path(message.decode()), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._children.add(process_id)
        self._answer({"started": process_id})
        return True

    def _report_ended(self) -> None:
        with contextlib.suppress(ChildProcessError):  # there is none left
            while True:
                process_id, status = os.waitpid(-1, os.WNOHANG)
                if process_id == 0:
                    return
                if process_id in self._children:
                    self._children.discard(process_id)
                    code = os.waitstatus_to_exitcode(status)
                    self._answer({"ended": process_id, "code": code})

    def _answer(self, message: dict[str, int]) -> None:
        # When the worker is gone, the closed socket ends this process in its next turn.
        with contextlib.suppress(BrokenPipeError):
            self._connection.sendall(json.dumps(message).encode() + b"\n")

    def _end_children(self) -> None:
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


def _drain(wake_up: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        while wake_up.recv(4096):
            pass
    return True


def start_by_fork(plan_path: Path, descriptors: list[int]) -> int:
    """Fork a child that runs the plan; it starts from this process's clean modules."""
    process_id = os.fork()
    if process_id:
        # The child does the same: whoever is first, the group is there before anybody kills it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(process_id, process_id)
        return process_id
    code = 1
    try:
        code = _become_run(plan_path, descriptors)
    finally:
        os._exit(code)


def _become_run(plan_path: Path, descriptors: list[int]) -> int:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output, error, control = descriptors
    os.dup2(output, 1)
    os.dup2(error, 2)
    os.dup2(control, CONTROL_DESCRIPTOR, inheritable=False)
    os.closerange(CONTROL_DESCRIPTOR + 1, DESCRIPTORS_TO_CLOSE)
    connection = socket.socket(fileno=CONTROL_DESCRIPTOR)
    return run_script(RunPlan.load(plan_path), WorkerChannel(connection))


def start_by_spawn(plan_path: Path, descriptors: list[int]) -> int:
    """Start a new Python that runs the plan: slower, for systems where a fork is not safe."""
    output, error, control = descriptors
    process = subprocess.Popen(
        [sys.executable, "-m", "lochan.glue.worker.run_process", str(plan_path), str(control)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=error,
        pass_fds=[control],
        process_group=0,
    )
    # It is reaped by waitpid(-1), not by the Popen object, which must not complain.
    process.returncode = 0
    return process.pid


WAYS_TO_START = {"fork": start_by_fork, "spawn": start_by_spawn}


def default_way_to_start() -> str:
    """Return `fork` where forking after these imports is safe (Linux), else `spawn`."""
    return "fork" if sys.platform == "linux" else "spawn"


def preload() -> None:
    """Import what jobs import, once for all of them."""
    for name in PRELOADED:
        importlib.import_module(name)
    for name in PRELOADED_IF_THERE:
        if importlib.util.find_spec(name.partition(".")[0]) and importlib.util.find_spec(name):
            importlib.import_module(name)
    # What is there now is never garbage; not touching it keeps its pages shared.
    gc.collect()
    gc.freeze()


def main(connection_descriptor: int, way_to_start: str) -> None:
    """Serve on an inherited socket; one empty answer says that the imports are done."""
    connection = socket.socket(fileno=connection_descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if way_to_start == "fork":
        preload()
    try:
        connection.sendall(b"{}\n")
    except BrokenPipeError:
        return  # the worker ended meanwhile
    ForkServer(connection, WAYS_TO_START[way_to_start]).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

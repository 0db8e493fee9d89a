"""Runs services of a stack in the foreground, as a container does: one or two, and nothing else.

It is a container's first process: it asks the services' own probes and leaves a sign while they
answer (the container's health), collects orphans, and ends with the first service that ends, so
that the engine starts the container anew.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.processes import end_process
from lochan.stack.service import Service

_START_SECONDS = 0.2
_PROBE_SECONDS = 10.0


@dataclass(frozen=True)
class _Child:
    service: Service
    process: subprocess.Popen[bytes]


class _Wakings:
    """What interrupts waiting: a child that ended, or somebody who asks for the end."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.is_over = False

    def wait(self, seconds: float) -> None:
        """Wait this long, or until something happens."""
        self._event.wait(seconds)
        self._event.clear()

    def notice_child(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGCHLD."""
        self._event.set()

    def ask_for_end(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGTERM and SIGINT."""
        self.is_over = True
        self._event.set()


def serve(services: Sequence[Service], sign: Path) -> None:
    """Start services in turn and stay until a signal comes; touch `sign` while all answer.

    Raises StackError when one ends by itself or does not answer in its time.
    """
    sign.unlink(missing_ok=True)
    children: list[_Child] = []
    with _wakings() as wakings:
        try:
            for service in services:
                children.append(_start(service))
                _await_answer(children, wakings)
            while not wakings.is_over:
                _renew(sign, services)
                wakings.wait(_PROBE_SECONDS)
                _check(children)
        finally:
            _end(children)
            sign.unlink(missing_ok=True)


def _start(service: Service) -> _Child:
    service.prepare()
    try:
        process = subprocess.Popen(
            service.command,
            env=dict(service.environment),
            cwd=service.working_directory,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise StackError(f"{service.name} could not be started: {error}.") from error
    return _Child(service, process)


def _await_answer(children: Sequence[_Child], wakings: _Wakings) -> None:
    """Wait until the newest of the services answers, or somebody asks for the end."""
    service = children[-1].service
    deadline = time.monotonic() + service.ready_within_seconds
    while not wakings.is_over:
        try:
            service.finish()
            service.probe()
        except NotReadyError as error:
            if time.monotonic() > deadline:
                waited = f"{service.ready_within_seconds:.0f} s"
                raise StackError(
                    f"{service.name} did not answer within {waited}: {error}"
                ) from error
        else:
            return
        wakings.wait(_START_SECONDS)
        _check(children)


def _renew(sign: Path, services: Sequence[Service]) -> None:
    try:
        for service in services:
            service.probe()
    except NotReadyError as error:
        print(f"{service.name} does not answer: {error}", flush=True)
    else:
        sign.touch()


def _check(children: Sequence[_Child]) -> None:
    """Collect orphans; refuse to go on without a service."""
    _collect_orphans({child.process.pid for child in children})
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise StackError(f"{child.service.name} ended by itself with exit code {code}.")


def _collect_orphans(own: set[int]) -> None:
    """Take leave of processes whose parents ended before them: they are the first process's."""
    while (orphan := _ended_child()) is not None and orphan not in own:
        os.waitpid(orphan, os.WNOHANG)


def _ended_child() -> int | None:
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return ended.si_pid if ended else None


def _end(children: Sequence[_Child]) -> None:
    for child in reversed(children):
        if child.process.poll() is None:
            end_process(psutil.Process(child.process.pid), child.service.stop)
            child.process.wait()


@contextmanager
def _wakings() -> Iterator[_Wakings]:
    wakings = _Wakings()
    handlers = {
        signal.SIGCHLD: wakings.notice_child,
        signal.SIGTERM: wakings.ask_for_end,
        signal.SIGINT: wakings.ask_for_end,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield wakings
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

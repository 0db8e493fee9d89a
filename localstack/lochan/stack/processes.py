"""Which processes belong to a stack, and how they are ended."""

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

# Every service carries its stack's id and its own name in these variables and hands them to all
# its descendants, so that a JVM or a flow run whose parent was killed is still known to be ours.
# The names begin with an underscore because services keep LOCHAN_* from the code that they run.
STACK_ID_VARIABLE = "_LOCHAN_STACK_ID"
SERVICE_VARIABLE = "_LOCHAN_SERVICE"
# psutil derives the time from the boot time, which a clock correction may move a little.
_CREATE_TIME_TOLERANCE_SECONDS = 1.5
_KILL_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class ProcessIdentity:
    """A process told apart from a later one that was given the same number."""

    pid: int
    create_time: float


@dataclass(frozen=True)
class StopPlan:
    """The signals that ask a service to end, a pause between them, and its time to obey."""

    signals: tuple[int, ...] = (signal.SIGTERM,)
    pause_seconds: float = 0.5
    grace_seconds: float = 10.0


def identify(pid: int) -> ProcessIdentity:
    """Take down the identity of a process that was just started."""
    return ProcessIdentity(pid, psutil.Process(pid).create_time())


def find_process(identity: ProcessIdentity) -> psutil.Process | None:
    """Return the process if it still runs and is the same one."""
    try:
        process = psutil.Process(identity.pid)
        drift = abs(process.create_time() - identity.create_time)
        if drift > _CREATE_TIME_TOLERANCE_SECONDS or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def end_process(process: psutil.Process, plan: StopPlan) -> None:
    """Ask a session's first process to end as planned; then kill what is left of the session.

    What it had started before it was asked is looked for among its descendants, which may have
    sessions of their own; what it starts while it ends (a JVM, say) is only in its session.
    """
    family = [process, *_descendants(process)]
    for number, name in enumerate(plan.signals):
        if number and not _is_running_after(process, plan.pause_seconds):
            break
        _send(process, name)
    _wait([process], plan.grace_seconds)
    kill_processes([*family, *_session_members(process.pid)])


def find_members(stack_id: str, service: str | None = None) -> list[psutil.Process]:
    """List what runs of a stack, or of one service of it, except this process and its ancestors."""
    wanted = {STACK_ID_VARIABLE: stack_id}
    if service is not None:
        wanted[SERVICE_VARIABLE] = service
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in mine and _carries(process, wanted)
    ]


def kill_processes(processes: Iterable[psutil.Process]) -> None:
    """Kill what is left of these processes and wait until they are gone."""
    alive = [process for process in processes if process.is_running()]
    for process in alive:
        _send(process, signal.SIGKILL)
    _wait(alive, _KILL_WAIT_SECONDS)


def _carries(process: psutil.Process, wanted: dict[str, str]) -> bool:
    try:
        return wanted.items() <= process.environ().items()
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _session_members(leader: int) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _session(process.pid) == leader]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:  # ended meanwhile, or hidden from this user
        return None


def _is_running_after(process: psutil.Process, seconds: float) -> bool:
    _wait([process], seconds)
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _wait(processes: list[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    # A zombie whose parent is not us stays until that parent collects it: it has ended for us.
    while any(_is_alive(process) for process in processes) and time.monotonic() < deadline:
        psutil.wait_procs(processes, timeout=0.05)
    psutil.wait_procs(processes, timeout=0)  # collects those that are our own children


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""The process of one run: it has the run's environment, argv and folder, and runs its script.

It talks with the worker over a socket, a line of JSON each way: it asks for Spark when the script
makes its context, and says with which error the script ended.
"""

import atexit
import contextlib
import ctypes
import importlib
import json
import linecache
import os
import re
import signal
import socket
import sys
import threading
import traceback
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Of prctl(2).
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
ERROR_MESSAGE_LIMIT = 2048
JAVA_CLASS = re.compile(r"\A[\w.$]+(?:Exception|Error): ")


@dataclass(frozen=True)
class RunPlan:
    """What a run's process is to do; written by the worker into the run's folder."""

    script: str
    arguments: list[str]
    modules: list[str]
    folder: str
    environment: dict[str, str]

    def save(self) -> Path:
        """Write the plan into the run's folder."""
        path = Path(self.folder, "plan.json")
        path.write_text(json.dumps(asdict(self)))
        return path

    @classmethod
    def load(cls, path: Path) -> "RunPlan":
        """Read a plan that `save` wrote."""
        return cls(**json.loads(path.read_text()))


class WorkerChannel:
    """The run's end of the socket to the worker."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("r", encoding="utf-8")

    def request_spark(self, settings: Mapping[str, str]) -> tuple[int, str]:
        """Ask for a gateway to a JVM with these settings; raises SparkUnavailable."""
        from lochan.glue.worker.attach import SparkUnavailable

        self._send({"request": "spark", "settings": dict(settings)})
        line = self._lines.readline()
        if not line:
            raise SparkUnavailable("The Glue worker went away.")
        answer = json.loads(line)
        if "error" in answer:
            raise SparkUnavailable(answer["error"])
        return answer["port"], answer["secret"]

    def report_error(self, message: str) -> None:
        """Say what is to become the run's ErrorMessage."""
        # A script that outlives its worker has nobody to tell.
        with contextlib.suppress(OSError):
            self._send({"request": "report", "error": message[:ERROR_MESSAGE_LIMIT]})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")


def run_script(plan: RunPlan, channel: WorkerChannel) -> int:
    """Run the script as `__main__` and return the exit code of its process."""
    end_with_parent()
    _enter_environment(plan)
    _attach_lazily(plan, channel)
    try:
        _execute(Path(plan.script))
        code = 0
    except SystemExit as stop:
        code = _exit_code(stop, channel)
    except BaseException as error:
        print_traceback(error, plan.script)
        channel.report_error(describe_error(error))
        code = 1
    return _finish_interpreter(code)


def end_with_parent() -> None:
    """Have Linux end this process when the process that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Have Linux make processes that lost their parent below this one children of this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _enter_environment(plan: RunPlan) -> None:
    os.environ.clear()
    os.environ.update(plan.environment)
    folder = Path(plan.folder, "work")
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    sys.argv = [plan.script, *plan.arguments]
    sys.path[0] = str(Path(plan.script).parent)
    sys.path[1:1] = plan.modules
    importlib.invalidate_caches()
    # Line by line, so that the log is there while the script runs.
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    if "numpy" in sys.modules:
        # Every fork would otherwise draw the same "random" numbers.
        sys.modules["numpy"].random.seed()


def _attach_lazily(plan: RunPlan, channel: WorkerChannel) -> None:
    from lochan.glue.worker.attach import Attachment

    Attachment(channel.request_spark, modules=plan.modules, folder=Path(plan.folder)).install()


def _execute(script: Path) -> None:
    """Run a file as Python itself would: compiled from bytes, in a fresh `__main__`."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=str(script), __builtins__=__builtins__, __spec__=None)
    sys.modules["__main__"] = module
    code = compile(script.read_bytes(), str(script), "exec", dont_inherit=True)
    exec(code, module.__dict__)  # nosec B102


def _exit_code(stop: SystemExit, channel: WorkerChannel) -> int:
    if stop.code is None or stop.code == 0:
        return 0
    channel.report_error(f"SystemExit: {stop.code}")
    if isinstance(stop.code, int):
        return stop.code & 0xFF or 1
    print(stop.code, file=sys.stderr)
    return 1


def describe_error(error: BaseException) -> str:
    """Word an exception as Glue's ErrorMessage does: type and text; Java's error as Java's."""
    if isinstance(error, SyntaxError):
        place = f"{Path(error.filename or '<script>').name}, line {error.lineno}"
        return f"{type(error).__name__}: {error.msg} ({place})"
    text = str(error)
    if type(error).__name__ == "Py4JJavaError":
        call, _, cause = text.split("\n\tat ")[0].partition("\n: ")
        return f"{call} {JAVA_CLASS.sub('', cause)}".strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def print_traceback(error: BaseException, script: str) -> None:
    """Print an error's traceback from the script on, without the frames that started it."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != script:
        frames = frames.tb_next
    linecache.checkcache()
    traceback.print_exception(type(error), error, frames)


def _finish_interpreter(code: int) -> int:
    """Do what Python does at exit: wait for threads, call the functions of atexit, flush."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # A script may have closed it.
        with contextlib.suppress(ValueError, OSError):
            stream.flush()
    return code


def main(plan_path: str, control_descriptor: int) -> int:
    """Run a plan in a process that was started for it (not forked)."""
    os.set_inheritable(control_descriptor, False)
    channel = WorkerChannel(socket.socket(fileno=control_descriptor))
    return run_script(RunPlan.load(Path(plan_path)), channel)


if __name__ == "__main__":
    os._exit(main(sys.argv[1], int(sys.argv[2])))

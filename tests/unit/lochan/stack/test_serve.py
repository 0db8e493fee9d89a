"""What a container's first process does, in a process of its own."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lochan.stack.settings import SOURCE_ROOT

# Services that leave a file when they run and when they were asked to end; the second is as said.
PROGRAM = """
import sys
from pathlib import Path
from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.serve import serve
from lochan.stack.service import Service

folder = Path(sys.argv[1])
STAYS = (
    "import signal, sys, time; from pathlib import Path\\n"
    "def end(*_): Path(sys.argv[1] + '.ended').touch(); sys.exit()\\n"
    "signal.signal(signal.SIGTERM, end); Path(sys.argv[1]).touch(); time.sleep(60)"
)

def service(name, source, within=30.0):
    def probe():
        if not (folder / name).exists():
            raise NotReadyError(f"{name} is not there")
    command = (sys.executable, "-c", source, str(folder / name))
    return Service(name, command, {}, folder, probe, ready_within_seconds=within)

try:
    serve([service("first", STAYS), service("second", %s, %s)], folder / "sign")
except StackError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def serving(tmp_path):
    """Give a function that serves two services, the second from this source."""
    started = []

    def run(second: str, within: float = 30.0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM % (second, within), str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for(path):
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not come"
        time.sleep(0.02)


def test_the_sign_is_there_while_everything_answers_and_an_end_is_orderly(serving, tmp_path):
    process = serving("STAYS")
    wait_for(tmp_path / "sign")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert (tmp_path / "first.ended").exists()
    assert (tmp_path / "second.ended").exists()
    assert not (tmp_path / "sign").exists()


def test_the_end_of_one_ends_all_and_is_told(serving, tmp_path):
    process = serving(repr("import sys; sys.exit(7)"))
    _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "second ended by itself with exit code 7." in told
    assert (tmp_path / "first.ended").exists()


def test_a_service_that_stays_silent_is_given_up(serving, tmp_path):
    process = serving(repr("import time; time.sleep(60)"), within=0.3)
    _, told = process.communicate(timeout=20)
    assert "second did not answer within 0 s: second is not there" in told
    assert (tmp_path / "first.ended").exists()
    assert not (tmp_path / "sign").exists()

"""Processes of runs, by fork and by spawn: what they print, report, inherit, leave behind."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from lochan.glue.worker.control import serve_run
from lochan.glue.worker.logs import PipeReader
from lochan.glue.worker.run_process import RunPlan
from lochan.glue.worker.run_starter import RunStarter

SOURCE_ROOT = Path(__file__).resolve().parents[3] / "localstack"


class Lines:
    def __init__(self):
        self.lines = []

    def write(self, line):
        self.lines.append(line)


class Starter:
    """Runs scripts in processes of their own and returns how they went."""

    def __init__(self, way_to_start, folder):
        self.way_to_start = way_to_start
        self.environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE_ROOT)}
        self.starter = RunStarter(way_to_start, self.environment)
        self.folder = folder
        self.number = 0

    def plan(self, text, arguments=()):
        self.number += 1
        folder = self.folder / str(self.number)
        folder.mkdir()
        script = folder / "job.py"
        script.write_text(text)
        return RunPlan(
            str(script), list(arguments), [], str(folder), {**self.environment, "OWN": "mine"}
        )

    def run(self, text, *arguments, seconds=60, answers=None):
        process = self.starter.start(self.plan(text, arguments).save())
        output, error = Lines(), Lines()
        readers = [PipeReader(process.output, output), PipeReader(process.error, error)]
        served = serve_run(process, lambda settings: answers or {}, seconds)
        process.kill()
        for reader in readers:
            reader.finish(1)
        return served, output.lines, error.lines


@pytest.fixture(scope="module", params=["fork", "spawn"])
def starter(request, tmp_path_factory):
    if request.param == "fork" and sys.platform != "linux":
        pytest.skip("a fork after these imports is safe on Linux only")
    started = Starter(request.param, tmp_path_factory.mktemp(request.param))
    yield started
    started.starter.stop()


def test_script_is_main_with_its_argv_environment_and_folder(starter):
    script = """
import os, sys
print(__name__, sys.argv[1:], os.environ["OWN"], os.path.basename(os.getcwd()))
print("wrong", file=sys.stderr)
"""
    served, output, error = starter.run(script, "--a", "b")
    assert (served.exit_code, served.error) == (0, None)
    assert output == ["__main__ ['--a', 'b'] mine work"]
    assert error == ["wrong"]


def test_threads_and_exit_functions_end_before_the_process(starter):
    script = """
import atexit, threading, time
atexit.register(print, "at exit")
threading.Thread(target=lambda: (time.sleep(0.3), print("from a thread"))).start()
print("main is through")
"""
    assert starter.run(script)[1] == ["main is through", "from a thread", "at exit"]


def test_error_is_reported_and_its_traceback_printed(starter):
    served, _, error = starter.run("def fail():\n    raise ValueError('no')\nfail()\n")
    assert (served.exit_code, served.error) == (1, "ValueError: no")
    assert error[0] == "Traceback (most recent call last):"
    assert error[-1] == "ValueError: no"
    assert not any("run_process" in line for line in error)


def test_time_is_over(starter):
    served, output, _ = starter.run("print('begun')\nimport time; time.sleep(600)", seconds=3)
    assert served.timed_out
    assert output == ["begun"]


def test_refused_spark_is_an_error_of_the_script(starter):
    script = "from pyspark import SparkContext\nSparkContext()\n"
    served, _, _ = starter.run(script, answers={"error": "There is none."})
    assert served.error == "SparkUnavailable: There is none."


def test_grandchild_does_not_hold_up_the_end_and_ends_with_the_starter(starter, tmp_path):
    script = """
import os, time
apart, is_apart = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    os.write(is_apart, b"1")
    time.sleep(600)
os.read(apart, 1)
print(child)
"""
    own = Starter(starter.way_to_start, tmp_path)
    served, output, _ = own.run(script)
    assert served.exit_code == 0
    grandchild = psutil.Process(int(output[0]))
    own.starter.stop()
    assert not psutil.wait_procs([grandchild], timeout=10)[1]


def test_two_scripts_share_no_modules(starter):
    change = "import json, builtins\njson.CHANGED = True\nbuiltins.CHANGED = True\n"
    look = "import json, builtins\nprint(hasattr(json, 'CHANGED'), hasattr(builtins, 'CHANGED'))\n"
    assert starter.run(change)[0].exit_code == 0
    assert starter.run(look)[1] == ["False False"]


def test_end_of_the_server_is_noticed_and_a_new_one_started(starter):
    process = starter.starter.start(starter.plan("import time; time.sleep(600)").save())
    psutil.Process(process.process_id).parent().kill()
    assert process.exit_code.result(20) == -9
    for descriptor in (process.output, process.error):
        os.close(descriptor)
    process.control.close()
    assert starter.run("print('again')")[1] == ["again"]

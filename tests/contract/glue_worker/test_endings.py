"""What ends a run from outside: timeouts, StopJobRun, the death of the JVM, of the worker."""

import os
import signal
import time

import psutil
import pytest

pytestmark = pytest.mark.spark

ENDLESS_SPARK_JOB = """
import time
from pyspark.sql import SparkSession, functions
spark = SparkSession.builder.getOrCreate()
def slow(value):
    time.sleep(600)
    return value
print("attached")
spark.range(4).select(functions.udf(slow, "long")("id")).collect()
"""

JOBS_LEFT = """
import json
from pyspark import SparkContext
tracker = SparkContext.getOrCreate()._jsc.sc().statusTracker()
print(json.dumps(list(tracker.getActiveStageIds())))
"""

ENDLESS_THREAD_JOB = """
import threading, time
from pyspark import SparkContext
sc = SparkContext.getOrCreate()
def slow(value):
    time.sleep(600)
threading.Thread(target=lambda: sc.range(4).foreach(slow)).start()
print("attached")
time.sleep(600)
"""


def start_and_attach(worker, wait_for, script, **options):
    run_id = worker.start(script, **options)
    wait_for(lambda: worker.output(run_id) == ["attached"], 60, "the attachment")
    time.sleep(0.5)  # its tasks have begun, or will be cancelled before they do
    return run_id


def test_timeout_ends_the_script_and_its_spark_jobs(worker):
    ended = worker.run(ENDLESS_SPARK_JOB, timeout_minutes=0.05)
    assert (ended["state"], ended["error_message"]) == (
        "TIMEOUT",
        "The run exceeded its timeout of 0.05 minutes.",
    )
    assert worker.answer(JOBS_LEFT) == []


@pytest.mark.parametrize("script", [ENDLESS_SPARK_JOB, ENDLESS_THREAD_JOB])
def test_stop_ends_the_script_and_its_spark_jobs(worker, wait_for, script):
    run_id = start_and_attach(worker, wait_for, script)
    assert worker.stop(run_id) == 202
    assert worker.wait(run_id)["state"] == "STOPPED"
    assert [event["state"] for event in worker.events(run_id)][-2:] == ["STOPPING", "STOPPED"]
    assert worker.answer(JOBS_LEFT) == []


def test_stop_ends_processes_that_the_script_started(worker, wait_for):
    run_id = worker.start(
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(child.pid)\n"
        "child.wait()\n"
    )
    [process_id] = wait_for(lambda: worker.output(run_id), 10, "the child")
    worker.stop(run_id)
    assert worker.wait(run_id)["state"] == "STOPPED"
    wait_for(lambda: not psutil.pid_exists(int(process_id)), 5, "the end of the child")


def test_stop_of_an_unknown_run_is_404(worker):
    assert worker.stop("jr_unknown") == 404


def test_stop_of_an_ended_run_changes_nothing(worker):
    run_id = worker.start("pass")
    worker.wait(run_id)
    assert worker.stop(run_id) == 202
    assert worker.events(run_id)[-1]["state"] == "SUCCEEDED"


def test_death_of_the_jvm_fails_its_runs_and_the_next_run_works(worker, wait_for):
    run_id = start_and_attach(worker, wait_for, ENDLESS_SPARK_JOB)
    [jvm] = worker.jvm_processes()
    jvm.send_signal(signal.SIGKILL)
    ended = worker.wait(run_id)
    assert (ended["state"], ended["error_message"]) == (
        "FAILED",
        "The Spark JVM of the Glue worker ended while the run was in it (signal SIGKILL); "
        "the next run gets a new one.",
    )
    count = "from pyspark import SparkContext\nprint(SparkContext.getOrCreate().range(3).count())"
    assert worker.answer(count) == 3


def test_end_of_the_fork_server_fails_its_runs_and_the_next_run_works(worker, wait_for):
    run_id = worker.start("import time\nprint('here')\ntime.sleep(600)")
    wait_for(lambda: worker.output(run_id) == ["here"], 10, "the start")
    children = psutil.Process(worker.process.pid).children()
    [server] = [child for child in children if "fork_server" in " ".join(child.cmdline())]
    server.kill()
    ended = worker.wait(run_id)
    assert ended["state"] == "FAILED"
    assert "SIGKILL" in ended["error_message"]
    assert worker.run("pass")["state"] == "SUCCEEDED"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_end_of_the_worker_leaves_no_process(start_worker, worker, wait_for, how):
    doomed = start_worker()
    wait_for(doomed.jvm_processes, 60, "its JVM")
    wait_for(lambda: doomed.events("none") == [], 60, "its answer")
    run_id = doomed.start("import time\nprint('here')\ntime.sleep(600)")
    wait_for(lambda: doomed.output(run_id) == ["here"], 60, "the run")
    children = psutil.Process(doomed.process.pid).children(recursive=True)
    assert len(children) >= 3  # JVM, fork server, run
    os.kill(doomed.process.pid, how)
    doomed.process.wait(30)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert not alive

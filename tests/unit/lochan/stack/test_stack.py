import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace

import psutil
import pytest

from lochan.stack.errors import StackError, StackNotUpError
from lochan.stack.home import Home
from lochan.stack.processes import StopPlan
from lochan.stack.records import read_services, read_stack, write_service
from lochan.stack.settings import SOURCE_ROOT
from lochan.stack.stack import environment, start, stop

SLEEPER = "import time\nwhile True: time.sleep(1)\n"
# Starts a child of its own session, as a flow run is, which ignores the end of its parent.
PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
while True: time.sleep(1)
"""
# Starts a child without its marks while it is being ended, as a worker that starts a JVM may.
LATE_PARENT = """
import pathlib, signal, subprocess, sys, time
def obey(number, frame):
    program = "import time; time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", program], env={})
    pathlib.Path("late").write_text(str(child.pid))
    sys.exit(0)
signal.signal(signal.SIGTERM, obey)
print("ready", flush=True)
while True: time.sleep(0.05)
"""
# Survives one SIGTERM, as Prefect's worker does.
STUBBORN = """
import signal, sys, time
asked = []
def obey(number, frame):
    asked.append(number)
    if len(asked) == 2: sys.exit(0)
signal.signal(signal.SIGTERM, obey)
print("ready", flush=True)
while True: time.sleep(0.05)
"""


def record_of(settings, name):
    return next(record for record in read_services(Home(settings.home)) if record.name == name)


def test_start_returns_when_every_service_answers(settings, web, program):
    builders = {"web": web, "sleeper": program("sleeper", SLEEPER)}
    running = start(settings, builders=builders)
    assert set(running.started) == {"web", "sleeper"}
    assert record_of(settings, "web").is_alive
    assert record_of(settings, "sleeper").is_alive


def test_start_of_a_running_stack_starts_nothing(settings, web):
    start(settings, builders={"web": web})
    first = record_of(settings, "web")
    assert start(settings, builders={"web": web}).started == ()
    assert record_of(settings, "web") == first


def test_start_adds_services_to_a_running_stack(settings, web, program):
    builders = {"web": web, "sleeper": program("sleeper", SLEEPER)}
    start(settings, services=["web"], builders=builders)
    first = record_of(settings, "web")
    assert start(settings, builders=builders).started == ("sleeper",)
    assert record_of(settings, "web") == first


def test_start_replaces_a_dead_service_and_keeps_the_others(settings, web, program):
    builders = {"web": web, "sleeper": program("sleeper", SLEEPER)}
    start(settings, builders=builders)
    kept = record_of(settings, "web")
    dead = psutil.Process(record_of(settings, "sleeper").process.pid)
    dead.kill()
    dead.wait()
    assert start(settings, builders=builders).started == ("sleeper",)
    assert record_of(settings, "web") == kept


def test_a_process_with_another_create_time_is_not_taken_for_ours(settings, web):
    running = start(settings, builders={"web": web})
    record = record_of(settings, "web")
    ours = psutil.Process(record.process.pid)
    ours.kill()
    ours.wait()
    running.supervisor.collect()
    # The number now belongs to another process: this one.
    mine = replace(record.process, pid=os.getpid(), create_time=record.process.create_time - 60)
    write_service(Home(settings.home), replace(record, process=mine))
    with pytest.raises(StackNotUpError):
        environment(settings)
    assert start(settings, builders={"web": web}).started == ("web",)


def test_stale_state_is_removed_before_a_new_start(settings, web):
    start(settings, builders={"web": web})
    old = read_stack(Home(settings.home))
    process = psutil.Process(record_of(settings, "web").process.pid)
    process.kill()
    process.wait()
    (settings.home / "state" / "left").write_text("by the stack that died")
    start(settings, builders={"web": web})
    assert not (settings.home / "state" / "left").exists()
    assert not old.sockets.exists()
    assert read_stack(Home(settings.home)).stack_id != old.stack_id


def test_damaged_records_do_not_stop_a_start(settings, web):
    home = Home(settings.home)
    home.open()
    home.stack.write_text('{"stack_id": ')
    (home.services / "web.json").write_text("")
    assert start(settings, builders={"web": web}).started == ("web",)


def test_a_taken_port_names_the_service_the_port_and_its_owner(settings, web):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        taken = replace(settings, ports=replace(settings.ports, x_api=port))
        with pytest.raises(StackError) as failure:
            start(taken, builders={"web": web})
    assert f"web needs port {port}" in str(failure.value)
    assert f"process {os.getpid()}" in str(failure.value)
    assert [path.name for path in settings.home.iterdir()] == ["logs"]


def test_a_service_that_dies_tells_the_end_of_its_log(settings, web, program):
    source = "import sys\nprint('cannot find the jars', flush=True)\nsys.exit(3)\n"
    dying = program("dying", source, ready=False)
    with pytest.raises(StackError, match=r"dying ended while it was starting") as failure:
        start(settings, builders={"web": web, "dying": dying})
    assert "cannot find the jars" in str(failure.value)
    assert str(settings.home / "logs" / "dying.log") in str(failure.value)


def test_a_failed_start_ends_what_it_started(settings, program, members):
    seen = []
    builders = {
        "sleeper": program("sleeper", SLEEPER),
        "dying": program("dying", "raise SystemExit('no')\n", ready=False),
    }

    def note(progress):
        stack = read_stack(Home(settings.home))
        seen.append(stack.stack_id)

    with pytest.raises(StackError):
        start(settings, builders=builders, report=note)
    assert members(seen[0]) == []
    with pytest.raises(StackNotUpError):
        environment(settings)


def test_a_failed_addition_leaves_the_running_stack_alone(settings, web, program):
    builders = {"web": web, "dying": program("dying", "raise SystemExit(1)\n", ready=False)}
    start(settings, services=["web"], builders=builders)
    with pytest.raises(StackError):
        start(settings, builders=builders)
    assert [record.name for record in read_services(Home(settings.home))] == ["web"]
    assert record_of(settings, "web").is_alive


def test_a_silent_service_says_what_its_probe_missed(settings, program):
    silent = program("silent", SLEEPER, ready=False, ready_within_seconds=0.5)
    with pytest.raises(StackError, match=r"silent did not answer .*\(it never answers\)"):
        start(settings, builders={"silent": silent})


def test_two_starts_at_once_make_one_stack(settings, web):
    outcomes, waits = [], []

    def run():
        running = start(settings, builders={"web": web}, report=note)
        outcomes.append(running.started)

    def note(progress):
        if progress.state.startswith("waiting"):
            waits.append(progress.name)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [(), ("web",)]
    assert waits == ["another lochan command"]


def test_a_service_starts_after_what_it_requires(settings, web, program):
    builders = {
        "second": program("second", SLEEPER, requires=("web",)),
        "web": web,
    }
    start(settings, services=["second"], builders=builders)
    assert [record.name for record in read_services(Home(settings.home))] == ["web", "second"]


def test_dependents_end_before_what_they_require(settings, web, program):
    ended = []
    start(
        settings,
        builders={"web": web, "second": program("second", SLEEPER, requires=("web",))},
    )
    stop(settings, report=lambda progress: ended.append((progress.name, progress.state)))
    assert ended == [
        ("second", "ending"),
        ("second", "ended"),
        ("web", "ending"),
        ("web", "ended"),
    ]


def test_stop_leaves_no_process_no_state_and_no_lock(settings, program, members):
    start(settings, builders={"parent": program("parent", PARENT)})
    stack = read_stack(Home(settings.home))
    deadline = time.monotonic() + 10
    while len(members(stack.stack_id)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(members(stack.stack_id)) == 2
    assert stop(settings)
    assert members(stack.stack_id) == []
    assert not stack.sockets.exists()
    assert [path.name for path in settings.home.iterdir()] == ["logs"]


def test_stop_ends_orphans_of_a_service_that_was_killed(settings, program, members):
    start(settings, builders={"parent": program("parent", PARENT)})
    stack = read_stack(Home(settings.home))
    deadline = time.monotonic() + 10
    while len(members(stack.stack_id)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    psutil.Process(record_of(settings, "parent").process.pid).kill()
    assert stop(settings)
    assert members(stack.stack_id) == []


def test_a_service_that_survives_its_first_signal_gets_the_second(settings, program):
    plan = StopPlan(signals=(signal.SIGTERM, signal.SIGTERM), pause_seconds=0.2)
    start(settings, builders={"stubborn": program("stubborn", STUBBORN, stop=plan)})
    log = Home(settings.home).log("stubborn")
    deadline = time.monotonic() + 10
    while "ready" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    process = psutil.Process(record_of(settings, "stubborn").process.pid)
    stop(settings)
    assert not process.is_running()


def test_what_a_service_starts_while_it_ends_is_ended_too(settings, program, tmp_path):
    source = LATE_PARENT.replace('"late"', repr(str(tmp_path / "late")))
    start(settings, builders={"late": program("late", source)})
    log = Home(settings.home).log("late")
    deadline = time.monotonic() + 10
    while "ready" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    stop(settings)
    child = int((tmp_path / "late").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_service_that_ignores_signals_is_killed_after_its_grace(settings, program):
    source = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEPER}"
    plan = StopPlan(grace_seconds=0.3)
    start(settings, builders={"deaf": program("deaf", source, stop=plan)})
    process = psutil.Process(record_of(settings, "deaf").process.pid)
    stop(settings)
    assert not process.is_running()


def test_stop_ends_services_whose_stack_record_is_damaged(settings, web):
    running = start(settings, builders={"web": web})
    process = psutil.Process(record_of(settings, "web").process.pid)
    home = Home(settings.home)
    sockets = read_stack(home).sockets
    home.stack.write_text("{")
    assert stop(settings)
    running.supervisor.collect()
    assert not process.is_running()
    sockets.rmdir()  # where it was is lost with the record


def test_stop_without_a_stack_does_nothing(settings):
    assert stop(settings) is False
    assert not settings.home.exists()


def test_services_live_in_sessions_of_their_own(settings, web):
    start(settings, builders={"web": web})
    pid = record_of(settings, "web").process.pid
    assert os.getsid(pid) == pid
    assert os.getsid(pid) != os.getsid(0)


def test_the_home_and_its_secrets_are_private(settings, web):
    start(settings, builders={"web": web})
    home = Home(settings.home)
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    for secret in (home.credentials, home.token, home.certificates / "server.key"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    facts = json.loads(home.credentials.read_text())
    assert set(facts) == {"redshift", "redshift_admin", "rds", "x_api"}
    assert facts["redshift"]["username"] == "lochan_loader"
    assert set(facts["x_api"]) == {"token"}


def test_a_folder_of_somebody_else_is_refused(settings, web):
    settings.home.mkdir()
    (settings.home / "thesis.tex").write_text("")
    with pytest.raises(StackError, match="holds other files"):
        start(settings, builders={"web": web})
    assert stat.S_IMODE(settings.home.stat().st_mode) != 0o700


def test_an_unknown_service_is_refused_by_name(settings, web):
    with pytest.raises(StackError, match="no service named redis: choose from web"):
        start(settings, services=["redis"], builders={"web": web})


INTERRUPTED_START = """
import sys
from pathlib import Path
from lochan.stack.errors import NotReadyError
from lochan.stack.service import Service
from lochan.stack.settings import Ports, Settings
from lochan.stack.stack import start

def never():
    raise NotReadyError("never")

def sleeper(site):
    command = (sys.executable, "-c", "import time; time.sleep(600)")
    return Service("sleeper", command, {}, site.home.state, probe=never)

folder = Path(sys.argv[1])
try:
    start(
        Settings(home=folder / "home", cache=folder / "cache", ports=Ports.free()),
        builders={"sleeper": sleeper},
        report=lambda progress: print(progress.state, flush=True),
    )
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupted_start_ends_what_it_started(settings, tmp_path, members):
    environ = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT)}
    command = [sys.executable, "-c", INTERRUPTED_START, str(tmp_path)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as starter:
        for line in starter.stdout:
            if line.strip() == "starting":
                break
        home = Home(settings.home)
        deadline = time.monotonic() + 10
        while not read_services(home) and time.monotonic() < deadline:
            time.sleep(0.02)
        stack = read_stack(home)
        assert len(members(stack.stack_id)) == 1
        starter.send_signal(signal.SIGINT)
        told = starter.stdout.read()
    assert "interrupted" in told
    assert members(stack.stack_id) == []
    assert not home.stack.exists()

import psutil
import pytest

from lochan.stack.errors import NotReadyError, StackNotUpError
from lochan.stack.home import Home
from lochan.stack.records import read_services
from lochan.stack.stack import start
from lochan.stack.status import all_ready, read_status


def pid_of(settings, name):
    records = read_services(Home(settings.home))
    return next(record.process.pid for record in records if record.name == name)


def test_a_service_that_answers_is_ready(settings, web):
    start(settings, builders={"web": web})
    (status,) = read_status(settings, {"web": web})
    assert (status.name, status.state) == ("web", "ready")
    assert status.memory_bytes > 1_000_000
    assert all_ready([status])


def test_a_killed_service_is_dead(settings, web, program):
    sleeper = program("sleeper", "import time\nwhile True: time.sleep(1)\n")
    builders = {"web": web, "sleeper": sleeper}
    start(settings, builders=builders)
    process = psutil.Process(pid_of(settings, "web"))
    process.kill()
    process.wait()
    states = {status.name: status.state for status in read_status(settings, builders)}
    assert states == {"web": "dead", "sleeper": "ready"}
    assert not all_ready(read_status(settings, builders))


def test_a_service_that_runs_but_fails_its_probe_says_why(settings, program):
    answers = [None, NotReadyError("/health answers 503")]

    def builder(site):
        service = program("web", "import time\nwhile True: time.sleep(1)\n")(site)
        return type(service)(**{**vars(service), "probe": probe})

    def probe():
        if len(answers) == 1:
            raise answers[0]
        answers.pop(0)

    start(settings, builders={"web": builder})
    (status,) = read_status(settings, {"web": builder})
    assert (status.state, status.reason) == ("not answering", "/health answers 503")


def test_no_stack_is_one_sentence(settings):
    with pytest.raises(StackNotUpError, match="start one with `lochan up`"):
        read_status(settings, {})

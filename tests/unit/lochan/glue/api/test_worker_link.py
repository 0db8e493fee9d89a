"""The link against a client whose worker lives in the test."""

import threading
import time

import pytest

from lochan.glue.api.inbox import Inbox
from lochan.glue.api.service import GlueService
from lochan.glue.api.state import Accounts
from lochan.glue.api.worker_client import WorkerRefused, WorkerUnreachable
from lochan.glue.api.worker_events import EventPage, WorkerEvent
from lochan.glue.api.worker_link import WorkerLink


class FakeClient:
    url = "http://worker"

    def __init__(self):
        self.instance = "one"
        self.events = []
        self.orders = []
        self.refusal = None
        self.is_away = False

    def start_run(self, description):
        self._take(("start", description["run_id"]))

    def stop_run(self, run_id):
        self._take(("stop", run_id))

    def start_crawl(self, crawl_id, description):
        self._take(("crawl", description["crawler"]["Name"]))

    def stop_crawl(self, crawl_id):
        self._take(("stop crawl", crawl_id))

    def _take(self, order):
        self._check()
        if self.refusal:
            raise WorkerRefused(self.refusal)
        self.orders.append(order)

    def identify_instance(self):
        self._check()
        return self.instance

    def fetch_events(self, after, wait_seconds):
        self._check()
        time.sleep(0.005)
        later = tuple(event for event in self.events if event.sequence > after)
        return EventPage(self.instance, later)

    def _check(self):
        if self.is_away:
            raise WorkerUnreachable("The worker is away.")

    def report(self, run_id, state, **members):
        sequence = len(self.events) + 1
        self.events.append(WorkerEvent("run", run_id, state, sequence=sequence, **members))


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def links(client):
    """The links that were made: one."""
    made = []
    yield made
    for link in made:
        link.close()


@pytest.fixture
def service(glue_model, client, links):
    def connect(accounts):
        link = WorkerLink(client, Inbox(accounts), patience_seconds=0.05, pause_seconds=0.01)
        links.append(link)
        return link

    return GlueService(glue_model, Accounts(connect))


@pytest.fixture
def run(call, job):
    return call("StartJobRun", JobName=job)["JobRunId"]


@pytest.fixture
def wait_for(call, job):
    def wait(run_id, state):
        deadline = time.monotonic() + 20
        while (found := call("GetJobRun", JobName=job, RunId=run_id)["JobRun"]) and (
            found["JobRunState"] != state
        ):
            assert time.monotonic() < deadline, found
            time.sleep(0.005)
        return found

    return wait


@pytest.fixture
def wait_until():
    def wait(is_true):
        deadline = time.monotonic() + 20
        while not is_true():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    return wait


def test_events_reach_the_run(client, run, wait_for):
    client.report(run, "RUNNING")
    wait_for(run, "RUNNING")
    client.report(run, "SUCCEEDED", execution_time=3)
    assert wait_for(run, "SUCCEEDED")["ExecutionTime"] == 3


def test_orders_are_sent_in_order(client, call, job, run, wait_until):
    call("BatchStopJobRun", JobName=job, JobRunIds=[run])
    wait_until(lambda: len(client.orders) == 2)
    assert client.orders == [("start", run), ("stop", run)]


def test_crawls_are_sent(client, call, crawler, wait_until):
    call("StartCrawler", Name=crawler)
    wait_until(lambda: client.orders)
    assert client.orders == [("crawl", "landing")]


def test_worker_that_is_away_fails_the_run_with_its_sentence(client, call, job, wait_for):
    client.is_away = True
    run_id = call("StartJobRun", JobName=job)["JobRunId"]
    assert wait_for(run_id, "FAILED")["ErrorMessage"] == "The worker is away."


def test_refusal_fails_the_run_with_its_reason(client, call, job, wait_for):
    client.refusal = "GlueVersion 6.0 is not supported."
    run_id = call("StartJobRun", JobName=job)["JobRunId"]
    assert wait_for(run_id, "FAILED")["ErrorMessage"] == "GlueVersion 6.0 is not supported."


def test_refused_stop_leaves_the_end_to_the_events(client, call, job, run, wait_for, wait_until):
    wait_until(lambda: client.orders == [("start", run)])
    client.refusal = "There is no such run."
    call("BatchStopJobRun", JobName=job, JobRunIds=[run])
    client.report(run, "SUCCEEDED")
    wait_for(run, "SUCCEEDED")


def test_restarted_worker_fails_the_runs_of_the_old(client, run, wait_for, wait_until):
    client.report(run, "RUNNING")
    wait_for(run, "RUNNING")
    client.events = []
    client.instance = "two"
    assert "was restarted" in wait_for(run, "FAILED")["ErrorMessage"]


def test_run_of_the_new_worker_goes_on(client, run, wait_for, wait_until):
    client.report(run, "RUNNING")
    wait_for(run, "RUNNING")
    client.events = []
    client.instance = "two"
    wait_for(run, "FAILED")
    retry = f"{run}_attempt_1"  # the job allows one
    client.report(retry, "RUNNING")
    wait_for(retry, "RUNNING")


def test_worker_that_went_away_fails_its_runs(client, run, wait_for):
    client.report(run, "RUNNING")
    wait_for(run, "RUNNING")
    client.is_away = True
    assert wait_for(run, "FAILED")["ErrorMessage"] == "The worker is away."


def test_threads_end_with_close(run, links, wait_until):
    before = {thread.name for thread in threading.enumerate()}
    assert {"glue-worker-orders", "glue-worker-events"} <= before
    links[0].close()
    wait_until(lambda: not any(t.name == "glue-worker-events" for t in threading.enumerate()))

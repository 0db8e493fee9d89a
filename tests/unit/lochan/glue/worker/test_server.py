import pytest
from starlette.testclient import TestClient

from lochan.glue.worker.runs import EventLog
from lochan.glue.worker.server import create_application

TOKEN = {"Authorization": "Bearer secret"}
RUN = {
    "run_id": "jr_" + "a" * 64,
    "job_name": "tweets",
    "command": {"Name": "glueetl", "ScriptLocation": "s3://assets/job.py"},
    "glue_version": "5.1",
    "timeout_minutes": 480,
    "log_group": "/aws-glue/jobs",
}


class RecordingWorker:
    def __init__(self):
        self.events = EventLog()
        self.is_ready = False
        self.failure = None
        self.started = []

    def start(self):
        pass

    def close(self):
        self.events.close()

    def run(self, request):
        self.started.append(request.run_id)

    def crawl(self, request):
        self.started.append(request.crawl_id)

    def stop_run(self, run_id):
        return run_id in self.started

    stop_crawl = stop_run


@pytest.fixture
def worker():
    return RecordingWorker()


@pytest.fixture
def client(worker):
    with TestClient(create_application(worker, "secret")) as test_client:
        yield test_client


def test_health_tells_ready_from_starting_from_failed(client, worker):
    assert (client.get("/health").status_code, client.get("/health").json()) == (
        503,
        {"status": "starting"},
    )
    worker.failure = "no Java"
    assert client.get("/health").json() == {"status": "failed", "error": "no Java"}
    worker.is_ready = True
    assert (client.get("/health").status_code, client.get("/health").json()) == (
        200,
        {"status": "ready"},
    )


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer other"}])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/events"), ("POST", "/runs"), ("POST", "/runs/x/stop")]
)
def test_everything_else_needs_the_token(client, worker, headers, method, path):
    assert client.request(method, path, headers=headers, json=RUN).status_code == 401
    assert worker.started == []


def test_run_is_accepted(client, worker):
    assert client.post("/runs", json=RUN, headers=TOKEN).status_code == 202
    assert worker.started == [RUN["run_id"]]
    assert client.post(f"/runs/{RUN['run_id']}/stop", headers=TOKEN).status_code == 202
    assert client.post("/runs/jr_other/stop", headers=TOKEN).status_code == 404


def test_crawl_is_accepted(client, worker):
    body = {"crawl_id": "c-1", "crawler": {"Name": "tweets"}, "log_group": "/g"}
    assert client.post("/crawls", json=body, headers=TOKEN).status_code == 202
    assert client.post("/crawls/c-1/stop", headers=TOKEN).status_code == 202
    assert client.post("/crawls/c-2/stop", headers=TOKEN).status_code == 404


def test_invalid_request_says_what_is_wrong(client):
    answer = client.post("/runs", json={**RUN, "job_name": ""}, headers=TOKEN)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "job_name must be a string that is not empty."},
    )
    assert client.post("/runs", content=b"{", headers=TOKEN).status_code == 400
    assert client.get("/events?after=x", headers=TOKEN).status_code == 400


def test_events_come_with_the_instance(client, worker):
    worker.events.append({"kind": "run", "id": "a"})
    worker.events.append({"kind": "run", "id": "b"})
    answer = client.get("/events?after=1&wait=5", headers=TOKEN).json()
    assert answer == {
        "instance": worker.events.instance,
        "events": [{"seq": 2, "kind": "run", "id": "b"}],
    }

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lochan.glue.api.worker_client import WorkerClient, WorkerRefused, WorkerUnreachable


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = self.headers.get("Authorization")
        self.server.requests.append((self.command, self.path, token, body))
        status, answer = self.server.answers.get(self.path, (202, b""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.requests, server.answers = [], {}
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(server, tmp_path) -> WorkerClient:
    token = tmp_path / "token"
    token.write_text("secret\n")
    return WorkerClient(f"http://127.0.0.1:{server.server_port}/", token)


def test_run_is_posted_with_the_token(client, server):
    client.start_run({"run_id": "jr_1", "attempt": 0})
    ((method, path, token, body),) = server.requests
    assert (method, path, token) == ("POST", "/runs", "Bearer secret")
    assert json.loads(body) == {"run_id": "jr_1", "attempt": 0}


def test_times_in_a_crawler_are_seconds(client, server):
    created = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    client.start_crawl("id", {"crawler": {"CreationTime": created}})
    assert json.loads(server.requests[0][3]) == {
        "crawl_id": "id",
        "crawler": {"CreationTime": 60.0},
    }


def test_stops_name_what_they_stop(client, server):
    client.stop_run("jr_1")
    client.stop_crawl("c1")
    assert [request[1] for request in server.requests] == ["/runs/jr_1/stop", "/crawls/c1/stop"]


def test_events_are_read(client, server):
    event = {
        "seq": 7,
        "kind": "run",
        "id": "jr_1",
        "state": "SUCCEEDED",
        "started_on": 60,
        "completed_on": 62.5,
        "execution_time": 2,
        "dpu_seconds": None,
        "error_message": None,
    }
    page = {"instance": "one", "events": [event]}
    server.answers["/events?after=3&wait=0"] = (200, json.dumps(page).encode())
    found = client.fetch_events(3, wait_seconds=0)
    assert found.instance == "one"
    (read,) = found.events
    assert (read.sequence, read.state, read.execution_time) == (7, "SUCCEEDED", 2)
    assert read.started == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


def test_counts_of_a_crawl_are_read(client, server):
    event = {"seq": 1, "kind": "crawl", "id": "c1", "state": "COMPLETED", "tables_created": 2}
    page = {"instance": "one", "events": [{**event, "partitions_created": 3}]}
    server.answers["/events?after=0&wait=0"] = (200, json.dumps(page).encode())
    (read,) = client.fetch_events(0, wait_seconds=0).events
    assert read.changes == {"tables_created": 2, "partitions_created": 3}


def test_refusal_carries_the_reason(client, server):
    server.answers["/runs"] = (400, b'{"error": "GlueVersion 6.0 is not supported."}')
    with pytest.raises(WorkerRefused, match=r"refused this: GlueVersion 6\.0 is not supported\.$"):
        client.start_run({})


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[1]", b'{"detail": "x"}'])
def test_refusal_of_something_else_carries_its_status(client, server, answer):
    server.answers["/runs"] = (502, answer)
    with pytest.raises(WorkerRefused, match=r"\(status 502\)$"):
        client.start_run({})


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"instance": "one", "events": [{}]}',
        b'{"instance": "one", "events": [{"kind": "x", "id": "1", "state": "Y", "seq": 1}]}',
    ],
)
def test_answer_of_something_else_is_a_refusal(client, server, answer):
    server.answers["/events?after=0&wait=0"] = (200, answer)
    with pytest.raises(WorkerRefused):
        client.fetch_events(0, wait_seconds=0)


def test_worker_that_is_away_is_named(tmp_path):
    token = tmp_path / "token"
    token.write_text("secret")
    # Port 1 is reserved and served by nobody.
    with pytest.raises(WorkerUnreachable, match=r"worker at http://127\.0\.0\.1:1 does not answer"):
        WorkerClient("http://127.0.0.1:1", token).start_run({})


def test_missing_token_is_named(server, tmp_path):
    client = WorkerClient(f"http://127.0.0.1:{server.server_port}", tmp_path / "none")
    with pytest.raises(WorkerUnreachable, match="none: No such file"):
        client.start_run({})


def test_no_worker_configured():
    with pytest.raises(WorkerUnreachable, match="LOCHAN_WORKER_URL is not set"):
        WorkerClient(None, None).start_run({})

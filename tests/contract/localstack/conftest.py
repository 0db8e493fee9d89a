"""A LocalStack of the tests' own with our plugin, a worker that the test plays, and clients."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import botocore
import pytest
from moto import mock_aws

from lochan.plugin import launch

ROOT = Path(__file__).resolve().parents[3]
LOCALSTACK_PYTHON = ROOT / ".venv-localstack" / "bin" / "python"
SERVICE_MODELS = Path(botocore.__file__).parent / "data"
TOKEN = "token-of-the-tests"
REGION = "us-east-1"
START_SECONDS = 120


@dataclass
class PlayedWorker:
    """The worker's side of the contract: remembers orders, and reports what the test says."""

    url: str = ""
    instance: str = field(default_factory=lambda: uuid.uuid4().hex)
    orders: list[tuple[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def take(self, path: str, body: Any) -> None:
        with self.news:
            self.orders.append((path, body))
            self.news.notify_all()

    def report(self, kind: str, id: str, state: str, **members: Any) -> None:
        with self.news:
            event = {"seq": len(self.events) + 1, "kind": kind, "id": id, "state": state}
            self.events.append({**event, **members})
            self.news.notify_all()

    def restart(self) -> None:
        with self.news:
            self.instance, self.events = uuid.uuid4().hex, []
            self.news.notify_all()

    def read_events(self, after: int, wait_seconds: float) -> dict[str, Any]:
        with self.news:
            asked = self.instance
            self.news.wait_for(
                lambda: self.instance != asked or len(self.events) > after, wait_seconds
            )
            return {"instance": self.instance, "events": self.events[after:]}

    def wait_for_order(self, path: str, **members: Any) -> Any:
        """Return the body of the newest order to a path with such members, once it is there."""
        with self.news:
            found = self.news.wait_for(lambda: self._find(path, members), 20)
            assert found, f"no order to {path} with {members} among {self.orders}"
            return found[-1]

    def _find(self, path: str, members: dict[str, Any]) -> list[Any]:
        return [
            body
            for ordered, body in self.orders
            if ordered == path and members.items() <= body.items()
        ]


class _WorkerHandler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._is_allowed():
            self.server.played.take(self.path, body)
            self._answer(202, {})

    def do_GET(self) -> None:
        if self._is_allowed():
            query = parse_qs(urlsplit(self.path).query)
            page = self.server.played.read_events(int(query["after"][0]), int(query["wait"][0]))
            self._answer(200, page)

    def _is_allowed(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._answer(401, {"error": "wrong token"})
        return False

    def _answer(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@dataclass
class OutsideWorld:
    """A proxy that lets nothing through and remembers who tried."""

    port: int
    attempts: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class LocalStack:
    """A LocalStack process and where it is."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path
    log: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def control_port(free_port: Callable[[], int]) -> int:
    """Where LocalStack looks for the control port of the Redshift stand-in."""
    return free_port()


@pytest.fixture(scope="session")
def worker() -> Iterator[PlayedWorker]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _WorkerHandler)
    server.daemon_threads = True
    played = PlayedWorker(f"http://127.0.0.1:{server.server_port}")
    server.played = played
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def outside_world() -> Iterator[OutsideWorld]:
    listener = socket.create_server(("127.0.0.1", 0))
    world = OutsideWorld(listener.getsockname()[1])

    def refuse_all() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the session is over
                return
            with connection:
                world.attempts.append(connection.recv(1000))

    thread = threading.Thread(target=refuse_all, daemon=True)
    thread.start()
    yield world
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture(scope="session")
def spec_index(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home in which only the index of service models was built, and the index's file."""
    home = tmp_path_factory.mktemp("index")
    return home, launch.build_spec_index(LOCALSTACK_PYTHON, home)


@pytest.fixture(scope="session")
def launch_localstack(
    free_port: Callable[[], int],
    worker: PlayedWorker,
    outside_world: OutsideWorld,
    spec_index: tuple[Path, Path],
    control_port: int,
) -> Iterator[Callable[..., LocalStack]]:
    """Start LocalStacks in given homes; all are ended with the session."""
    started: list[LocalStack] = []
    template, index = spec_index

    def start(
        home: Path, *, port: int | None = None, indexed: bool = True, **variables: str
    ) -> LocalStack:
        port = port or free_port()
        launch.prepare_home(home)
        if indexed:
            shutil.copy(index, home / index.relative_to(template))
        token = home / "token"
        token.write_text(TOKEN)
        environment = launch.localstack_environment(
            home=home,
            host="127.0.0.1",
            port=port,
            service_models=SERVICE_MODELS,
            worker_url=worker.url,
            token_file=token,
            redshift_endpoint="redshift://localhost:5440/dev",
            redshift_control_url=f"http://127.0.0.1:{control_port}",
            region=REGION,
        )
        proxy = f"http://127.0.0.1:{outside_world.port}"
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy)
        log = home / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                launch.localstack_command(LOCALSTACK_PYTHON),
                env={**os.environ, **environment, **proxies, "NO_PROXY": "127.0.0.1", **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(LocalStack(process, port, home, log))
        return started[-1]

    yield start
    running = [instance for instance in started if instance.process.poll() is None]
    for instance in running:
        instance.process.terminate()
    assert [instance.process.wait(60) for instance in running] == [0] * len(running)


@pytest.fixture(scope="session")
def read_health() -> Callable[[LocalStack], tuple[int, dict[str, Any]]]:
    """Return status and body of the first answer to the question whether a LocalStack is ready."""

    def read(instance: LocalStack) -> tuple[int, dict[str, Any]]:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert instance.process.poll() is None, instance.log.read_text()[-2000:]
            try:
                with urlopen(launch.readiness_url(instance.port), timeout=30) as answer:
                    return answer.status, json.load(answer)
            except HTTPError as error:
                with error:
                    return error.code, json.load(error)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise AssertionError(instance.log.read_text()[-2000:])

    return read


@pytest.fixture(scope="session")
def wait_until_ready(
    read_health: Callable[[LocalStack], tuple[int, dict[str, Any]]],
) -> Callable[[LocalStack], dict[str, Any]]:
    def wait(instance: LocalStack) -> dict[str, Any]:
        status, health = read_health(instance)
        assert status == 200, health
        return health

    return wait


@pytest.fixture(scope="session")
def localstack(
    tmp_path_factory: pytest.TempPathFactory,
    launch_localstack: Callable[..., LocalStack],
    wait_until_ready: Callable[[LocalStack], dict[str, Any]],
) -> LocalStack:
    """One LocalStack for the session, in a home with the index of service models."""
    instance = launch_localstack(tmp_path_factory.mktemp("localstack"))
    wait_until_ready(instance)
    return instance


@pytest.fixture(scope="session")
def other_localstack(
    tmp_path_factory: pytest.TempPathFactory,
    launch_localstack: Callable[..., LocalStack],
    wait_until_ready: Callable[[LocalStack], dict[str, Any]],
) -> LocalStack:
    """A second LocalStack beside the first, in a home without the index, its worker away."""
    home = tmp_path_factory.mktemp("other")
    instance = launch_localstack(home, indexed=False, LOCHAN_WORKER_URL="http://127.0.0.1:1")
    wait_until_ready(instance)
    return instance


@pytest.fixture(scope="session")
def make_client() -> Callable[..., Any]:
    def make(service: str, endpoint: str | None, region: str = REGION) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    return make


@pytest.fixture
def s3(localstack: LocalStack, make_client: Callable[..., Any]) -> Any:
    return make_client("s3", localstack.endpoint)


@pytest.fixture
def lochan_glue(localstack: LocalStack, make_client: Callable[..., Any]) -> Any:
    """Glue in the session's LocalStack, emptied first."""
    glue = make_client("glue", localstack.endpoint)
    for database in glue.get_databases()["DatabaseList"]:
        glue.delete_database(Name=database["Name"])
    for crawler in glue.list_crawlers()["CrawlerNames"]:
        glue.delete_crawler(Name=crawler)
    for job in glue.list_jobs()["JobNames"]:
        glue.delete_job(JobName=job)
    return glue


@pytest.fixture
def moto_glue(make_client: Callable[..., Any]) -> Iterator[Any]:
    with mock_aws():
        yield make_client("glue", None)


@pytest.fixture(params=["lochan", "moto"])
def glue(request: pytest.FixtureRequest) -> Any:
    """The same test against ours and against moto, which others trust."""
    return request.getfixturevalue(f"{request.param}_glue")


@pytest.fixture
def read_log(localstack: LocalStack) -> Callable[[str], list[str]]:
    """Return the lines of LocalStack's log that match."""
    return lambda pattern: re.findall(pattern, localstack.log.read_text())


@pytest.fixture
def send(localstack: LocalStack) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Send a raw request to Glue, as no SDK would."""

    def post(operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", localstack.port, timeout=30)
        credential = "test/20261120/us-east-1/glue/aws4_request"
        headers = {
            "X-Amz-Target": f"AWSGlue.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, "
            "SignedHeaders=host, Signature=abc",
        }
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        status, content = answer.status, json.loads(answer.read())
        connection.close()
        return status, content

    return post

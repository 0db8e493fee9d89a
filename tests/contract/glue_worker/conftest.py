"""A worker as a process of its own, beside a LocalStack that serves S3 and CloudWatch Logs."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "the-token-of-the-tests"
BUCKET = "assets"
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"}
START_SECONDS = 180


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen in {seconds} seconds")


def fetch(url: str, body: Any = None, token: str | None = TOKEN) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=90) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")
    except urllib.error.URLError:
        return 0, None


@dataclass
class Worker:
    """A running worker and the clients with which tests look at it."""

    process: subprocess.Popen[bytes]
    url: str
    s3: Any
    logs: Any
    kms: Any
    seen: list[dict[str, Any]] = field(default_factory=list)

    def put(self, key: str, body: str | bytes) -> str:
        content = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def start(
        self,
        script: str,
        arguments: dict[str, str] | None = None,
        *,
        timeout_minutes: float = 5,
        glue_version: str = "5.1",
        command: str = "glueetl",
        location: str | None = None,
        **encryption: Any,
    ) -> str:
        run_id = f"jr_{secrets.token_hex(32)}"
        body = {
            "run_id": run_id,
            "job_name": "a-job",
            "command": {
                "Name": command,
                "ScriptLocation": location or self.put(f"scripts/{run_id}/job.py", script),
                "PythonVersion": "3",
            },
            "arguments": arguments or {},
            "glue_version": glue_version,
            "timeout_minutes": timeout_minutes,
            "worker_type": "G.1X",
            "number_of_workers": 2,
            "attempt": 0,
            "log_group": "/aws-glue/python-jobs" if command == "pythonshell" else "/aws-glue/jobs",
            **encryption,
        }
        assert fetch(f"{self.url}/runs", body)[0] == 202
        return run_id

    def run(self, script: str, arguments: dict[str, str] | None = None, **options: Any) -> Any:
        return self.wait(self.start(script, arguments, **options))

    def stop(self, run_id: str) -> int:
        return fetch(f"{self.url}/runs/{run_id}/stop", {})[0]

    def events(self, identifier: str) -> list[dict[str, Any]]:
        after = self.seen[-1]["seq"] if self.seen else 0
        self.seen += fetch(f"{self.url}/events?after={after}&wait=0.2")[1]["events"]
        return [event for event in self.seen if event["id"] == identifier]

    def wait(self, run_id: str, states: set[str] = ENDED, seconds: float = 120) -> Any:
        def find() -> Any:
            return next((e for e in self.events(run_id) if e["state"] in states), None)

        return wait_until(find, seconds, f"one of {sorted(states)} for {run_id}")

    def output(self, run_id: str, group: str = "/aws-glue/jobs/output") -> list[str]:
        try:
            page = self.logs.get_log_events(
                logGroupName=group, logStreamName=run_id, startFromHead=True
            )
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in page["events"]]

    def errors(self, run_id: str) -> list[str]:
        return self.output(run_id, "/aws-glue/jobs/error")

    def answer(self, script: str, arguments: dict[str, str] | None = None) -> Any:
        """Run a script that prints JSON in its last line, and return that."""
        run_id = self.start(script, arguments)
        ended = self.wait(run_id)
        assert ended["state"] == "SUCCEEDED", (ended, self.errors(run_id))
        return json.loads(self.output(run_id)[-1])

    def jvm_processes(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if is_jvm(child)]

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.process.poll() is None, "the worker ended"
            return fetch(f"{self.url}/health", token=None)[0] == 200

        wait_until(is_ready, START_SECONDS, "the worker's readiness")


def is_jvm(process: psutil.Process) -> bool:
    try:
        return "org.apache.spark.api.python.PythonGatewayServer" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    python = ROOT / ".venv-localstack" / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no .venv-localstack: make install")
    home = tmp_path_factory.mktemp("localstack")
    port = find_free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "FILESYSTEM_ROOT": str(home / "root"),
        "OVERRIDE_IN_DOCKER": "0",
        "SERVICES": "s3,logs,kms",
        "PROVIDER_OVERRIDE_S3": "lochan",
        "LOCHAN_S3_STORAGE": str(home / "objects"),
        "GATEWAY_SERVER": "hypercorn",  # binds loopback only
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", "localstack.runtime.main"], env=environment, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        ready = f"{url}/_localstack/init/ready"
        wait_until(
            lambda: (fetch(ready)[1] or {}).get("completed"), START_SECONDS, "LocalStack's start"
        )
        yield url
    finally:
        end_process(process)


@pytest.fixture(scope="session")
def start_worker(
    endpoint_url: str, jars: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Worker]:
    def start() -> Worker:
        home = tmp_path_factory.mktemp("worker")
        token_file = home / "token"
        token_file.write_text(TOKEN)
        port = find_free_port()
        credentials = {
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        environment = {
            **os.environ,
            **credentials,
            "PYTHONPATH": str(ROOT / "localstack"),
            "LOCHAN_TOKEN_FILE": str(token_file),
            "LOCHAN_JARS": str(jars),
            "LOCHAN_GLUE_SCRATCH": str(home / "scratch"),
        }
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "lochan.glue.worker", "--port", str(port)],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=home,
            )
        clients = {
            name: boto3.client(
                name,
                endpoint_url=endpoint_url,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )
            for name in ("s3", "logs", "kms")
        }
        return Worker(process, f"http://127.0.0.1:{port}", **clients)

    return start


@pytest.fixture(scope="session")
def worker(start_worker: Callable[[], Worker]) -> Iterator[Worker]:
    running = start_worker()
    try:
        running.wait_until_ready()
        running.s3.create_bucket(Bucket=BUCKET)
        yield running
    finally:
        end_process(running.process)


@pytest.fixture(scope="session")
def fetch_json() -> Callable[..., tuple[int, Any]]:
    return fetch


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    return wait_until


def end_process(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""The containers of docker-compose.yml, up for one test session beside whatever else runs.

Needs a container engine, which DOCKER_HOST names as for any of Docker's tools; without one the
session ends with a sentence.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from lochan.stack.ports import choose_free_ports
from lochan.stack.settings import Ports

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 400
# What a person's shell may hold and a test must not see.
FOREIGN = ("AWS_", "PREFECT_", "REDSHIFT_", "RDS_", "X_API_", "LOCHAN_HOME")


@dataclass(frozen=True)
class Containers:
    """One project of docker compose: how it is asked, and its caller's home."""

    compose: tuple[str, ...]
    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return Path(self.environment["LOCHAN_HOME"])

    def run(self, *arguments: str, check: bool = True) -> str:
        """Run a command of docker compose and return what it printed."""
        return self.call(*self.compose, *arguments, check=check)

    def call(self, *command: str, check: bool = True) -> str:
        """Run a command of the caller's, who sees the project's values and no other stack's."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if check and done.returncode:
            raise AssertionError(f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def values(self) -> dict[str, str]:
        """What `lochan env` tells the caller's tools."""
        lines = self.call(sys.executable, "-m", "lochan.stack.cli", "env").splitlines()
        assignments = [shlex.split(line)[1].partition("=") for line in lines]
        return {name: value for name, _, value in assignments}

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask Redshift on its published port, which must prove that it is `localhost`."""
        values = self.values()
        with psycopg.connect(
            host=values["REDSHIFT_HOST"],
            port=values["REDSHIFT_PORT"],
            dbname=values["REDSHIFT_DATABASE"],
            user=values["REDSHIFT_USER"],
            password=values["REDSHIFT_PASSWORD"],
            sslmode="verify-full",
            sslrootcert=values["SSL_CERT_FILE"],
            autocommit=True,
        ) as connection:
            return connection.execute(statement).fetchall()

    def prefect(self) -> httpx.Client:
        """Open Prefect's API on its published port."""
        return httpx.Client(base_url=self.values()["PREFECT_API_URL"], timeout=30)

    def run_deployment(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Run a deployment on the worker and return how its flow run ended."""
        with self.prefect() as prefect:
            path = f"/deployments/{deployment_id(prefect, name)}/create_flow_run"
            started = prefect.post(path, json={"parameters": parameters}).raise_for_status()
            path = f"/flow_runs/{started.json()['id']}"
            return dict(wait_for(lambda: prefect.get(path).raise_for_status().json(), has_ended))

    def triggered_run(self, name: str) -> dict[str, Any]:
        """Wait for the only run of a deployment that no schedule asked for, and for its end."""
        with self.prefect() as prefect:
            runs = wait_for(
                lambda: runs_of(prefect, name, scheduled=False),
                lambda runs: bool(runs) and all(map(has_ended, runs)),
            )
        [run] = runs
        return dict(run)

    def in_parts(self) -> Containers:
        """Give every command the values with which Prefect's server is several containers."""
        return replace(self, compose=(*self.compose, "--env-file", "compose.redis.env"))


def deployment_id(prefect: httpx.Client, name: str) -> str:
    return str(prefect.get(f"/deployments/name/{name}/{name}").raise_for_status().json()["id"])


def runs_of(prefect: httpx.Client, name: str, *, scheduled: bool) -> list[dict[str, Any]]:
    """List the runs of a deployment that its schedule planned, or the others."""
    body = {"deployments": {"id": {"any_": [deployment_id(prefect, name)]}}}
    found = prefect.post("/flow_runs/filter", json=body).raise_for_status().json()
    return [run for run in found if run["auto_scheduled"] is scheduled]


def has_ended(run: dict[str, Any]) -> bool:
    return run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"}


def wait_for(ask: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Ask until the answer is as wanted; a server that does not answer is asked again."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            answer = ask()
            if holds(answer):
                return answer
        except (httpx.HTTPError, psycopg.Error, AssertionError) as error:
            answer = error
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {DEADLINE_SECONDS} s: {answer}")
        time.sleep(1)


@pytest.fixture(scope="session")
def containers() -> Iterator[Containers]:
    """Bring everything up as `docker compose up` does; take it down with its volumes."""
    folder = Path(tempfile.mkdtemp(prefix="lochan-compose-"))
    started = Containers(find_compose(), project_environment(folder / "home"))
    try:
        say("building and starting", started.environment["COMPOSE_PROJECT_NAME"])
        started.run("up", "--detach", "--build")
        wait_for(lambda: is_deployed(started), bool)
        say(started.run("ps"))
        yield started
    finally:
        say(started.run("logs", "--no-color", "--tail=15", check=False))
        say(started.run("down", "--volumes", "--timeout=30", check=False))
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def in_parts(containers: Containers) -> Iterator[Containers]:
    """Take Prefect's server apart in the same containers, and give the parts back at the end."""
    parts, added = containers.in_parts(), ("prefect-services", "redis")
    say("taking Prefect's server apart")
    try:
        parts.run("up", "--detach", "prefect-services")
        say(parts.run("ps"))
        yield parts
    finally:
        say(parts.run("logs", "--no-color", "--tail=15", *added, check=False))
        parts.run("rm", "--stop", "--force", *added, check=False)


def find_compose() -> tuple[str, ...]:
    """Find docker compose and the engine that it asks, or end the session with a sentence."""
    for compose in (("docker", "compose"), ("docker-compose",)):
        if shutil.which(compose[0]) and succeeds(*compose, "version"):
            if succeeds(*compose, "ps"):
                return compose
            host = os.environ.get("DOCKER_HOST", "the usual socket")
            sentence = "start Docker, or name a container engine in DOCKER_HOST."
            pytest.exit(f"No container engine answers on {host}: {sentence}", returncode=1)
    pytest.exit("These tests need docker compose (or docker-compose 1.29).", returncode=1)


def succeeds(*command: str) -> bool:
    environment = {**os.environ, "LOCHAN_HOME": "/nonexistent"}
    return not subprocess.run(command, cwd=ROOT, env=environment, capture_output=True).returncode


def project_environment(home: Path) -> dict[str, str]:
    """Name the values of a project of its own: names, ports, a home of the containers' user."""
    user, group = os.geteuid() or 1000, os.getegid() or 1000
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:  # the containers' user, who is not root, hands over to root here
        home.parent.chmod(0o755)
        os.chown(home, user, group)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    ports = vars(choose_free_ports(Ports.free()))
    return {
        **kept,
        **{f"LOCHAN_{name.upper()}_PORT": str(port) for name, port in ports.items()},
        "COMPOSE_PROJECT_NAME": f"lochan-test-{secrets.token_hex(4)}",
        "LOCHAN_HOME": str(home),
        "LOCHAN_UID": str(user),
        "LOCHAN_GID": str(group),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'localstack'}",
        "X_API_NOW": "2026-11-20T12:00:00Z",
    }


def is_deployed(containers: Containers) -> bool:
    """Tell whether the one-shot service has deployed the flows."""
    url = containers.values()["PREFECT_API_URL"]
    name = "tweets_to_redshift"
    return httpx.get(f"{url}/deployments/name/{name}/{name}").status_code == httpx.codes.OK


def say(*words: str) -> None:
    print(*words, flush=True)

"""The whole platform on a stack of the test session's own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import boto3
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]

# What a person's shell may hold and a test must not see.
FOREIGN = ("AWS_", "PREFECT_", "REDSHIFT_", "RDS_", "X_API_", "LOCHAN_HOME")


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Platform:
    """One environment in the stack: its values, and what one does with it."""

    values: dict[str, str]
    home: Path

    def run(self, *command: str, **values: str) -> Finished:
        """Run a command of the project with the environment's values."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**clean_environment(), **self.values, **values},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def run_flow(
        self, name: str, parameters: dict[str, Any] | None = None, **values: str
    ) -> Finished:
        """Run a flow as `make run` does, with parameters.

        FAULT_KILL_BEFORE="redshift.MERGE:2" and its like (tests/faults/effects.py) make the
        process die, be interrupted, or tell its effects.
        """
        watch = any(name.startswith("FAULT_") for name in values)
        code = (
            ("from tests.faults.effects import install; install();" if watch else "")
            + "import json, sys; from functools import partial;"
            "from prefect.flows import load_flow_from_entrypoint;"
            f"flow = load_flow_from_entrypoint('flows/{name}.py:{name}');"
            "given = json.loads(sys.argv[1]);"
            "from tasks.command_line import run_from_terminal;"
            "bound = flow if not given else partial(flow, parameters=given);"
            f"bound.name = '{name}';"
            "sys.exit(run_from_terminal(bound, lambda result: 'done'))"
        )
        return self.run(sys.executable, "-c", code, json.dumps(parameters or {}), **values)

    def sample(self, flow: str) -> None:
        """Put the generated input of a flow into the landing zone, as `make run` does."""
        sample = (sys.executable, "-m", "lochan.stack.cli", "sample", flow)
        done = self.run(*sample, LOCHAN_HOME=str(self.home))
        assert done.code == 0, done.errors

    def provision(self, *arguments: str) -> Finished:
        """Run infrastructure.provision."""
        return self.run(sys.executable, "-m", "infrastructure.provision", *arguments)

    def client(self, service: str) -> Any:
        """A boto3 client of the stack."""
        return boto3.client(
            service,
            endpoint_url=self.values["AWS_ENDPOINT_URL"],
            region_name=self.values["AWS_DEFAULT_REGION"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement in Redshift and return its rows, if it has any."""
        return self._query("REDSHIFT", statement)

    def query_rds(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement in PostgreSQL and return its rows, if it has any."""
        return self._query("RDS", statement)

    def _query(self, server: str, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=self.values[f"{server}_HOST"],
            port=self.values[f"{server}_PORT"],
            dbname=self.values[f"{server}_DATABASE"],
            user=self.values[f"{server}_USER"],
            password=self.values[f"{server}_PASSWORD"],
            sslmode="verify-full",
            sslrootcert=self.values["SSL_CERT_FILE"],
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def environment(self, name: str) -> Platform:
        """Provision another environment in the stack, with an empty warehouse."""
        for schema in ("twitter", "academy", "books", "anpr", "lake", "etl"):
            self.query(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        self.query_rds("DROP SCHEMA IF EXISTS books CASCADE")
        other = replace(self, values={**self.values, "LOCHAN_ENVIRONMENT": name})
        secrets = str(self.home / "credentials.json")
        applied = other.provision("apply", "--yes", "--secret-values", secrets)
        assert applied.code == 0, applied.errors
        exported = other.provision("export")
        assert exported.code == 0, exported.errors
        return replace(other, values={**other.values, **read_exports(exported.output)})


def clean_environment() -> dict[str, str]:
    """The test's environment without what names another stack."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'localstack'}"}


def read_exports(text: str) -> dict[str, str]:
    """Read `export NAME=value` lines."""
    words = shlex.split(text)
    return dict(word.split("=", 1) for word in words if word != "export")


@pytest.fixture(scope="session")
def bare_platform(lochan_stack: Any) -> Platform:
    """The stack with nothing in it."""
    return Platform(dict(lochan_stack.environment), lochan_stack.home)


@pytest.fixture
def platform(bare_platform: Platform, request: pytest.FixtureRequest) -> Platform:
    """An environment of the test's own, provisioned, with an empty warehouse."""
    name = f"t{crc32(request.node.nodeid.encode()):08x}"
    return bare_platform.environment(name)

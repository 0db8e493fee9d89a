"""A stack of a benchmark's own, and how its work is timed and weighed."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psutil

ROOT = Path(__file__).resolve().parent.parent
PROVISION = ["python", "-m", "infrastructure.provision"]
FLOW = ["python", "-m", "flows.tweets_to_redshift"]


@contextmanager
def own_stack(**chosen: str) -> Iterator[dict[str, str]]:
    """Give the environment of a stack that is yet to be started, and end it afterwards."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at start")
    with tempfile.TemporaryDirectory(prefix="lochan-bench-") as folder:
        values = {**os.environ, **chosen, "LOCHAN_HOME": f"{folder}/home"} | _free_ports()
        try:
            yield values
        finally:
            run(["lochan", "down"], values)


def start_stack(values: dict[str, str]) -> None:
    """Start and provision it, and add to its environment what that gives."""
    report("lochan up, everything installed", 20, lambda: run(["lochan", "up"], values))
    values |= _exports(run(["lochan", "env"], values))
    secrets = f"{values['LOCHAN_HOME']}/credentials.json"
    apply = [*PROVISION, "apply", "--yes", "--secret-values", secrets]
    report("provision", None, lambda: run(apply, values))
    values |= _exports(run([*PROVISION, "export"], values))


def report(what: str, aim: float | None, work: Callable[[], Any]) -> None:
    """Time some work and print it beside its aim, both in seconds."""
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    aimed = f"aim {aim:g} s" if aim else ""
    print(f"{what:<45}{seconds:8.2f} s   {aimed:<12} load {os.getloadavg()[0]:.1f}", flush=True)


def run(command: list[str], values: dict[str, str]) -> str:
    """Run a program of the environment; its failure ends the benchmark."""
    program = str(Path(sys.executable).parent / command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, env=values, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def client(values: dict[str, str]) -> Any:
    """Return a client of the stack's S3."""
    return boto3.client(  # type: ignore[call-overload]
        "s3",
        endpoint_url=values["AWS_ENDPOINT_URL"],
        region_name=values["AWS_DEFAULT_REGION"],
        aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
    )


def measure_memory(home: str) -> float:
    """Sum what the processes of this stack hold, in megabytes; shared pages count by share."""
    held = 0
    for process in psutil.process_iter(["environ"]):
        if any(home in value for value in (process.info["environ"] or {}).values()):
            held += process.memory_full_info().pss
    return held / 1e6


def _exports(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(text) if word != "export")


def _free_ports() -> dict[str, str]:
    services = ("LOCALSTACK", "REDSHIFT", "RDS", "GLUE_WORKER", "X_API", "PREFECT")
    return {f"LOCHAN_{service}_PORT": "0" for service in services} | {
        "LOCHAN_REDSHIFT_CONTROL_PORT": "0"
    }

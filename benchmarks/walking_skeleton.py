"""How long the first steps take: `python -m benchmarks.walking_skeleton`.

Starts a stack of its own, beside any other, and prints what it measured with the load average; the
aims are those of the project, and it prints them also where they are missed.
"""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psutil

ROOT = Path(__file__).resolve().parent.parent
SMALL_JOB = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
arguments = getResolvedOptions(sys.argv, ["JOB_NAME"])
glue_context = GlueContext(SparkContext.getOrCreate())
job = Job(glue_context)
job.init(arguments["JOB_NAME"], arguments)
print(glue_context.spark_session.range(1000).selectExpr("sum(id)").collect())
job.commit()
"""


def main() -> None:
    """Measure and print."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at start")
    with tempfile.TemporaryDirectory(prefix="lochan-bench-") as home:
        values = {**os.environ, "LOCHAN_HOME": f"{home}/home"} | _free_ports()
        try:
            _measure(values)
        finally:
            _run(["lochan", "down"], values)


def _measure(values: dict[str, str]) -> None:
    _report("lochan up, everything installed", 20, lambda: _run(["lochan", "up"], values))
    values |= _exports(_run(["lochan", "env"], values))
    secrets = f"{values['LOCHAN_HOME']}/credentials.json"
    provision = ["python", "-m", "infrastructure.provision"]
    _report(
        "provision", None, lambda: _run([*provision, "apply", "--secret-values", secrets], values)
    )
    values |= _exports(_run([*provision, "export"], values))
    flow = ["python", "-m", "flows.tweets_to_redshift"]
    _report("tweets_to_redshift, first run", 25, lambda: _run(flow, values))
    _report("tweets_to_redshift, nothing new", None, lambda: _run(flow, values))
    glue = _prepare_small_job(values)
    for number in range(1, 6):
        _report(f"small Glue job through boto3, run {number}", 2.5, lambda: _run_small_job(glue))
    print(
        f"memory of all processes together: {_memory(values['LOCHAN_HOME']):,.0f} MB (sum of RSS)"
    )


def _report(what: str, aim: float | None, work: Callable[[], Any]) -> None:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    aimed = f"aim {aim:g} s" if aim else ""
    print(f"{what:<45}{seconds:8.2f} s   {aimed:<12} load {os.getloadavg()[0]:.1f}", flush=True)


def _run(command: list[str], values: dict[str, str]) -> str:
    program = str(Path(sys.executable).parent / command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, env=values, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{shlex.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _exports(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(text) if word != "export")


def _free_ports() -> dict[str, str]:
    services = ("LOCALSTACK", "REDSHIFT", "RDS", "GLUE_WORKER", "X_API", "PREFECT")
    return {f"LOCHAN_{service}_PORT": "0" for service in services} | {
        "LOCHAN_REDSHIFT_CONTROL_PORT": "0"
    }


def _prepare_small_job(values: dict[str, str]) -> Any:
    def client(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=values["AWS_ENDPOINT_URL"],
            region_name=values["AWS_DEFAULT_REGION"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    bucket = values["ASSETS_BUCKET"]
    client("s3").put_object(Bucket=bucket, Key="small.py", Body=SMALL_JOB.encode())
    glue = client("glue")
    glue.create_job(
        Name="small",
        Role=values["GLUE_JOB_ROLE_ARN"],
        GlueVersion="5.1",
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/small.py"},
    )
    return glue


def _run_small_job(glue: Any) -> None:
    run_id = glue.start_job_run(JobName="small")["JobRunId"]
    while True:
        run = glue.get_job_run(JobName="small", RunId=run_id)["JobRun"]
        if run["JobRunState"] == "SUCCEEDED":
            return
        if run["JobRunState"] not in ("STARTING", "RUNNING"):
            sys.exit(f"The small job ended {run['JobRunState']}: {run.get('ErrorMessage')}")
        time.sleep(0.02)


def _memory(home: str) -> float:
    """Sum what the processes of this stack hold, in megabytes."""
    ours = 0
    for process in psutil.process_iter(["environ", "memory_info"]):
        if (process.info["environ"] or {}).get("LOCHAN_HOME") == home:
            ours += process.info["memory_info"].rss
    return ours / 1e6


if __name__ == "__main__":
    main()

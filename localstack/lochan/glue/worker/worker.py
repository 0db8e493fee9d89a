"""The worker: its runs, its crawls, and the parts that carry them out."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from lochan.glue.worker import warm_up
from lochan.glue.worker.class_archive import archive_options
from lochan.glue.worker.control import Answer, serve_run
from lochan.glue.worker.crawls import CrawlExecution
from lochan.glue.worker.execution import RunExecution, Services
from lochan.glue.worker.fleet import (
    WARM_UP,
    WARM_UP_SECONDS,
    JvmFleet,
    JvmPlan,
    WarmUpFailed,
)
from lochan.glue.worker.jvm import SparkJvm, worker_environment
from lochan.glue.worker.logs import PipeReader
from lochan.glue.worker.run_process import RunPlan
from lochan.glue.worker.run_requests import CrawlRequest, RunRequest
from lochan.glue.worker.run_starter import RunStarter, RunStartFailed
from lochan.glue.worker.runs import EventLog
from lochan.glue.worker.staging import find_source_roots

STOP_SECONDS = 10
SCRATCH_PATTERNS = ("jvm-*", "runs", "s3a", "spark", "warehouse", "warm-up")
# The worker's own packages, and those that jobs import from beside it.
SOURCE_PACKAGES = ("lochan", "awsglue", "awsgluedq")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerSettings:
    """Where the worker finds its jars and AWS, and where it puts its files."""

    jars: Path
    scratch: Path
    endpoint_url: str | None
    region: str
    way_to_start: str
    jvm_options: tuple[str, ...] = ()


class GlueWorker:
    """Runs jobs and crawls until it is closed."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        environment = worker_environment(os.environ, find_source_roots(SOURCE_PACKAGES))
        self.events = EventLog()
        self._starter = RunStarter(settings.way_to_start, environment)
        plan = JvmPlan(
            jars=settings.jars,
            scratch=settings.scratch,
            endpoint_url=settings.endpoint_url,
            region=settings.region,
            environment=environment,
            options=settings.jvm_options or tuple(archive_options(settings.jars)),
        )
        self._fleet = JvmFleet(plan, self._warm_up)
        self._services = Services(
            fleet=self._fleet,
            starter=self._starter,
            events=self.events,
            s3=_client("s3", settings),
            logs=_client("logs", settings),
            scratch=settings.scratch,
            environment=_run_environment(environment),
        )
        self._glue = _client("glue", settings)
        self._secrets = _client("secretsmanager", settings)
        self._runs: dict[str, RunExecution] = {}
        self._crawls: dict[str, CrawlExecution] = {}
        self._lock = threading.Lock()
        self._is_closing = False

    def start(self) -> None:
        """Start the JVM and the fork server, beside each other; returns at once."""
        scratch = self._settings.scratch
        scratch.mkdir(parents=True, exist_ok=True)
        scratch.chmod(0o700)
        clear_scratch(scratch)
        self._fleet.start()
        threading.Thread(target=self._prepare_starter, daemon=True).start()

    def _prepare_starter(self) -> None:
        try:
            self._starter.prepare()
        except RunStartFailed as error:
            logger.error("%s", error)

    @property
    def is_ready(self) -> bool:
        """Whether a run would work, and fast."""
        return self._fleet.is_warm and not self._is_closing

    @property
    def failure(self) -> str | None:
        """Why runs cannot work, where that is known."""
        return self._fleet.failure

    def run(self, request: RunRequest) -> None:
        """Begin a run; one that is known already goes on."""
        with self._lock:
            if request.run_id in self._runs:
                return
            execution = RunExecution(request, self._services)
            self._runs[request.run_id] = execution
        execution.start()

    def crawl(self, request: CrawlRequest) -> None:
        """Begin a crawl; one that is known already goes on."""
        with self._lock:
            if request.crawl_id in self._crawls:
                return
            execution = CrawlExecution(
                request,
                events=self.events,
                s3=self._services.s3,
                glue=self._glue,
                secrets=self._secrets,
                logs=self._services.logs,
            )
            self._crawls[request.crawl_id] = execution
        execution.start()

    def stop_run(self, run_id: str) -> bool:
        """Stop a run; false when it is not known."""
        return _stop(self._runs.get(run_id))

    def stop_crawl(self, crawl_id: str) -> bool:
        """Stop a crawl; false when it is not known."""
        return _stop(self._crawls.get(crawl_id))

    def close(self) -> None:
        """End all runs, crawls and processes."""
        self._is_closing = True
        executions: list[RunExecution | CrawlExecution] = [
            *self._runs.values(),
            *self._crawls.values(),
        ]
        for execution in executions:
            execution.stop()
        deadline = time.monotonic() + STOP_SECONDS
        for execution in executions:
            execution.wait(max(0.0, deadline - time.monotonic()))
        self._starter.stop()
        self._fleet.stop()
        self.events.close()
        clear_scratch(self._settings.scratch)

    def _warm_up(self, jvm: SparkJvm) -> None:
        """Run a script that loads what jobs use, in the way that jobs are run."""
        folder = self._settings.scratch / WARM_UP
        folder.mkdir(exist_ok=True)

        def open_spark(settings: dict[str, str]) -> Answer:
            options = {"spark.sql.warehouse.dir": str(folder / "warehouse")}
            gateway = jvm.open_run(WARM_UP, options)
            return {"port": gateway.port, "secret": gateway.secret}

        process = self._starter.start(self._warm_up_plan(folder).save())
        output = _Lines()
        readers = [PipeReader(process.output, output), PipeReader(process.error, output)]
        served = serve_run(process, open_spark, WARM_UP_SECONDS)
        process.kill()
        for reader in readers:
            reader.finish(1)
        jvm.close_run(WARM_UP)
        if served.exit_code != 0:
            logger.error("The warm-up failed:\n%s", "\n".join(output.lines))
            raise WarmUpFailed(f"The warm-up of the Spark JVM failed: {served.error}")

    def _warm_up_plan(self, folder: Path) -> RunPlan:
        return RunPlan(
            script=warm_up.__file__,
            arguments=[self._settings.endpoint_url or ""],
            modules=[],
            folder=str(folder),
            environment=dict(self._services.environment),
        )


def clear_scratch(scratch: Path) -> None:
    """Remove what a worker makes in its folder, and nothing else that may be there."""
    for pattern in SCRATCH_PATTERNS:
        for path in scratch.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    (scratch / "trust.p12").unlink(missing_ok=True)


class _Lines:
    """Keeps lines, where nobody else wants them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)


def _stop(execution: RunExecution | CrawlExecution | None) -> bool:
    if execution is None:
        return False
    execution.stop()
    return True


def _client(service: str, settings: WorkerSettings) -> Any:
    # Any: the types know a service by a literal name only.
    make_client: Any = boto3.client
    addressing: Any = {"addressing_style": "path" if settings.endpoint_url else "auto"}
    return make_client(
        service,
        endpoint_url=settings.endpoint_url,
        region_name=settings.region,
        config=Config(max_pool_connections=50, s3=addressing),
    )


def _run_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of scripts; bookmarks need the token to be written."""
    token_file = os.environ.get("LOCHAN_TOKEN_FILE")
    return {**environment, **({"LOCHAN_TOKEN_FILE": token_file} if token_file else {})}

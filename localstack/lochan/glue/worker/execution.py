"""The life of one job run in the worker, from its request to its last event."""

import logging
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError

from lochan.glue.worker.arguments import JobArguments, RunRefused, read_arguments
from lochan.glue.worker.control import Answer, ServedRun, serve_run
from lochan.glue.worker.endings import describe_exit
from lochan.glue.worker.fleet import WARM_UP, WARM_UP_SECONDS, JvmFleet
from lochan.glue.worker.isolation import find_shared_state, split_settings
from lochan.glue.worker.jvm import JvmUnavailable, SparkJvm
from lochan.glue.worker.logs import LogsNotEncrypted, LogStream, PipeReader, encrypt_log_group
from lochan.glue.worker.run_process import RunPlan, describe_error
from lochan.glue.worker.run_requests import RunRequest
from lochan.glue.worker.run_starter import RunProcess, RunStarter, RunStartFailed
from lochan.glue.worker.runs import RUN_TRANSITIONS, EventLog, StateMachine
from lochan.glue.worker.staging import StagedFiles, stage_files

# The two log groups of a run, after what precedes both.
# https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html
OUTPUT, ERROR = "output", "error"
# Every script sets them.
NAMES_OF_CONTEXT = {"spark.app.name", "spark.master"}
# A process that outlives its run may hold the pipes open; what was printed is read by then.
OUTPUT_SECONDS = 1
JVM_END_SECONDS = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """What a run needs of its worker."""

    fleet: JvmFleet
    starter: RunStarter
    events: EventLog
    s3: Any
    logs: Any
    scratch: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: str
    error_message: str | None = None


class RunExecution:
    """One run: stages its files, starts its process, serves it, and says how it ended."""

    def __init__(self, request: RunRequest, services: Services) -> None:
        self._request = request
        self._services = services
        self._folder = services.scratch / "runs" / request.run_id
        self._machine = StateMachine("run", request.run_id, RUN_TRANSITIONS, services.events)
        self._lock = threading.Lock()
        self._process: RunProcess | None = None
        self._jvm: SparkJvm | None = None
        self._has_own_jvm = False
        self._running_since: float | None = None
        self._error_log: LogStream | None = None
        self._thread = threading.Thread(target=self._carry_out, name=request.run_id, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._machine.move("STARTING", **self._figures())
        self._thread.start()

    def stop(self) -> None:
        """End the run, as StopJobRun does; a run that has ended stays as it is."""
        with self._lock:
            if self._machine.move_if_possible("STOPPING", **self._figures()) and self._process:
                self._process.kill()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the run."""
        self._thread.join(seconds)

    def _figures(self) -> dict[str, Any]:
        since = self._running_since
        seconds = 0.0 if since is None else time.monotonic() - since
        return {
            "execution_time": round(seconds),
            "dpu_seconds": None if since is None else round(seconds * self._request.units, 3),
        }

    def _carry_out(self) -> None:
        output_log = self._open_log(OUTPUT)
        self._error_log = self._open_log(ERROR)
        try:
            self._encrypt_logs()
            outcome = self._run(output_log, self._error_log)
        except LogsNotEncrypted as refusal:
            outcome = Outcome("FAILED", str(refusal))
        except (RunRefused, RunStartFailed) as refusal:
            self._error_log.write(str(refusal))
            outcome = Outcome("FAILED", str(refusal))
        except Exception as error:
            logger.exception("Run %s failed in the worker itself.", self._request.run_id)
            outcome = Outcome("ERROR", f"The Glue worker failed: {type(error).__name__}: {error}")
        self._leave_jvm()
        output_log.close()
        self._error_log.close()
        self._publish(outcome)
        self._end_own_jvm()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open_log(self, kind: str) -> LogStream:
        logs = self._request.logs
        group = f"{logs.name}/{kind}"
        return LogStream(self._services.logs, group, self._request.run_id, logs.key)

    def _encrypt_logs(self) -> None:
        logs = self._request.logs
        if logs.key:
            for kind in (OUTPUT, ERROR):
                encrypt_log_group(self._services.logs, f"{logs.name}/{kind}", logs.key)

    def _run(self, output_log: LogStream, error_log: LogStream) -> Outcome:
        arguments = read_arguments(self._request)
        staged = stage_files(self._services.s3, self._request.script, arguments, self._folder)
        plan = self._plan(arguments, staged)
        with self._lock:
            if self._machine.state == "STOPPING":
                return Outcome("STOPPED")
            self._process = self._services.starter.start(plan.save())
            self._running_since = time.monotonic()
            self._machine.move("RUNNING", **self._figures())
        readers = [
            PipeReader(self._process.output, output_log),
            PipeReader(self._process.error, error_log),
        ]
        try:
            served = serve_run(
                self._process,
                lambda settings: self._open_spark(settings, arguments, staged),
                self._request.timeout_seconds,
            )
        finally:
            self._end_process(readers)
        return self._judge(served)

    def _plan(self, arguments: JobArguments, staged: StagedFiles) -> RunPlan:
        encryption = self._request.s3_encryption
        temporary = self._folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return RunPlan(
            script=str(staged.script),
            arguments=list(arguments.script_arguments),
            modules=[str(module) for module in staged.modules],
            folder=str(self._folder),
            environment={
                **self._services.environment,
                "TMPDIR": str(temporary),
                "LOCHAN_RUN_ATTEMPT": str(self._request.attempt),
                **(encryption.environment if encryption else {}),
            },
        )

    def _end_process(self, readers: list[PipeReader]) -> None:
        assert self._process is not None
        if self._process.exit_code.done():
            self._process.kill_group()
        else:
            self._process.kill()
            self._process.exit_code.result()
        for reader in readers:
            reader.finish(OUTPUT_SECONDS)

    def _open_spark(
        self, settings: dict[str, str], arguments: JobArguments, staged: StagedFiles
    ) -> Answer:
        """Answer a run that makes its SparkContext."""
        if self._request.command == "pythonshell":
            return {"error": "A Python shell job has no Spark: make it a job of type glueetl."}
        try:
            jvm, session = self._choose_jvm(settings, arguments, staged)
            self._jvm = jvm
            jvm.listen_to_end(self._request.run_id, self._end_with_jvm)
            gateway = jvm.open_run(self._request.run_id, session)
        except (JvmUnavailable, RunRefused) as error:
            return {"error": str(error)}
        except Py4JJavaError as error:
            # A setting of the session that Spark refuses, for example.
            return {"error": describe_error(error)}
        return {"port": gateway.port, "secret": gateway.secret}

    def _choose_jvm(
        self, settings: dict[str, str], arguments: JobArguments, staged: StagedFiles
    ) -> tuple[SparkJvm, dict[str, str]]:
        """Return the JVM in which this run may be, and the settings of its session."""
        shared = self._services.fleet.shared()
        asked = {**arguments.spark_settings, **settings}
        plan = split_settings(asked, shared.settings, shared.is_static)
        for name in sorted(set(plan.ignored) - NAMES_OF_CONTEXT):
            self._note(f"The setting {name} has no meaning on one machine; it is ignored.")
        if self._request.arguments.get("--enable-glue-datacatalog", "false").lower() == "true":
            self._note(
                "Spark SQL does not see the Data Catalog here, in spite of "
                "--enable-glue-datacatalog: read its tables through GlueContext."
            )
        warehouse = str(self._folder / "warehouse")
        session = {**plan.session, "spark.sql.warehouse.dir": warehouse}
        reason = self._reason_for_own_jvm(plan.jvm, arguments, staged)
        if reason is None and self._is_admitted(shared):
            return shared, session
        reason = reason or "runs that write to S3 with another encryption are in the shared one"
        self._note(f"This run gets a Spark of its own, which takes seconds: {reason}.")
        jvm = self._services.fleet.start_private(plan.jvm, staged.jars)
        jvm.s3_writers.admit(self._request.run_id, self._request.s3_encryption)
        self._has_own_jvm = True
        return jvm, session

    def _is_admitted(self, shared: SparkJvm) -> bool:
        return shared.s3_writers.admit(
            self._request.run_id,
            self._request.s3_encryption,
            after=WARM_UP,
            seconds=WARM_UP_SECONDS,
        )

    def _reason_for_own_jvm(
        self, jvm_settings: Mapping[str, str], arguments: JobArguments, staged: StagedFiles
    ) -> str | None:
        if arguments.own_jvm:
            return "--lochan-isolation is process"
        if staged.jars:
            return "--extra-jars"
        if jvm_settings:
            return f"the setting {next(iter(jvm_settings))} holds for a whole JVM"
        return find_shared_state(staged.sources)

    def _note(self, text: str) -> None:
        assert self._error_log is not None
        self._error_log.write(text)

    def _end_with_jvm(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _judge(self, served: ServedRun) -> Outcome:
        if self._machine.state == "STOPPING":
            return Outcome("STOPPED")
        if served.timed_out:
            minutes = self._request.timeout_seconds / 60
            return Outcome("TIMEOUT", f"The run exceeded its timeout of {minutes:g} minutes.")
        if served.exit_code == 0:
            return Outcome("SUCCEEDED")
        if self._jvm is not None and not self._jvm.answers():
            self._jvm.wait(JVM_END_SECONDS)
            return Outcome("FAILED", self._jvm.describe_end())
        return Outcome("FAILED", served.error or describe_exit(served.exit_code or 0))

    def _leave_jvm(self) -> None:
        """Cancel what the run left behind; nothing of it may go on after its last event."""
        if self._jvm is None:
            return
        try:
            self._jvm.close_run(self._request.run_id)
        except Py4JError:
            logger.exception("Run %s was not cleared from its JVM.", self._request.run_id)

    def _publish(self, outcome: Outcome) -> None:
        details = {**self._figures(), "error_message": outcome.error_message}
        if not self._machine.move_if_possible(outcome.state, **details):
            # It was being stopped while it came to its own end.
            self._machine.move("STOPPED", **self._figures())

    def _end_own_jvm(self) -> None:
        if self._jvm is not None and self._has_own_jvm:
            self._jvm.stop()

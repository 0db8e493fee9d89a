"""One JVM with one SparkContext, and in it a session and a gateway of its own for each run.

What keeps runs apart inside one JVM is done here, on the JVM's side: the session (with its own
SharedState: global temporary views, databases, cached plans), the active session, the scheduler
pool and the job tag are set on the thread that starts the run's gateway. Java hands all of these
down to the threads that serve the gateway's connections, hence to every thread of the script.
"""

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from py4j.java_gateway import java_import
from py4j.protocol import Py4JError

from lochan.glue.worker.java import java_command, java_home, spark_home
from lochan.glue.worker.s3_encryption import SETTINGS, S3Encryption, S3Writers

START_SECONDS = 120
STOP_SECONDS = 10
TIDY_OPTIONS = ("-XX:-UsePerfData",)  # else a file in the system's temporary folder
OUT_OF_MEMORY = 52  # org.apache.spark.util.SparkExitCode


class JvmUnavailable(RuntimeError):
    """The JVM did not start, or ended."""


@dataclass(frozen=True)
class RunGateway:
    """Where a run finds its Spark: the port and the secret of its gateway in the JVM."""

    port: int
    secret: str


@dataclass(frozen=True)
class _RunInJvm:
    session: Any
    server: Any
    tag: str


class SparkJvm:
    """A JVM process whose SparkContext lives as long as it; ends when this process does."""

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        folder: Path,
        class_path: Sequence[str],
        environment: Mapping[str, str],
        options: Sequence[str] = (),
    ) -> None:
        self.settings = dict(settings)
        self._folder = folder
        self._class_path = class_path
        self._environment = environment
        self._options = options
        self._runs: dict[str, _RunInJvm] = {}
        # Opening a session sets properties of this JVM thread and of the context: one at a time.
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._gateway: Any = None
        self._context: Any = None
        self._is_stopped = False
        self._end_listeners: dict[str, Callable[[], None]] = {}
        self._sql_conf: Any = None
        self.s3_writers = S3Writers(self._encrypt_s3)

    def start(self) -> None:
        """Start the JVM and its SparkContext. Raises JvmUnavailable."""
        self._folder.mkdir(parents=True, exist_ok=True)
        connection_file = self._folder / "gateway"
        connection_file.unlink(missing_ok=True)
        self._process = self._launch(connection_file)
        try:
            if self._is_stopped:
                raise JvmUnavailable("The Glue worker is ending.")
            port, secret = self._read_connection(connection_file)
            self._gateway = connect_gateway(port, secret)
            jvm = self._gateway.jvm
            self._context = jvm.org.apache.spark.api.java.JavaSparkContext(jvm.SparkConf())
            self._sql_conf = getattr(jvm.org.apache.spark.sql.internal, "SQLConf$")
        except (Py4JError, OSError) as error:
            self.stop()
            raise JvmUnavailable(f"The Spark JVM did not make its context: {error}") from error
        except BaseException:
            self.stop()
            raise

    def is_static(self, name: str) -> bool:
        """Whether a `spark.sql.*` setting holds for a whole JVM, by Spark's own list."""
        return bool(getattr(self._sql_conf, "MODULE$").isStaticConfigKey(name))

    def _launch(self, connection_file: Path) -> subprocess.Popen[bytes]:
        with (self._folder / "jvm.log").open("ab") as log:
            return subprocess.Popen(
                self._command(),
                env={
                    **self._environment,
                    "_PYSPARK_DRIVER_CONN_INFO_PATH": str(connection_file),
                    "SPARK_HOME": str(spark_home()),
                    "JAVA_HOME": str(java_home()),
                },
                # The gateway server ends when its standard input does: with this process.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

    def _command(self) -> list[str]:
        properties = [f"-D{name}={value}" for name, value in self.settings.items()]
        extra = self.settings.get("spark.driver.extraJavaOptions", "").split()
        temporary = f"-Djava.io.tmpdir={self._folder}"
        memory = f"-Xmx{self.settings.get('spark.driver.memory', '1g')}"
        return java_command(
            "org.apache.spark.api.python.PythonGatewayServer",
            options=[memory, *TIDY_OPTIONS, temporary, *extra, *self._options, *properties],
            class_path=self._class_path,
        )

    def _read_connection(self, path: Path) -> tuple[int, str]:
        """Wait for the file in which the gateway server says its port and secret."""
        deadline = time.monotonic() + START_SECONDS
        while not path.exists():
            if not self.is_alive():
                raise JvmUnavailable(f"The Spark JVM ended while it started: {self._last_words()}")
            if time.monotonic() > deadline:
                raise JvmUnavailable(f"The Spark JVM did not start in {START_SECONDS} seconds.")
            time.sleep(0.02)
        content = path.read_bytes()
        path.unlink()
        port, length = struct.unpack_from(">ii", content)
        return port, content[8 : 8 + length].decode()

    def _last_words(self) -> str:
        lines = (self._folder / "jvm.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing."

    @property
    def process_id(self) -> int:
        """The JVM's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code of the JVM (negative: the signal that ended it), None while it lives."""
        return None if self._process is None else self._process.poll()

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the JVM to end and return its exit code, or None when it still runs."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def listen_to_end(self, run_id: str, listener: Callable[[], None]) -> None:
        """Have a function called when the JVM ends before `close_run` of this run."""
        self._end_listeners[run_id] = listener

    def watch(self) -> None:
        """Wait for the end of the JVM, then tell those who listen."""
        self.wait()
        self.tell_end()

    def tell_end(self) -> None:
        """Call those who listen to the end."""
        for listener in list(self._end_listeners.values()):
            listener()

    def answers(self) -> bool:
        """Whether the SparkContext answers a call; false when the JVM is dead or dying."""
        try:
            return not self._context.sc().isStopped()
        except (Py4JError, OSError):
            return False

    def _encrypt_s3(self, encryption: S3Encryption | None) -> None:
        """Have file systems encrypt so that are made from now on, and make them all anew."""
        endpoint = self.settings.get("spark.hadoop.fs.s3a.endpoint", "https:")
        is_plain_http = not endpoint.startswith("https:")
        wanted = encryption.hadoop_settings(is_plain_http=is_plain_http) if encryption else {}
        with self._explained():
            hadoop = self._context.hadoopConfiguration()
            for name in SETTINGS:
                hadoop.unset(name)
            for name, value in wanted.items():
                hadoop.set(name, value)
            self._gateway.jvm.org.apache.hadoop.fs.FileSystem.closeAll()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (Py4JError, OSError) as error:
            if self.answers():
                raise
            raise JvmUnavailable("The Spark JVM ended while a run attached to it.") from error

    def open_run(self, run_id: str, options: Mapping[str, str]) -> RunGateway:
        """Make a session with these `spark.sql.*` settings and a gateway to it, for one run."""
        with self._explained(), self._lock, self._marked_thread(run_id):
            return self._start_gateway(run_id, options)

    @contextlib.contextmanager
    def _marked_thread(self, run_id: str) -> Iterator[None]:
        """Mark this JVM thread as the run's; threads that it starts inherit the marks."""
        spark_context = self._context.sc()
        session_class = self._gateway.jvm.org.apache.spark.sql.SparkSession
        spark_context.addJobTag(job_tag(run_id))
        spark_context.setInterruptOnCancel(True)
        spark_context.setLocalProperty("spark.scheduler.pool", run_id)
        try:
            yield
        finally:
            session_class.clearActiveSession()
            spark_context.clearJobTags()
            spark_context.setLocalProperty("spark.scheduler.pool", None)
            spark_context.setLocalProperty("spark.job.interruptOnCancel", None)

    def _start_gateway(self, run_id: str, options: Mapping[str, str]) -> RunGateway:
        jvm = self._gateway.jvm
        session = jvm.org.apache.spark.sql.SparkSession(self._context.sc(), dict(options))
        # Lazy otherwise: two runs would then race for the context's warehouse setting.
        session.sessionState()
        jvm.org.apache.spark.sql.SparkSession.setActiveSession(session)
        server = jvm.org.apache.spark.api.python.Py4JServer(self._context.getConf())
        server.start()
        self._runs[run_id] = _RunInJvm(session, server, job_tag(run_id))
        return RunGateway(server.getListeningPort(), server.secret())

    def close_run(self, run_id: str) -> None:
        """Cancel what the run left behind in the JVM and free what it held there."""
        self._end_listeners.pop(run_id, None)
        run = self._runs.pop(run_id, None)
        try:
            if run is not None:
                self._release(run)
        except (Py4JError, OSError):
            if self.answers():
                raise
        finally:
            self.s3_writers.leave(run_id)

    def _release(self, run: _RunInJvm) -> None:
        spark_context = self._context.sc()
        for query in run.session.streams().active():
            query.stop()
        spark_context.cancelJobsWithTag(run.tag)
        run.server.shutdown()
        shared_state = run.session.sharedState()
        shared_state.cacheManager().clearCache()
        # The bus of the context would keep the run's whole state alive through this listener.
        spark_context.removeSparkListener(shared_state.statusStore().listener().get())

    def stop(self) -> None:
        """End the JVM: gently when it has a context, which then removes its files."""
        self._is_stopped = True
        if self._process is None:
            return
        if self._context is None:
            self._process.kill()
        if self._gateway is not None:
            self._gateway.close()
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if self.wait(STOP_SECONDS) is None:
            self._process.kill()
            self.wait()

    def describe_end(self) -> str:
        """Say for the runs in it how the JVM ended."""
        code = self.exit_code
        if code is not None and code < 0:
            ended = f"signal {signal.Signals(-code).name}"
        elif code == OUT_OF_MEMORY:
            ended = f"exit code {code}: out of memory"
        else:
            ended = f"exit code {code}"
        return (
            f"The Spark JVM of the Glue worker ended while the run was in it ({ended}); "
            "the next run gets a new one."
        )


def job_tag(run_id: str) -> str:
    """Return the tag of all Spark jobs of a run."""
    return f"lochan-{run_id}"


def connect_gateway(port: int, secret: str) -> Any:
    """Return a py4j gateway that pins each Python thread to a thread of the JVM."""
    gateway = ClientServer(
        java_parameters=JavaParameters(port=port, auth_token=secret, auto_convert=True),
        python_parameters=PythonParameters(port=0, eager_load=False),
    )
    java_import(gateway.jvm, "org.apache.spark.SparkConf")
    return gateway


def worker_environment(
    environment: Mapping[str, str], source_roots: Sequence[str]
) -> dict[str, str]:
    """Return the environment of the JVM, which Spark's Python workers inherit."""
    kept = {name: value for name, value in environment.items() if not name.startswith("LOCHAN_")}
    path = os.pathsep.join([*source_roots, *filter(None, [environment.get("PYTHONPATH")])])
    return {
        **kept,
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TZ": "UTC",
    }

"""Inside the process of a run: `SparkContext(...)` attaches to the worker's JVM.

The script makes its context as it would on AWS, in whatever way: at that moment the worker is
asked for a gateway, and told the settings that the script put into its SparkConf. `stop()` gives
the context back without ending the JVM, and calls that would reach other runs stay in this one.
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyspark.context
import pyspark.java_gateway
from py4j.protocol import Py4JJavaError
from pyspark import SparkConf, SparkContext, SparkFiles
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import SparkSession

# A run's own folder for addFile; it reaches Python workers as an entry of sys.path.
RUN_FILES_FOLDER = "run-files"
LOG_LEVELS = ("ALL", "DEBUG", "ERROR", "FATAL", "INFO", "OFF", "TRACE", "WARN")


class SparkUnavailable(RuntimeError):
    """The worker has no Spark for this script; the message says why."""


class Attachment:
    """What a run holds of the JVM, and the replacements for the calls that make or end it."""

    def __init__(
        self,
        request_spark: Callable[[dict[str, str]], tuple[int, str]],
        *,
        modules: list[str],
        folder: Path,
    ) -> None:
        self._request_spark = request_spark
        self._modules = modules
        self._folder = folder
        self._files = folder / RUN_FILES_FOLDER
        self._launch_gateway = pyspark.java_gateway.launch_gateway
        self._initialize_context = SparkContext._do_init
        self._stop_context = SparkContext.stop
        self._make_session = SparkSession.__init__
        self._granted: dict[str, str] = {}
        self._root_session: Any = None
        self._job_tags: str = ""

    def install(self) -> None:
        """Replace the ways into and out of Spark; nothing attaches before the script asks."""
        self._files.mkdir(parents=True, exist_ok=True)
        attachment = self

        def initialize(context: SparkContext, *arguments: Any, **options: Any) -> None:
            attachment.initialize_context(context, *arguments, **options)

        def adopt(context: SparkContext, jconf: Any) -> Any:
            return attachment.adopt_context(context, jconf)

        def stop(context: SparkContext) -> None:
            attachment.detach(context)

        def make_session(session: SparkSession, *arguments: Any, **options: Any) -> None:
            attachment.make_session(session, *arguments, **options)

        def add_file(context: SparkContext, path: str, recursive: bool = False) -> None:
            attachment.fetch_file(context, path)

        def add_python_file(context: SparkContext, path: str) -> None:
            attachment.add_python_file(context, path)

        def cancel_all_jobs(context: SparkContext) -> None:
            attachment.cancel_jobs(context)

        replace_attributes(
            SparkContext,
            {
                "_do_init": initialize,
                "_initialize_context": adopt,
                "stop": stop,
                "addFile": add_file,
                "addPyFile": add_python_file,
                "cancelAllJobs": cancel_all_jobs,
                "setLogLevel": set_log_level,
            },
        )
        files = str(self._files)
        replace_attributes(SparkSession, {"__init__": make_session})
        replace_attributes(pyspark.context, {"launch_gateway": self.launch_gateway})
        replace_attributes(pyspark.java_gateway, {"launch_gateway": self.launch_gateway})
        replace_attributes(
            SparkFiles,
            {
                "get": staticmethod(lambda name: str(Path(files, name))),
                "getRootDirectory": staticmethod(lambda: files),
            },
        )

    def launch_gateway(self, conf: SparkConf | None = None, popen_kwargs: Any = None) -> Any:
        """Connect to the gateway that the worker opens for this run."""
        self._granted = dict(conf.getAll()) if conf is not None else {}
        port, secret = self._request_spark(self._granted)
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret
        try:
            return self._launch_gateway(conf, popen_kwargs)  # type: ignore[no-untyped-call]
        finally:
            del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]

    def initialize_context(self, context: SparkContext, *arguments: Any, **options: Any) -> None:
        """Initialize a context whose modules and temporary files are the run's own."""
        self._initialize_context(context, *arguments, **options)
        # A worker puts each include in front of those before it.
        includes = [str(self._files), *reversed(self._modules)]
        context._python_includes = [*includes, *(context._python_includes or [])]
        # Workers of one environment share a daemon. DataFrames' workers have the first set;
        # awsglue sets the second where it is not.
        context.environment["SPARK_SIMPLIFIED_TRACEBACK"] = "1"
        context.environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
        Path(context._temp_dir).rmdir()
        context._temp_dir = str(self._folder)

    def adopt_context(self, context: SparkContext, jconf: Any) -> Any:
        """Return the JVM's context instead of a new one."""
        jvm: Any = context._jvm
        java_context = jvm.org.apache.spark.SparkContext.getOrCreate()
        self._adopt_session(jvm)
        self._apply_settings(jvm, java_context, jconf)
        return jvm.JavaSparkContext.fromSparkContext(java_context)

    def _adopt_session(self, jvm: Any) -> None:
        """Take the session that the worker made active; after a `stop()`, a new one."""
        if self._root_session is None:
            self._root_session = jvm.SparkSession.getActiveSession().get()
            context = self._root_session.sparkContext()
            self._job_tags = context.getLocalProperty("spark.job.tags")
        else:
            jvm.SparkSession.setActiveSession(self._root_session.newSession())

    def _apply_settings(self, jvm: Any, java_context: Any, jconf: Any) -> None:
        """Apply settings that were not known when the gateway was opened."""
        known = {**read_settings(jvm.SparkConf()), **self._granted}
        late = {
            name: value
            for name, value in read_settings(jconf).items()
            if name not in pyspark.context.DEFAULT_CONFIGS
            and known.get(name, java_context.getConf().get(name, None)) != value
        }
        session_conf = jvm.SparkSession.getActiveSession().get().conf()
        for name, value in late.items():
            try:
                session_conf.set(name, value)
            except (Py4JJavaError, CapturedException) as error:
                raise SparkUnavailable(
                    f"The setting {name} cannot be changed any more: the script was attached to "
                    "Spark without it. Set it in the first SparkConf, or in the job's --conf."
                ) from error

    def make_session(
        self,
        session: SparkSession,
        sparkContext: SparkContext,
        jsparkSession: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Make a Python session over the run's own Java session, and no default of the JVM."""
        jvm: Any = sparkContext._jvm
        first = SparkSession._instantiatedSession
        if jsparkSession is None:
            jsparkSession = jvm.SparkSession.getActiveSession().get()
        if first is not None and first._sc._jsc is not None:
            self._make_session(session, sparkContext, jsparkSession, dict(options or {}))
            return
        # While there is one, PySpark does not declare its session the default of the whole JVM.
        SparkSession._instantiatedSession = _StandIn(sparkContext)  # type: ignore[assignment]
        try:
            self._make_session(session, sparkContext, jsparkSession, dict(options or {}))
        except BaseException:
            SparkSession._instantiatedSession = None
            raise
        SparkSession._instantiatedSession = session
        SparkSession._activeSession = session

    def detach(self, context: SparkContext) -> None:
        """Stop the context for the script: its jobs end, the JVM stays."""
        if getattr(context, "_jsc", None) is not None:
            self.cancel_jobs(context)
            context._jsc = _Detached()
        self._stop_context(context)

    def cancel_jobs(self, context: SparkContext) -> None:
        """Cancel the Spark jobs of this run only."""
        for tag in self._job_tags.split(","):
            context._jsc.sc().cancelJobsWithTag(tag)

    def fetch_file(self, context: SparkContext, path: str) -> Path:
        """Copy a file into the run's own folder, through Hadoop: s3://, https:// and local."""
        jvm: Any = context._jvm
        is_local = not urlsplit(path).scheme
        source = jvm.org.apache.hadoop.fs.Path(Path(path).absolute().as_uri() if is_local else path)
        target = self._files / str(source.getName())
        file_system = source.getFileSystem(context._jsc.hadoopConfiguration())
        _remove(target)
        file_system.copyToLocalFile(
            False, source, jvm.org.apache.hadoop.fs.Path(f"file:{target}"), True
        )
        return target

    def add_python_file(self, context: SparkContext, path: str) -> None:
        """Make a module or an archive importable in this run and in its Python workers."""
        target = self.fetch_file(context, path)
        entry = str(target) if target.suffix in context.PACKAGE_EXTENSIONS else str(self._files)
        if entry not in sys.path:
            sys.path.insert(1, entry)
        includes = context._python_includes
        assert includes is not None
        if entry not in includes:
            includes.append(entry)


def read_settings(java_conf: Any) -> dict[str, str]:
    """Return the settings of Java's SparkConf."""
    return {pair._1(): pair._2() for pair in java_conf.getAll()}


def replace_attributes(owner: Any, replacements: Mapping[str, Any]) -> None:
    """Replace methods of a class or functions of a module."""
    for name, replacement in replacements.items():
        setattr(owner, name, replacement)


class _StandIn:
    """An instantiated session, as far as PySpark looks."""

    def __init__(self, context: SparkContext) -> None:
        self._sc = context


class _Detached:
    """A Java context of which only the end is left."""

    def stop(self) -> None:
        """Nothing: the JVM serves other runs."""


def set_log_level(context: SparkContext, level: str) -> None:
    """Check the level only: the JVM's log is not the run's, and other runs share it."""
    if level.upper() not in LOG_LEVELS:
        raise ValueError(f"{level} is not a log level; it may be one of {', '.join(LOG_LEVELS)}.")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

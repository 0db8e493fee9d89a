"""The JVMs of the worker: one that serves many runs, always there, and those of single runs."""

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lochan.glue.worker.class_archive import class_path
from lochan.glue.worker.java import trust_options
from lochan.glue.worker.jvm import JvmUnavailable, SparkJvm
from lochan.glue.worker.run_starter import RunStartFailed
from lochan.glue.worker.spark import spark_settings

SHARED_WAIT_SECONDS = 180
# The first run of a JVM, which is a script of the worker's own.
WARM_UP = "warm-up"
WARM_UP_SECONDS = 120

logger = logging.getLogger(__name__)


class WarmUpFailed(RuntimeError):
    """The first script failed, so that others would."""


@dataclass(frozen=True)
class JvmPlan:
    """What all JVMs of a worker have in common."""

    jars: Path
    scratch: Path
    endpoint_url: str | None
    region: str
    environment: Mapping[str, str]
    options: tuple[str, ...] = ()

    def settings(self) -> dict[str, str]:
        """Return the settings of the JVM that serves many runs."""
        settings = spark_settings(
            jars=self.jars,
            endpoint_url=self.endpoint_url,
            region=self.region,
            scratch=self.scratch,
        )
        # On the class path instead: added to a context, each would be copied and fetched.
        del settings["spark.jars"]
        return settings | {
            # Modules that a run imports would stay in a reused worker.
            "spark.python.worker.reuse": "false",
            "spark.python.daemon.module": "lochan.glue.worker.python_daemon",
            "spark.scheduler.mode": "FAIR",
        }


class JvmFleet:
    """Keeps the shared JVM alive and starts others for single runs."""

    def __init__(self, plan: JvmPlan, warm_up: Callable[[SparkJvm], None]) -> None:
        self._plan = plan
        self._warm_up = warm_up
        self._changed = threading.Condition()
        self._shared: SparkJvm | None = None
        self._is_warm = False
        self._is_closing = False
        self._jvms: list[SparkJvm] = []
        self._failure: str | None = None
        self._trust: list[str] = []

    def start(self) -> None:
        """Start the shared JVM, and another one whenever it ends, in a thread."""
        self._trust = trust_options(self._plan.scratch, os.environ)
        threading.Thread(target=self._keep_shared, name="shared JVM", daemon=True).start()

    @property
    def is_warm(self) -> bool:
        """Whether the shared JVM is there and warm."""
        return self._is_warm

    @property
    def failure(self) -> str | None:
        """Why there is no shared JVM, when it could not be started."""
        return self._failure

    def shared(self) -> SparkJvm:
        """Return the shared JVM; waits for one that is starting. Raises JvmUnavailable."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._shared or self._failure or self._is_closing, SHARED_WAIT_SECONDS
            )
            if self._shared is None:
                raise JvmUnavailable(self._failure or "The Spark JVM did not start in time.")
            return self._shared

    def start_private(self, settings: Mapping[str, str], jars: Sequence[Path]) -> SparkJvm:
        """Start a JVM for one run, with settings and jars of its own. Raises JvmUnavailable."""
        jvm = self._new_jvm({**self._plan.settings(), **settings}, jars)
        jvm.start()
        threading.Thread(target=jvm.watch, name="private JVM", daemon=True).start()
        return jvm

    def _new_jvm(self, settings: Mapping[str, str], jars: Sequence[Path]) -> SparkJvm:
        with self._changed:
            jvm = SparkJvm(
                settings,
                folder=self._plan.scratch / f"jvm-{len(self._jvms) + 1}",
                class_path=[*class_path(self._plan.jars), *map(str, jars)],
                environment=self._plan.environment,
                options=[*self._plan.options, *self._trust],
            )
            if self._is_closing:
                raise JvmUnavailable("The Glue worker is ending.")
            self._jvms.append(jvm)
            return jvm

    def _keep_shared(self) -> None:
        while not self._is_closing:
            try:
                jvm = self._new_jvm(self._plan.settings(), ())
                jvm.start()
            except JvmUnavailable as error:
                self._publish(None, str(error))
                if not self._is_closing:
                    logger.error("%s", error)
                return
            # Before anybody else: what the warm-up makes is not to be closed under it.
            jvm.s3_writers.admit(WARM_UP, None)
            self._publish(jvm, None)
            threading.Thread(target=self._make_warm, args=(jvm,), daemon=True).start()
            jvm.wait()
            self._is_warm = False
            self._publish(None, None)
            if not self._is_closing:
                logger.error("The shared Spark JVM ended (exit code %s).", jvm.exit_code)
            jvm.tell_end()

    def _publish(self, jvm: SparkJvm | None, failure: str | None) -> None:
        with self._changed:
            self._shared, self._failure = jvm, failure
            self._changed.notify_all()

    def _make_warm(self, jvm: SparkJvm) -> None:
        try:
            self._warm_up(jvm)
        except (WarmUpFailed, RunStartFailed, JvmUnavailable) as error:
            logger.error("%s", error)
            self._failure = str(error)
            return
        finally:
            jvm.s3_writers.leave(WARM_UP)
        self._is_warm = jvm.is_alive()

    def stop(self) -> None:
        """End all JVMs, also one that is starting."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        for jvm in self._jvms:
            jvm.stop()

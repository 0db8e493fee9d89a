"""The service `glue-worker`: the warm Spark that runs jobs and crawls."""

import functools
import subprocess
from pathlib import Path

from lochan.stack.environment import (
    aws_environment,
    preparation_environment,
    service_environment,
)
from lochan.stack.errors import StackError
from lochan.stack.probes import request_json
from lochan.stack.processes import StopPlan
from lochan.stack.service import Service
from lochan.stack.settings import Settings
from lochan.stack.site import Site

NAME = "glue-worker"


def glue_worker(site: Site) -> Service:
    """Build the worker; it answers health only when its JVM is warm."""
    environment = {
        **service_environment(site),
        **aws_environment(site),
        "LOCHAN_TOKEN_FILE": str(site.home.token),
        "LOCHAN_JARS": str(jars_folder(site.settings)),
        "LOCHAN_GLUE_SCRATCH": str(site.state(NAME)),
    }
    port = str(site.ports.glue_worker)
    python = str(site.settings.python)
    return Service(
        name=NAME,
        command=(
            python,
            "-m",
            "lochan.glue.worker",
            "--host",
            site.settings.listen,
            "--port",
            port,
        ),
        environment=environment,
        working_directory=site.home.state,
        ports=(site.ports.glue_worker,),
        prepare=functools.partial(_prepare, site),
        probe=functools.partial(_check, site),
        stop=StopPlan(grace_seconds=15),
        ready_within_seconds=300,  # a JVM that warms up beside everything else on a small machine
    )


def has_jars(settings: Settings) -> bool:
    """Tell whether every jar is in the cache, whole."""
    from lochan.glue.worker.jars import find_wrong_jars  # imports Spark: not for `lochan env`

    return not find_wrong_jars(jars_folder(settings))


def fetch_jars(settings: Settings) -> None:
    """Fetch the jars of Spark that are missing in the cache."""
    from lochan.glue.worker.jars import JarsUnavailable, resolve_jars
    from lochan.glue.worker.java import JavaMissing

    try:
        resolve_jars(settings.cache)
    except (JarsUnavailable, JavaMissing) as error:
        raise StackError(str(error)) from error


def has_class_archive(settings: Settings) -> bool:
    """Tell whether Java's archive of loaded classes is beside the jars."""
    from lochan.glue.worker.class_archive import archive_path

    return archive_path(jars_folder(settings)).exists()


def make_class_archive(settings: Settings) -> None:
    """Make Java's archive, by a worker of its own whose modules are compiled on the way."""
    outcome = subprocess.run(
        [str(settings.python), "-m", "lochan.glue.worker.class_archive_maker"],
        cwd=settings.cache,
        env={**preparation_environment(settings), "LOCHAN_CACHE": str(settings.cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        raise StackError(outcome.stderr.strip())


def jars_folder(settings: Settings) -> Path:
    """Name the folder of Spark's jars."""
    return settings.cache / "jars"


def _prepare(site: Site) -> None:
    fetch_jars(site.settings)
    site.state(NAME).mkdir(exist_ok=True)


def _check(site: Site) -> None:
    request_json(site.ports.glue_worker, "/health")

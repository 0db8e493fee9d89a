"""Glue's own job arguments: which the worker obeys, which it refuses, what the script sees.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

import hashlib
import importlib.metadata
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from lochan.glue.worker.run_requests import UNITS_OF_WORKER, RunRequest

GLUE_VERSION = "5.1"
ISOLATION_ARGUMENT = "--lochan-isolation"

# The worker obeys these; the script does not see them.
CONSUMED = (
    "--conf",
    "--extra-files",
    "--extra-jars",
    "--extra-py-files",
    "--additional-python-modules",
    "--job-language",
    ISOLATION_ARGUMENT,
)
MODULE_SUFFIXES = (".py", ".zip", ".egg", ".whl")


class RunRefused(ValueError):
    """A run asks for what this worker does not do; the message names it."""


@dataclass(frozen=True)
class JobArguments:
    """What Glue's own arguments of a run say, in order as they were given."""

    script_arguments: tuple[str, ...]
    python_files: tuple[str, ...]
    files: tuple[str, ...]
    jars: tuple[str, ...]
    spark_settings: Mapping[str, str]
    own_jvm: bool


def read_arguments(request: RunRequest) -> JobArguments:
    """Return what a run's arguments ask for. Raises RunRefused."""
    _check_command(request)
    arguments = request.arguments
    _check_language(arguments)
    _check_modules(arguments.get("--additional-python-modules", ""))
    isolation = arguments.get(ISOLATION_ARGUMENT, "session")
    if isolation not in ("session", "process"):
        raise RunRefused(f"{ISOLATION_ARGUMENT} may be session or process, not {isolation!r}.")
    return JobArguments(
        script_arguments=script_arguments(request),
        python_files=_python_files(arguments.get("--extra-py-files", "")),
        files=_list(arguments.get("--extra-files", "")),
        jars=_jars(arguments.get("--extra-jars", "")),
        spark_settings=parse_conf(arguments.get("--conf", "")),
        own_jvm=isolation == "process",
    )


def _check_command(request: RunRequest) -> None:
    if request.command not in ("glueetl", "pythonshell"):
        raise RunRefused(
            f'The command "{request.command}" is not supported by this worker: it runs glueetl '
            "and pythonshell."
        )
    if request.command == "glueetl" and request.glue_version != GLUE_VERSION:
        raise RunRefused(
            f'GlueVersion "{request.glue_version}" is not installed in this worker: '
            f"it runs {GLUE_VERSION}."
        )
    if request.worker_type and request.worker_type not in UNITS_OF_WORKER:
        raise RunRefused(
            f'The worker type "{request.worker_type}" is not supported by this worker: '
            f"it knows {', '.join(UNITS_OF_WORKER)}."
        )


def _check_language(arguments: Mapping[str, str]) -> None:
    language = arguments.get("--job-language", "python")
    if language != "python":
        raise RunRefused(f'--job-language "{language}" is not supported: scripts are Python here.')
    if "--class" in arguments:
        raise RunRefused("--class is not supported: scripts are Python here, not Scala.")
    if arguments.get("--user-jars-first", "false").lower() == "true":
        raise RunRefused("--user-jars-first is not supported: Spark's own jars come first.")


def _check_modules(modules: str) -> None:
    """Accept only what is there already: a run installs nothing."""
    for module in _list(modules):
        try:
            requirement = Requirement(module)
            installed = importlib.metadata.version(requirement.name)
        except (InvalidRequirement, importlib.metadata.PackageNotFoundError):
            installed = None
        if installed is None or not requirement.specifier.contains(installed, prereleases=True):
            there = f"{installed} is" if installed else "it is not"
            raise RunRefused(
                f'--additional-python-modules "{module}" cannot be had: {there} installed in this '
                "worker, which installs nothing for a run. Install it into the environment of "
                "the worker."
            )


def _python_files(value: str) -> tuple[str, ...]:
    files = _list(value)
    for file in files:
        if not file.endswith(MODULE_SUFFIXES):
            raise RunRefused(
                f"--extra-py-files {file} cannot be imported: it may be "
                f"{', '.join(MODULE_SUFFIXES)}."
            )
    return files


def _jars(value: str) -> tuple[str, ...]:
    jars = _list(value)
    for jar in jars:
        if not jar.endswith(".jar"):
            raise RunRefused(f"--extra-jars {jar} is not a .jar file.")
    return jars


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def parse_conf(value: str) -> dict[str, str]:
    """Return the settings of `--conf`, whose value is `a=b --conf c=d`."""
    settings = {}
    for part in re.split(r"\s+--conf\s+", value.strip()):
        if not part:
            continue
        name, equals, setting = part.partition("=")
        if not equals or not name.strip().startswith("spark."):
            raise RunRefused(f'--conf "{part}" is not a setting like spark.name=value.')
        settings[name.strip()] = setting.strip()
    return settings


def script_arguments(request: RunRequest) -> tuple[str, ...]:
    """Return the argv of a script, without its name, as Glue passes it."""
    own = {
        "--JOB_NAME": request.job_name,
        "--JOB_ID": job_id(request.job_name),
        "--JOB_RUN_ID": request.run_id,
        "--job-bookmark-option": "job-bookmark-disable",
    }
    if request.security_configuration:
        own["--SECURITY_CONFIGURATION"] = request.security_configuration
    given = {name: value for name, value in request.arguments.items() if name not in CONSUMED}
    return tuple(part for pair in {**own, **given}.items() for part in pair)


def job_id(job_name: str) -> str:
    """Return the id of a job: like Glue's own in form, and the same in each of its runs."""
    return "j_" + hashlib.sha256(job_name.encode()).hexdigest()

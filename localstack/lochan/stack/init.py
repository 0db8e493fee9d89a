"""`lochan init`: everything that `up` would otherwise make or fetch at its first start."""

import functools
import subprocess
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lochan.stack.environment import preparation_environment
from lochan.stack.errors import StackError
from lochan.stack.progress import Progress, Report
from lochan.stack.services.glue_worker import (
    fetch_jars,
    has_class_archive,
    has_jars,
    make_class_archive,
)
from lochan.stack.services.localstack import kept_install, localstack_template
from lochan.stack.services.postgres_server import postgres_template
from lochan.stack.services.prefect_server import has_prefect, prefect_template
from lochan.stack.settings import Settings
from lochan.stack.templates import Template, installed_versions, template_folder

# What the services import: thousands of modules whose compilation the first start would wait for.
_COMPILED_MODULES = (
    "boto3",
    "pandas",
    "psycopg",
    "pyarrow.parquet",
    "pyspark.pandas",
    "pyspark.sql",
    "redshift_connector",
    "sqlglot",
    "uvicorn",
)
_PREFECT_MODULES = (
    "prefect.cli.server",
    "prefect.cli.worker",
    "prefect.server.api.server",
    "prefect.workers.process",
)


@dataclass(frozen=True)
class Step:
    """One thing to have: whether it is there, and how it is made."""

    name: str
    is_done: Callable[[], bool]
    make: Callable[[], None]
    is_needed: bool = True  # otherwise `up` works without it, only slower


def prepare_everything(settings: Settings, report: Report, names: Collection[str] = ()) -> None:
    """Take every step that is not done yet, or the named ones, side by side; each whole or absent.

    Where everything is there, nothing is said.
    """
    steps = list_steps(settings, names)
    settings.cache.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        list(pool.map(lambda step: _take(step, report), steps))


def list_steps(settings: Settings, names: Collection[str] = ()) -> list[Step]:
    """List what `init` prepares, or the named part of it."""
    builders = _step_builders(settings)
    unknown = [name for name in names if name not in builders]
    if unknown:
        raise StackError(
            f"There is no step named {', '.join(unknown)}: choose from {', '.join(builders)}."
        )
    return [builders[name]() for name in names or builders]


def _step_builders(settings: Settings) -> dict[str, Callable[[], Step]]:
    """Name the steps; one that is not asked for may lack what it is described from."""
    install = kept_install(settings)
    templates: dict[str, Callable[[], Template]] = {
        "PostgreSQL cluster": lambda: postgres_template(settings),
        **({"Prefect database": lambda: prefect_template(settings)} if has_prefect() else {}),
        **({"LocalStack": lambda: install} if install else {}),
        "LocalStack index": lambda: localstack_template(settings),
        "compiled modules": lambda: _compiled_modules(settings),
    }
    steps = {
        name: functools.partial(_template_step, name, describe)
        for name, describe in templates.items()
    }
    return {
        **steps,
        "Spark jars": functools.partial(_jars_step, settings),
        "Java classes": functools.partial(_archive_step, settings),
    }


def _jars_step(settings: Settings) -> Step:
    return Step("Spark jars", lambda: has_jars(settings), lambda: fetch_jars(settings))


def _archive_step(settings: Settings) -> Step:
    made = functools.partial(has_class_archive, settings)
    return Step("Java classes", made, lambda: _archive(settings), is_needed=False)


def _archive(settings: Settings) -> None:
    fetch_jars(settings)  # side by side with the step before: the second waits for the first
    make_class_archive(settings)


def _template_step(name: str, describe: Callable[[], Template]) -> Step:
    template = describe()
    return Step(name, lambda: template.is_made, template.prepare)


def _take(step: Step, report: Report) -> None:
    if step.is_done():
        return
    began = time.monotonic()
    report(Progress(step.name, "preparing"))
    try:
        step.make()
    except StackError as error:
        if step.is_needed:
            raise
        report(Progress(step.name, f"not made, and `up` is slower without: {error}"))
        return
    report(Progress(step.name, "done", seconds=time.monotonic() - began))


def _compiled_modules(settings: Settings) -> Template:
    prefect = ("prefect",) if has_prefect() else ()
    modules = (*_COMPILED_MODULES, *(_PREFECT_MODULES if has_prefect() else ()))
    versions = installed_versions(*prefect, "pyspark", "pandas", "boto3")

    def compile_modules(folder: Path) -> None:
        """Compile into the cache beside the templates; the folder only says that it is done."""
        _run(settings, f"import {', '.join(modules)}", folder)

    return Template(template_folder(settings.cache, "compiled", *versions), compile_modules)


def _run(settings: Settings, program: str, folder: Path) -> None:
    outcome = subprocess.run(
        [str(settings.python), "-c", program],
        cwd=folder,
        env=preparation_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        raise StackError(f"The modules of the services do not import: {outcome.stderr.strip()}")

"""Checks of this machine: what a stack needs, whether it is there, and what to do if not."""

import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lochan.glue.worker.java import JavaMissing, java_home
from lochan.postgres import PostgresError, binary
from lochan.stack.containers import is_up_in_containers
from lochan.stack.errors import StackError
from lochan.stack.home import Home
from lochan.stack.init import list_steps
from lochan.stack.ports import describe_owner, is_taken
from lochan.stack.records import read_services, read_stack
from lochan.stack.settings import Settings

_PYTHON = (3, 11)
_FREE_BYTES = 2 * 1024**3
_GIGABYTE = 1024**3
# LocalStack keeps a descriptor open for each object above 512 KiB.
_OPEN_FILES = 10_240


@dataclass(frozen=True)
class Finding:
    """One line of `lochan doctor`; the remedy is empty where nothing is to be done."""

    subject: str
    fact: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is to be done."""
        return not self.remedy


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, one subject after the other."""
    yield _examine_python()
    yield _examine_localstack(settings)
    yield _examine_java()
    yield _examine_postgres()
    yield from _examine_preparations(settings)
    yield from _examine_disks(settings)
    yield _examine_open_files()
    yield from _examine_ports(settings)


def _examine_python() -> Finding:
    version = ".".join(str(number) for number in sys.version_info[:3])
    if sys.version_info[:2] == _PYTHON:
        return Finding("Python", f"{version}, {sys.executable}")
    return Finding("Python", version, "Glue 5.1 runs Python 3.11: make the environment with it.")


def _examine_localstack(settings: Settings) -> Finding:
    python = settings.localstack_python
    if python.exists():
        return Finding("LocalStack", str(python))
    return Finding("LocalStack", f"{python} is missing", "Run `make init`.")


def _examine_java() -> Finding:
    return _attempt("Java", lambda: str(java_home()), JavaMissing)


def _examine_postgres() -> Finding:
    return _attempt("PostgreSQL", lambda: str(binary("postgres")), PostgresError)


def _attempt(subject: str, find: Callable[[], str], failure: type[Exception]) -> Finding:
    try:
        return Finding(subject, find())
    except failure as error:
        return Finding(subject, "missing", str(error))


def _examine_preparations(settings: Settings) -> Iterator[Finding]:
    try:
        steps = list_steps(settings)
    except StackError as error:
        yield Finding("Templates", "cannot be made", str(error))
        return
    for step in steps:
        done = step.is_done()
        fact = f"in {settings.cache}" if done else "not prepared"
        yield Finding(step.name, fact, "" if done else "Run `lochan init`; `up` would do it too.")


def _examine_disks(settings: Settings) -> Iterator[Finding]:
    for subject, folder, variable in (
        ("Disk of the home", settings.home, "LOCHAN_HOME"),
        ("Disk of the cache", settings.cache, "LOCHAN_CACHE"),
    ):
        free = shutil.disk_usage(_nearest_folder(folder)).free
        remedy = f"Make room for {_FREE_BYTES // _GIGABYTE} GB, or set {variable} to another disk."
        fact = f"{free / _GIGABYTE:.1f} GB free, {folder}"
        yield Finding(subject, fact, "" if free >= _FREE_BYTES else remedy)


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _examine_open_files() -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= _OPEN_FILES:
        fact = "no limit" if hard == resource.RLIM_INFINITY else f"{hard} allowed"
        return Finding("Open files", fact)
    remedy = f"Raise the hard limit of open files to {_OPEN_FILES} or more (`ulimit -Hn`)."
    return Finding("Open files", f"{hard} allowed", remedy)


def _examine_ports(settings: Settings) -> Iterator[Finding]:
    home = Home(settings.home)
    ours = any(record.is_alive for record in read_services(home))
    if ours or is_up_in_containers(read_stack(home)):
        yield Finding("Ports", "a stack of this home is up; `lochan status` shows its ports")
        return
    for name, port in vars(settings.ports).items():
        subject = f"Port of {name.replace('_', '-')}"
        if port and is_taken(port):
            remedy = f"End that process, or set LOCHAN_{name.upper()}_PORT to another port."
            yield Finding(subject, f"{port} is taken by {describe_owner(port)}", remedy)
        else:
            yield Finding(subject, f"{port} is free" if port else "any free one")

"""What one stack is asked to be: read from the environment once, passed on as an argument."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from lochan.stack.errors import StackError
from lochan.stack.localstack_install import localstack_install, python_of

# The folder that holds the package `lochan`: in a checkout, or where pip put it.
SOURCE_ROOT = Path(__file__).resolve().parents[2]
IS_CHECKOUT = (SOURCE_ROOT / "pyproject.toml").is_file()
CHECKOUT = SOURCE_ROOT.parent
HOST = "127.0.0.1"
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Ports:
    """The TCP port of each server; 0 asks for any free one. `LOCHAN_<NAME>_PORT` overrides."""

    localstack: int = 4566
    redshift: int = 5439
    redshift_control: int = 5441
    rds: int = 5433
    glue_worker: int = 4580
    x_api: int = 8321
    prefect: int = 4200

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Ports":
        """Read every `LOCHAN_<NAME>_PORT` that is set."""
        chosen = {}
        for port in fields(cls):
            variable = f"LOCHAN_{port.name.upper()}_PORT"
            if environ.get(variable):
                chosen[port.name] = _parse_port(variable, environ[variable])
        return cls(**chosen)

    @classmethod
    def free(cls) -> "Ports":
        """Ask for a free port for every server."""
        return cls(**{port.name: 0 for port in fields(cls)})


@dataclass(frozen=True)
class Settings:
    """Where a stack lives, what it listens on and what its services inherit."""

    home: Path
    cache: Path
    ports: Ports = field(default_factory=Ports)
    project: Path = CHECKOUT
    python: Path = field(default_factory=lambda: Path(sys.executable))
    localstack_python: Path = CHECKOUT / ".venv-localstack" / "bin" / "python"
    inherited: Mapping[str, str] = field(default_factory=dict)
    worker_environment: Mapping[str, str] = field(default_factory=dict)
    listen: str = HOST  # in a container every address of its own network, published on loopback

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        ports: Ports | None = None,
        worker_environment: Mapping[str, str] | None = None,
    ) -> "Settings":
        """Read the settings of the stack that this environment and working directory name."""
        project, cache = _project(environ), _cache_folder(environ)
        return cls(
            home=Path(environ.get("LOCHAN_HOME") or ".lochan").absolute(),
            cache=cache,
            ports=ports or Ports.from_environment(environ),
            project=project,
            localstack_python=_localstack_python(environ, project, cache),
            inherited=dict(environ),
            worker_environment=dict(worker_environment or {}),
            listen=environ.get("LOCHAN_LISTEN") or HOST,
        )


def _cache_folder(environ: Mapping[str, str]) -> Path:
    if environ.get("LOCHAN_CACHE"):
        return Path(environ["LOCHAN_CACHE"]).absolute()
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(base).absolute() / "lochan"


def _project(environ: Mapping[str, str]) -> Path:
    """Name the folder that flow runs see: the checkout, or where `lochan` is called."""
    named = environ.get("LOCHAN_ROOT")
    return Path(named).resolve() if named else CHECKOUT if IS_CHECKOUT else Path.cwd()


def _localstack_python(environ: Mapping[str, str], project: Path, cache: Path) -> Path:
    named = environ.get("LOCHAN_LOCALSTACK_PYTHON")
    if named:
        return Path(named)
    if IS_CHECKOUT:
        return project / ".venv-localstack" / "bin" / "python"
    return python_of(localstack_install(cache).folder)


def _parse_port(variable: str, text: str) -> int:
    if not text.isdecimal() or int(text) > _HIGHEST_PORT:
        raise StackError(
            f"{variable} is {text!r}, which is not a TCP port: "
            f"give a number from 0 (any free port) to {_HIGHEST_PORT}."
        )
    return int(text)


def current_settings() -> Settings:
    """Read the settings from this process's own environment."""
    return Settings.from_environment(os.environ)

"""LocalStack's own environment, for those who installed `lochan` with pip.

A checkout has `.venv-localstack` from `make init`. Elsewhere the environment is made once in the
cache, from the pins and hashes that travel inside the distribution, and holds a copy of `lochan` so
that LocalStack finds our providers. LocalStack's pins do not go with those of the services.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from lochan.stack.errors import StackError
from lochan.stack.templates import Template, template_folder

REQUIREMENTS = Path(__file__).with_name("localstack.txt")
DISTRIBUTION = "lochan"
# What LocalStack's process loads of the distribution, with the entry points that name it.
_COPIED = ("lochan/", "lochan-")


def localstack_install(cache: Path) -> Template:
    """Describe the environment in the cache that belongs to this very distribution."""
    record = metadata.distribution(DISTRIBUTION).read_text("RECORD") or ""
    pins = hashlib.sha256(REQUIREMENTS.read_bytes() + record.encode()).hexdigest()
    return Template(template_folder(cache, "localstack-python", sys.version, pins), _install)


def python_of(environment: Path) -> Path:
    """Name the Python of an environment."""
    return environment / "bin" / "python"


def _install(folder: Path) -> None:
    python = str(python_of(folder))
    _run_uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    _run_uv(
        "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(REQUIREMENTS)
    )  # fmt: skip
    [packages] = folder.glob("lib/python*/site-packages")
    _copy_distribution(packages)


def _copy_distribution(packages: Path) -> None:
    for file in metadata.distribution(DISTRIBUTION).files or ():
        if str(file).startswith(_COPIED) and "__pycache__" not in file.parts:
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def _run_uv(*arguments: str) -> None:
    environment = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1"}
    environment.pop("VIRTUAL_ENV", None)
    if "PIP_INDEX_URL" in environment:
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    command = [_find_uv(), *arguments]
    outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if outcome.returncode:
        raise StackError(
            f"LocalStack's environment could not be installed: {outcome.stderr.strip()} "
            "Running it again goes on from what is in the cache."
        )


def _find_uv() -> str:
    from uv import find_uv_bin  # not in a checkout's environment, which never comes here

    return str(find_uv_bin())

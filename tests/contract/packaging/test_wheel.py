"""The distribution `lochan` away from its repository: a wheel in an environment of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements"
SCRIPT = """
import sys
import lochan
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "count"])
glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init(arguments["JOB_NAME"], arguments)
print("sum", glue.spark_session.range(int(arguments["count"])).groupBy().sum().first()[0])
print("from", lochan.__file__)
job.commit()
"""

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def uv() -> str:
    """The pinned uv, as `make init` has it."""
    spec = importlib.util.spec_from_file_location("install", REQUIREMENTS / "install.py")
    assert spec and spec.loader
    install = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(install)
    return str(install.find_uv())


def call(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [*map(str, command)], capture_output=True, text=True, check=False, **options
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    done = call(*build, cwd=ROOT / "localstack")
    assert done.returncode == 0, done.stderr
    [built] = folder.glob("lochan-*-py3-none-any.whl")
    return Path(built)


@pytest.fixture(scope="module")
def lochan(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Call `lochan` of an environment that has the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = folder / "environment"
    made = call(uv(), "venv", "--quiet", "--python", sys.executable, environment)
    assert made.returncode == 0, made.stderr
    settings = {**os.environ, "UV_SYSTEM_CERTS": "1", "VIRTUAL_ENV": str(environment)}
    # The versions that everything here is tested with.
    pins = REQUIREMENTS / "app.txt"
    installed = call(uv(), "pip", "install", "--quiet", "-c", pins, wheel, env=settings)
    assert installed.returncode == 0, installed.stderr

    foreign = ("LOCHAN_", "AWS_", "PYTHONPATH", "PREFECT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    if "LOCHAN_CACHE" in os.environ:
        kept["LOCHAN_CACHE"] = os.environ["LOCHAN_CACHE"]
    ports = ("LOCALSTACK", "REDSHIFT", "REDSHIFT_CONTROL", "RDS", "GLUE_WORKER", "X_API")
    own = {
        **kept,
        **{f"LOCHAN_{port}_PORT": "0" for port in ports},
        "LOCHAN_HOME": str(folder / "home"),
    }

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return call(environment / "bin" / "lochan", *arguments, env=own, cwd=folder)

    return run


def test_an_installed_wheel_starts_a_stack_and_runs_a_job(lochan: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    try:
        up = lochan("up", "--services", "localstack,glue-worker,redshift")
        assert up.returncode == 0, up.stderr
        done = lochan("job", "run", script, "--count", "101")
        assert done.returncode == 0, done.stderr
        # 0 + 1 + ... + 100
        assert "sum 5050" in done.stdout
        assert str(ROOT) not in done.stdout
        assert "site-packages/lochan/__init__.py" in done.stdout
        asked = lochan("sql", "-c", "SELECT datediff(day, '2026-11-01', '2026-11-21') AS days")
        assert asked.stdout.splitlines() == ["days", "20"], asked.stderr
    finally:
        down = lochan("down")
    assert down.returncode == 0, down.stderr


def test_a_service_of_an_extra_that_is_missing_is_named(lochan: Run) -> None:
    refused = lochan("up", "--services", "worker")
    assert refused.returncode == 1
    assert "pip install 'lochan[prefect]'" in refused.stderr

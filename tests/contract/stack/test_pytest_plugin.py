"""The fixture `lochan_stack` in a test session of another project."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lochan.stack.settings import SOURCE_ROOT

pytestmark = pytest.mark.stack

TESTS = """
import json, os, pathlib, psycopg

def test_login(lochan_stack):
    values = lochan_stack.environment
    record = json.loads((lochan_stack.home / "services" / "rds.json").read_text())
    pathlib.Path("seen").write_text(f"{record['process']['pid']} {lochan_stack.home}")
    with psycopg.connect(
        host=values["RDS_HOST"], port=values["RDS_PORT"], dbname=values["RDS_DATABASE"],
        user=values["RDS_USER"], password=values["RDS_PASSWORD"],
    ) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert "AWS_ENDPOINT_URL" not in values

def test_failure(lochan_stack):
    assert False
"""


def test_a_session_has_a_stack_of_its_own_that_ends_with_it(tmp_path):
    (tmp_path / "test_project.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nLOCHAN_TEST_SERVICES = rds\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "lochan.stack.pytest_plugin", "-q"],
        env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout
    pid, home = (tmp_path / "seen").read_text().split()
    assert not psutil.pid_exists(int(pid))
    assert not Path(home).exists()

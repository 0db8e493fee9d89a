"""Fixtures for projects that test against the stack.

Loaded by every pytest run in an environment that has `lochan`, so nothing else of it is imported
before a test asks for a stack.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_OPTION = "LOCHAN_TEST_SERVICES"


@dataclass(frozen=True)
class TestStack:
    """A stack of this test session's own: its variables, and its home with logs and passwords."""

    __test__ = False  # a fixture's value, not a class of tests

    environment: dict[str, str]
    home: Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option that names the services; the environment variable wins."""
    help_text = "services of the lochan_stack fixture, such as localstack,redshift (default: all)"
    parser.addini(_OPTION, help_text, default="")


@pytest.fixture(scope="session")
def lochan_stack(pytestconfig: pytest.Config) -> Iterator[TestStack]:
    """Start a stack on free ports in a temporary home, and end it with the session."""
    from lochan.stack.settings import Ports, Settings
    from lochan.stack.stack import select_services, start, stop

    named = os.environ.get(_OPTION) or str(pytestconfig.getini(_OPTION))
    parent = Path(tempfile.mkdtemp(prefix="lochan-test-"))
    home = parent / "home"
    environ = {**os.environ, "LOCHAN_HOME": str(home)}
    settings = Settings.from_environment(environ, ports=Ports.free())
    try:
        stack = start(settings, services=select_services(named))
        yield TestStack(stack.environment, home)
        stack.stop()
    finally:
        stop(settings)
        shutil.rmtree(parent)

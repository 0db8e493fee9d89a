"""Tiny services: Python programs of a few lines that behave as a test needs."""

import functools
import os
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from lochan.stack.errors import NotReadyError
from lochan.stack.probes import request
from lochan.stack.processes import STACK_ID_VARIABLE, StopPlan
from lochan.stack.service import Service
from lochan.stack.settings import Ports, Settings
from lochan.stack.stack import stop

WEB_SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"{}")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def settings(tmp_path):
    """Settings of a stack of this test's own; whatever it starts is ended with the test."""
    chosen = Settings(
        home=tmp_path / "home",
        cache=tmp_path / "cache",
        ports=Ports.free(),
        inherited={"PATH": os.environ["PATH"]},
    )
    yield chosen
    stop(chosen)


@pytest.fixture
def web():
    """Give the builder of a server that answers on the port of the X API."""
    return functools.partial(_web, name="web")


@pytest.fixture
def program(tmp_path):
    """Give a function that makes the builder of a service without a port from its source."""

    def make(
        name: str, source: str, *, ready: bool = True, stop: StopPlan | None = None, **options: Any
    ):
        file = tmp_path / f"{name}.py"
        file.write_text(source)
        return functools.partial(_program, name, file, ready, stop or StopPlan(), options)

    return make


@pytest.fixture
def members():
    """Give a function that lists the processes that carry a stack's id."""
    return _members


def _web(site, *, name):
    port = site.ports.x_api
    return Service(
        name=name,
        command=(sys.executable, "-c", WEB_SERVER, str(port)),
        environment={},
        working_directory=site.home.state,
        probe=lambda: _ask(port),
        ports=(port,),
    )


def _ask(port):
    request(port, "/")


def _program(name: str, file: Path, ready: bool, plan: StopPlan, options: dict, site) -> Service:
    def probe():
        if not ready:
            raise NotReadyError("it never answers")

    return Service(
        name=name,
        command=(sys.executable, str(file)),
        environment={},
        working_directory=site.home.state,
        probe=probe,
        stop=plan,
        **options,
    )


def _members(stack_id):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(STACK_ID_VARIABLE) == stack_id:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
            continue
    return found

"""What a flow run tells of itself to what it starts, and to its log."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prefect import runtime

from tasks.logs import find_logger, name_flow_run


def test_a_job_that_no_flow_starts_is_given_no_flow_run() -> None:
    assert name_flow_run() == {}


def test_a_job_is_told_which_flow_run_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://docs.prefect.io/v3/concepts/runtime-context: a value to test by."""
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", "f-3")
    assert runtime.flow_run.id == "f-3"
    assert name_flow_run() == {"--flow_run_id": "f-3"}


def test_outside_of_runs_there_is_a_logger_too() -> None:
    logger = find_logger()
    assert isinstance(logger, logging.Logger)
    assert logger.name == "prefect.lochan"


WRITES = """
from uuid import UUID

from prefect import task  # sets logging up, as in every flow
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.logging.configuration import ensure_logging_setup
from prefect.logging.loggers import task_run_logger

from tasks import logs

ensure_logging_setup()
run = TaskRun(id=UUID(int=7), flow_run_id=UUID(int=3), task_key="t", dynamic_key="0")
logs.find_logger = lambda: task_run_logger(run)
logs.announce_glue_run("books", "jr_5")
try:
    raise OSError("two\\nlines")
except OSError:
    logs.find_logger().exception("failed")
"""


def test_as_json_a_line_holds_its_runs_and_a_traceback_stays_in_its_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITES],
        env={
            **os.environ,
            "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
            "PREFECT_LOGGING_TO_API_ENABLED": "false",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    waiting, failed = map(json.loads, done.stderr.splitlines())
    assert (waiting["levelname"], waiting["name"]) == ("INFO", "prefect.task_runs")
    assert waiting["flow_run_id"] == "00000000-0000-0000-0000-000000000003"
    assert waiting["task_run_id"] == "00000000-0000-0000-0000-000000000007"
    assert (waiting["glue_job"], waiting["glue_run_id"]) == ("books", "jr_5")
    assert waiting["msg"] % tuple(waiting["args"]) == (
        "Waiting for the run jr_5 of the Glue job books"
    )
    assert (failed["exc_info"]["type"], failed["exc_info"]["message"]) == ("OSError", "two\nlines")

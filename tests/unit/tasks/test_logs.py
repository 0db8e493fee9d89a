"""What a flow run tells of itself to what it starts, and to its log."""

from __future__ import annotations

import logging

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

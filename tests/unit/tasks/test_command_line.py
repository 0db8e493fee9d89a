from __future__ import annotations

import logging
from typing import Any

import pytest

from tasks.command_line import _NoTracebacks, run_from_terminal


class Flow:
    name = "some_flow"

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def __call__(self) -> Any:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def test_success_prints_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_from_terminal(Flow(7), lambda result: f"{result} rows") == 0  # type: ignore[arg-type]
    assert capsys.readouterr().out == "7 rows\n"


@pytest.mark.parametrize(
    ("outcome", "code", "sentence"),
    [
        (ValueError("The bucket x is missing."), 1, "some_flow failed: The bucket x is missing.\n"),
        (KeyboardInterrupt(), 130, "some_flow was interrupted; run it again to go on.\n"),
    ],
)
def test_failure_is_one_sentence(
    outcome: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_from_terminal(Flow(outcome), str) == code  # type: ignore[arg-type]
    assert capsys.readouterr() == ("", sentence)


def test_the_traceback_stays_in_the_record_for_other_handlers() -> None:
    try:
        raise ValueError("no")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "it broke", (), info)
    assert _NoTracebacks(logging.Formatter("%(message)s")).format(record) == "it broke"
    assert "Traceback" in logging.Formatter("%(message)s").format(record)

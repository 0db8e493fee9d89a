"""Run a flow from a terminal: its report on success, one sentence and exit code 1 on failure."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from prefect import Flow
from rich.console import Console, RenderableType

from tasks.redaction import redact


class FailedWithReport(Exception):
    """A flow that did its work and fails all the same; the report is shown before the sentence."""

    def __init__(self, sentence: str, report: Any) -> None:
        super().__init__(sentence)
        self.report = report


def run_from_terminal(flow: Flow[[], Any], draw: Callable[[Any], RenderableType]) -> int:
    """Run a flow with its defaults and print what it did; returns the exit code.

    Tracebacks go to the run's log in Prefect, not to the terminal.
    """
    _hide_tracebacks()
    try:
        result = flow()
    except KeyboardInterrupt:
        print(f"{flow.name} was interrupted; run it again to go on.", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, FailedWithReport):
            Console().print(draw(error.report))
        print(redact(f"{flow.name} failed: {error}"), file=sys.stderr)
        return 1
    Console().print(draw(result))
    return 0


class _NoTracebacks(logging.Formatter):
    """Formats as another formatter does, without the traceback below the message."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        shown = logging.makeLogRecord(record.__dict__)
        shown.exc_info = shown.exc_text = None
        return self._inner.format(shown)


def _hide_tracebacks() -> None:
    loggers = [logging.getLogger(name) for name in (None, "prefect")]
    for handler in [handler for logger in loggers for handler in logger.handlers]:
        if isinstance(handler, logging.StreamHandler) and handler.formatter is not None:
            handler.setFormatter(_NoTracebacks(handler.formatter))

"""Every effect that a flow has on the world, by name, and a process that dies before one of them.

An effect is a call of AWS (`s3.PutObject`), a statement in Redshift (`redshift.MERGE`,
`redshift.COMMIT`) or one in PostgreSQL (`postgres.COPY`). A process killed after an effect is one
killed before the next, so that "before" covers every moment at which a kill makes a difference.

`redshift.MERGE:2` is the second MERGE of the process, `any:17` its 17th effect.
"""

from __future__ import annotations

import functools
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.client
import psycopg
import redshift_connector

KILL = "FAULT_KILL_BEFORE"
INTERRUPT = "FAULT_INTERRUPT_BEFORE"
RECORD = "FAULT_RECORD_EFFECTS"
# How often a flow looks whether Glue is done differs from run to run: not counted as "any".
POLLS = frozenset({"glue.GetJobRun", "glue.GetCrawler"})

_seen: Counter[str] = Counter()


def install() -> None:
    """Watch this process's effects as the environment asks; call it before the flow is loaded."""
    # A shell that runs the tests in the background has them ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    botocore.client.BaseClient._make_api_call = _watched(
        botocore.client.BaseClient._make_api_call,
        lambda client, operation, *rest: f"{client.meta.service_model.service_name}.{operation}",
    )
    for driver, name in ((redshift_connector, "redshift"), (psycopg, "postgres")):
        driver.Cursor.execute = _watched(driver.Cursor.execute, _statement(name))
        driver.Connection.commit = _watched(
            driver.Connection.commit, lambda *given, name=name: f"{name}.COMMIT"
        )
    psycopg.Cursor.copy = _watched(psycopg.Cursor.copy, _statement("postgres"))


def _statement(name: str) -> Callable[..., str]:
    def label(cursor: Any, statement: Any, *rest: Any) -> str:
        text = statement if isinstance(statement, str) else statement.as_string(None)
        return f"{name}.{text.split(maxsplit=1)[0].upper()}"

    return label


def _watched(call: Callable[..., Any], label: Callable[..., str]) -> Callable[..., Any]:
    @functools.wraps(call)
    def watched(*given: Any, **named: Any) -> Any:
        _before(label(*given, *named.values()))
        return call(*given, **named)

    return watched


def _before(effect: str) -> None:
    _seen[effect] += 1
    _seen["any"] += effect not in POLLS
    reached = {effect: _seen[effect], "any": _seen["any"]}
    if RECORD in os.environ and effect not in POLLS:
        with Path(os.environ[RECORD]).open("a") as record:
            record.write(effect + "\n")
    for variable, number in ((KILL, signal.SIGKILL), (INTERRUPT, signal.SIGINT)):
        name, _, count = os.environ.get(variable, "").partition(":")
        if reached.get(name) == int(count or 1):
            os.kill(os.getpid(), number)

"""What is asked of Redshift: constant statements; numbers and names never become part of them.

The drivers bind a value where a statement has %s:
https://docs.aws.amazon.com/redshift/latest/mgmt/python-api-reference.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.monitor_platform import MonitorPlatform
from tasks.monitoring.warehouse_records import (
    count_statements,
    read_ledger,
    read_slow_statements,
    read_storage,
    read_table_sizes,
)
from tasks.redshift import Warehouse

WEEK_MICROSECONDS = 604_800_000_000
BREAKOUTS = ("'; DROP TABLE etl.loads; --", '"', "\\", "%s", "x' OR '1'='1")


class Recording:
    """A cursor that answers from a script and keeps what was executed."""

    def __init__(self, answers: dict[str, list[Sequence[Any]]]) -> None:
        self.answers = answers
        self.executed: list[tuple[str, Sequence[Any]]] = []

    @contextmanager
    def transaction(self) -> Iterator[Recording]:
        yield self

    def execute(self, statement: str, values: Sequence[Any]) -> None:
        self.executed.append((statement, values))

    def fetchall(self) -> list[Sequence[Any]]:
        statement = self.executed[-1][0]
        (found,) = [rows for part, rows in self.answers.items() if part in statement]
        return found


def ask_everything(hours: int, slow: float, queue: float, name: str) -> list[tuple[str, Any]]:
    """Ask all that monitor_platform asks, of a Redshift whose names are hostile."""
    cursor = Recording(
        {
            "MAX(loaded_at)": [(name, 1)],
            "SUM(input_rows)": [(name, 1, 2, 1, 0)],
            "r.reason": [(name, name, 1)],
            "stv_node_storage_capacity": [(1, 2)],
            "svv_table_info": [(name, name, 1, None)],
            "'queued'": [(1, None)],
            "query_text": [(1, name, name, 5, None, name)],
        }
    )
    warehouse: Warehouse = cursor  # type: ignore[assignment]
    (loads,) = read_ledger(warehouse, hours)
    assert (loads.dataset, loads.reasons) == (name, ((name, 1),))
    read_storage(warehouse)
    read_table_sizes(warehouse)
    count_statements(warehouse, hours)
    read_slow_statements(warehouse, hours=hours, slow_seconds=slow, queue_seconds=queue)
    return cursor.executed


CONSTANT = [statement for statement, _ in ask_everything(24, 300, 60, "books")]


@given(
    hours=st.integers(1, 168) | st.integers(),
    slow=st.floats(0, 604_800) | st.floats(),
    queue=st.floats(0, 604_800) | st.floats(),
    name=st.text() | st.sampled_from(BREAKOUTS),
)
def test_no_parameter_and_no_name_changes_a_statement(
    hours: int, slow: float, queue: float, name: str
) -> None:
    given = {
        "window_hours": hours,
        "warehouse": {"slow_query_seconds": slow, "queue_seconds": queue},
    }
    try:
        allowed = MonitorPlatform.model_validate(given)
    except ValueError:
        return
    executed = ask_everything(
        allowed.window_hours,
        allowed.warehouse.slow_query_seconds,
        allowed.warehouse.queue_seconds,
        name,
    )
    assert [statement for statement, _ in executed] == CONSTANT
    for statement, values in executed:
        assert statement.count("%s") == len(values)
        assert all(type(value) is int for value in values)
        assert all(-168 <= value <= WEEK_MICROSECONDS for value in values)

"""What is asked of the ledger, on a connection that only writes statements down."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.ledger import forget_loads, read_loads
from tasks.redshift import Warehouse, WarehouseError
from warehouse.ledger import select_loads

KEY = "tweets/event_date=2026-11-20"


class Recorder:
    """A connection that answers every question with the same rows."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows
        self.log: list[tuple[str, object]] = []

    def cursor(self) -> Recorder:
        return self

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def execute(self, statement: str, values: object = None) -> None:
        self.log.append((statement, values))

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def commit(self) -> None:
        self.log.append(("commit", None))

    def close(self) -> None:
        self.log.append(("close", None))


def test_a_partition_is_forgotten_in_one_transaction_behind_its_lock() -> None:
    connection = Recorder([("a1  ",)])
    assert forget_loads(Warehouse(lambda: connection), "twitter", KEY) == ["a1"]
    assert connection.log == [
        ('LOCK TABLE "etl"."lock_twitter"', None),
        (
            'SELECT load_id FROM "etl"."loads" WHERE dataset = %s AND partition_key = %s',
            ("twitter", KEY),
        ),
        ('DELETE FROM "etl"."rejects" WHERE load_id = %s', ("a1",)),
        ('DELETE FROM "etl"."loads" WHERE load_id = %s', ("a1",)),
        ("commit", None),
    ]


def test_a_partition_that_was_never_loaded_is_said() -> None:
    with pytest.raises(WarehouseError, match="has no load of twitter"):
        forget_loads(Warehouse(lambda: Recorder([])), "twitter", KEY)


@pytest.mark.parametrize(
    ("dataset", "key", "reason"),
    [
        ("books", "star/1", "Loads of books are not done again"),
        ("lake", "trips/", "Loads of lake are not done again"),
        ("twitter", "tweets", "is no partition of twitter"),
        ("academy", "books/dt=2026-11-20", "is no partition of academy"),
    ],
)
def test_what_cannot_be_repeated_is_refused_before_redshift_is_asked(
    dataset: str, key: str, reason: str
) -> None:
    connection = Recorder([])
    with pytest.raises(WarehouseError, match=reason):
        forget_loads(Warehouse(lambda: connection), dataset, key)
    assert connection.log == []


def test_loads_are_found_by_their_runs() -> None:
    row = ("2026-11-20", "twitter", KEY, 3, 2, 1, 0, "flow", "jr_1", "a1")
    connection = Recorder([row])
    (load,) = read_loads(Warehouse(lambda: connection), {"glue_run_id": "jr_1"}, 5)
    assert load["flow_run_id"] == "flow"
    statement, values = connection.log[0]
    assert statement.endswith("WHERE glue_run_id = %s ORDER BY loaded_at DESC LIMIT %s")
    assert values == ("jr_1", 5)


def test_loads_are_chosen_by_known_columns_only() -> None:
    with pytest.raises(ValueError, match="not chosen by record"):
        select_loads({"record": "x"})

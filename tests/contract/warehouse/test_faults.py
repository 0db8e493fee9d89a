"""Loads that are cut off at every point: rerun, they end as one undisturbed load does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redshift_connector.error import InterfaceError
from tenacity import wait_none

from tasks import redshift
from tasks.redshift import Warehouse, connect

pytestmark = pytest.mark.stack
LOST = InterfaceError("BrokenPipe: server socket closed.")


class Killed(BaseException):
    """The process ends here."""


class FaultyConnection:
    """A connection that fails at one of its statements or commits, counted over a whole test."""

    def __init__(self, connection: Any, strike: Callable[[str, bool], None]) -> None:
        self.connection, self.strike = connection, strike

    def cursor(self) -> FaultyConnection:
        self.open_cursor = self.connection.cursor()
        return self

    def __enter__(self) -> FaultyConnection:
        return self

    def __exit__(self, *details: object) -> None:
        self.open_cursor.close()

    def execute(self, *statement: Any) -> None:
        self.strike("execute", False)
        self.open_cursor.execute(*statement)
        self.strike("execute", True)

    def fetchone(self) -> Any:
        return self.open_cursor.fetchone()

    def commit(self) -> None:
        self.strike("commit", False)
        self.connection.commit()
        self.strike("commit", True)

    def close(self) -> None:
        self.connection.close()


def faulty_warehouse(login: dict[str, Any], strike: Callable[[str, bool], None]) -> Warehouse:
    inner = connect(**login)
    return Warehouse(lambda: FaultyConnection(inner.open(), strike))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redshift, "wait_random_exponential", lambda **_: wait_none())


def test_a_kill_at_every_point_and_a_rerun_give_the_same_rows(
    dataset: Any, redshift_login: dict[str, Any]
) -> None:
    dataset.publish((1, "old", 10), (2, "old", 10))
    dataset.load()
    struck, expected = 0, [(1, "old", 10)]
    for point in range(60):
        count = -1

        def strike(kind: str, after: bool, point: int = point) -> None:
            nonlocal count
            count += 1
            if count == point:
                raise Killed

        # Every point has a partition of its own that updates row 2 and adds one.
        day, hour = f"event_date=2027-01-{point:02d}", 11
        dataset.publish((2, f"new {point}", hour), (100 + point, "a", hour), partition=day)
        try:
            dataset.load(day, faulty_warehouse(redshift_login, strike))
        except Killed:
            struck += 1
            dataset.load(day)
        expected.append((100 + point, "a", hour))
        if count < point:
            break
    assert struck > 20
    assert dataset.rows() == [expected[0], (2, f"new {point}", 11), *expected[1:]]
    assert len(dataset.ledger()) == point + 2


@pytest.mark.parametrize("moment", ["first statement", "before commit", "after commit"])
def test_a_lost_connection_is_tried_again_with_the_same_load(
    dataset: Any, redshift_login: dict[str, Any], moment: str
) -> None:
    commits, lost = 0, False

    def strike(kind: str, after: bool) -> None:
        nonlocal commits, lost
        commits += kind == "commit" and not after
        here = {
            "first statement": kind == "execute" and not after,
            # The first commit ends the look into the ledger, the second the load.
            "before commit": commits == 2 and not after,
            "after commit": commits == 2 and after,
        }[moment]
        if here and not lost:
            lost = True
            raise LOST

    dataset.publish((1, "a", 10))
    result = dataset.load(warehouse=faulty_warehouse(redshift_login, strike))
    assert lost
    assert result.skipped is (moment == "after commit")
    assert (result.input_rows, result.loaded_rows) == (1, 1)
    assert dataset.rows() == [(1, "a", 10)]
    assert len(dataset.ledger()) == 1


def test_a_backend_that_is_ended_in_the_middle_is_tried_again(
    dataset: Any, redshift_login: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    inner = connect(**redshift_login)

    def strike(kind: str, after: bool) -> None:
        if len(opened) == 1 and kind == "execute" and not after and opened[0].in_transaction:
            opened[0]._usock.close()
            opened[0]._sock.close()

    def open_connection() -> FaultyConnection:
        opened.append(inner.open())
        return FaultyConnection(opened[-1], strike)

    dataset.publish((1, "a", 10))
    result = dataset.load(warehouse=Warehouse(open_connection))
    assert len(opened) == 2
    assert result.loaded_rows == 1
    assert dataset.rows() == [(1, "a", 10)]

from __future__ import annotations

import ssl
import struct
from typing import Any

import pytest
from redshift_connector.error import InterfaceError, OperationalError, ProgrammingError
from tenacity import wait_none

from tasks import redshift
from tasks.redshift import Warehouse, WarehouseError, explained, is_transient, run_with_retries

CONFLICT = ProgrammingError({"S": "ERROR", "C": "40001", "M": "could not serialize"})


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (CONFLICT, True),
        (ProgrammingError({"C": "40P01", "M": "deadlock detected"}), True),
        (ProgrammingError({"C": "XX000", "M": "1023: Serializable isolation violation"}), True),
        (ProgrammingError({"C": "57P01", "M": "terminating connection"}), True),
        (ProgrammingError({"C": "42P01", "M": "relation does not exist"}), False),
        (InterfaceError({"C": "28000", "M": "password authentication failed"}), False),
        (InterfaceError("BrokenPipe: server socket closed. Please check"), True),
        (InterfaceError("communication error", ConnectionRefusedError(111, "refused")), True),
        (InterfaceError("communication error", ssl.SSLCertVerificationError("self signed")), False),
        (InterfaceError("connection is closed"), True),
        (InterfaceError("Server refuses SSL"), False),
        (OperationalError("connection time out"), True),
        (ConnectionResetError(104, "reset"), True),
        (struct.error("unpack requires 5 bytes"), True),
        (ValueError("ours"), False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_only_what_may_pass_is_tried_again(error: Exception, transient: bool) -> None:
    assert is_transient(error) is transient


class Connection:
    """A connection that fails as often as it is told, and notes what happens to it."""

    def __init__(self, log: list[str], failures: list[Exception]) -> None:
        self.log, self.failures = log, failures

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def execute(self, statement: str) -> None:
        self.log.append(statement)
        if self.failures:
            raise self.failures.pop(0)

    def commit(self) -> None:
        self.log.append("commit")

    def close(self) -> None:
        self.log.append("close")
        raise InterfaceError("connection is closed")


def open_warehouse(*failures: Exception) -> tuple[Warehouse, list[str]]:
    log: list[str] = []
    remaining = list(failures)

    def open_connection() -> Any:
        log.append("open")
        return Connection(log, remaining)

    return Warehouse(open_connection), log


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redshift, "wait_random_exponential", lambda **_: wait_none())


def work(warehouse: Warehouse) -> str:
    with warehouse.transaction() as cursor:
        cursor.execute("work")
    return "done"


def test_one_connection_serves_many_transactions() -> None:
    warehouse, log = open_warehouse()
    work(warehouse)
    work(warehouse)
    assert log == ["open", "work", "commit", "work", "commit"]


def test_a_conflict_is_tried_again_on_a_new_connection() -> None:
    warehouse, log = open_warehouse(CONFLICT)
    assert run_with_retries(lambda: work(warehouse)) == "done"
    assert log == ["open", "work", "close", "open", "work", "commit"]


def test_retries_are_bounded() -> None:
    warehouse, log = open_warehouse(*[CONFLICT] * 9)
    with pytest.raises(ProgrammingError, match="could not serialize"):
        run_with_retries(lambda: work(warehouse), attempts=3)
    assert log.count("work") == 3


def test_an_error_of_ours_is_not_tried_again() -> None:
    warehouse, log = open_warehouse(ValueError("ours"))
    with pytest.raises(ValueError, match="ours"):
        run_with_retries(lambda: work(warehouse))
    assert log == ["open", "work", "close"]


def test_a_missing_table_says_what_to_do() -> None:
    missing = ProgrammingError({"C": "42P01", "M": 'relation "twitter.tweets" does not exist'})
    with pytest.raises(WarehouseError) as raised, explained("The load of x"):
        raise missing
    assert str(raised.value) == (
        'The load of x failed in Redshift: relation "twitter.tweets" does not exist. '
        "Apply the migrations of warehouse/migrations first. [42P01]"
    )


def test_a_conflict_is_left_for_the_retry() -> None:
    with pytest.raises(ProgrammingError), explained("The load of x"):
        raise CONFLICT


def test_a_password_is_never_shown() -> None:
    warehouse = redshift.connect(host="h", port=5439, database="dev", user="u", password="s3cret")
    assert "s3cret" not in repr(warehouse)

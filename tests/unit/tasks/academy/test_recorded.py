from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tasks.academy.recorded import (
    Counts,
    get_partitions_num_from_redshift,
    read_published,
)
from tasks.processed import ProcessedZoneError
from warehouse.academy import USER_FOLLOWERS, USERS

MARKER = "academy/users/dt=2026-11-20/_complete.json"


class Ledger:
    """A warehouse whose ledger has these rows; remembers what it was asked."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        self.rows = rows
        self.asked: list[tuple[str, Any]] = []

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        yield self

    def execute(self, statement: str, values: Any) -> None:
        self.asked.append((statement, values))

    def fetchall(self) -> list[tuple[str, str]]:
        return list(self.rows)


def test_partitions_are_read_off_the_ledger_in_one_statement() -> None:
    ledger: Any = Ledger(
        ("user_followers/dt=2026-11-19", "a" * 64),
        ("user_followers/dt=2026-11-20", "b" * 64),
        ("user_followers/dt=2026-11-20", "c" * 64),
    )
    recorded = get_partitions_num_from_redshift(ledger, USER_FOLLOWERS)
    assert recorded == {
        "2026-11-19": frozenset({"a" * 64}),
        "2026-11-20": frozenset({"b" * 64, "c" * 64}),
    }
    assert len(recorded) == 2
    ((_, values),) = ledger.asked
    assert values == ("academy", "user_followers/%")


def test_a_marker_tells_of_what_a_partition_was_made(s3: Any) -> None:
    assert read_published(s3, "zone", USERS, "2026-11-20") is None
    body = (
        b'{"source_id": "s", "rows": 1, "objects": [{"key": "k", "etag": "e", "bytes": 1}], '
        b'"counts": {"input": 3, "loaded": 1, "rejected": 1, "duplicate": 1}}'
    )
    s3.put_object(Bucket="zone", Key=MARKER, Body=body)
    published = read_published(s3, "zone", USERS, "2026-11-20")
    assert published is not None
    assert (published.source_id, published.counts) == ("s", Counts(3, 1, 1, 1))
    # printf '["academy", "users/dt=2026-11-20", [["k", "e"]]]' | sha256sum
    assert published.load_id == "8772bce4e4de08f3317198ec1a994ca5c9f484ce04114359c3758b9481d4a506"


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"source_id": "s", "objects": [{}]}', b"[]"])
def test_what_is_no_marker_is_named_with_the_way_out(s3: Any, body: bytes) -> None:
    s3.put_object(Bucket="zone", Key=MARKER, Body=body)
    with pytest.raises(ProcessedZoneError, match=rf"s3://zone/{MARKER} is no .* Delete"):
        read_published(s3, "zone", USERS, "2026-11-20")

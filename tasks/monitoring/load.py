"""Judge Redshift itself: its disk, its queues, its slow statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.monitoring.findings import Finding, Severity, shorten
from tasks.monitoring.limits import WarehouseLimits

_LONGEST_STATEMENT = 120


@dataclass(frozen=True)
class Storage:
    """How much is stored, in MB; `capacity` where there is an end to it."""

    used: int
    capacity: int | None = None

    def __str__(self) -> str:
        if not self.capacity:
            return f"{self.used:,} MB stored"
        return f"disk {100 * self.used / self.capacity:.0f} % full"


@dataclass(frozen=True)
class TableSize:
    """A table's size in MB, and its rows where they may be counted."""

    name: str
    size: int
    rows: int | None

    def as_row(self) -> dict[str, object]:
        """Return a row of the sizes table."""
        return {"table": self.name, "MB": self.size, "rows": self.rows}


@dataclass(frozen=True)
class Statement:
    """A statement of the query history; times in seconds."""

    query_id: int
    kind: str
    status: str
    elapsed: float
    queued: float
    text: str


def judge_storage(storage: Storage, limits: WarehouseLimits) -> Iterator[Finding]:
    """Judge what is stored by the capacity, or by a limit where there is none."""
    if storage.capacity:
        percent = 100 * storage.used / storage.capacity
        text = f"{percent:.0f} % of {storage.capacity:,} MB are used"
        if percent > limits.disk_critical_percent:
            yield Finding(Severity.CRITICAL, "disk", "redshift", text)
        elif percent > limits.disk_warning_percent:
            yield Finding(Severity.WARNING, "disk", "redshift", text)
    if limits.storage_limit_gb is not None and storage.used > limits.storage_limit_gb * 1024:
        text = f"{storage.used:,} MB are stored, the limit is {limits.storage_limit_gb:g} GB"
        yield Finding(Severity.WARNING, "storage", "redshift", text)


def judge_statements(statements: Sequence[Statement], limits: WarehouseLimits) -> Iterator[Finding]:
    """Judge statements by the time that they took and the time that they waited."""
    for one in statements:
        told = f"{one.kind} ({one.status}): {shorten(one.text, _LONGEST_STATEMENT)}"
        if one.queued > limits.queue_seconds:
            text = f"waited {one.queued:.1f} s in its queue, {told}"
            yield Finding(Severity.WARNING, "queue", f"query {one.query_id}", text)
        if one.elapsed > limits.slow_query_seconds:
            text = f"{one.elapsed:.1f} s, {told}"
            yield Finding(Severity.WARNING, "slow query", f"query {one.query_id}", text)

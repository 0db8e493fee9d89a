"""Read how Redshift and the ledger in it are; what may not be read is said, not judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from redshift_connector.error import Error

from tasks.monitoring.ledger import DatasetLoads
from tasks.monitoring.load import Statement, Storage, TableSize
from tasks.redshift import (
    UNDEFINED_SCHEMA,
    UNDEFINED_TABLE,
    Warehouse,
    is_transient,
    run_with_retries,
    server_answer,
)
from warehouse import monitoring

MICROSECONDS = 1_000_000


class Refused(Exception):
    """What Redshift answered instead of rows: some views are not there, some not for everybody."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_missing(self) -> bool:
        """Whether what was asked for does not exist."""
        return self.code in (UNDEFINED_TABLE, UNDEFINED_SCHEMA)


def ask(warehouse: Warehouse, statement: str, values: Sequence[Any] = ()) -> list[Sequence[Any]]:
    """Run one query in a transaction of its own; raises Refused."""

    def run() -> list[Sequence[Any]]:
        with warehouse.transaction() as cursor:
            cursor.execute(statement, tuple(values))
            return list(cursor.fetchall())

    try:
        return run_with_retries(run)
    except Error as error:
        answer = server_answer(error)
        if answer is None or is_transient(error):
            raise
        raise Refused(*answer) from error


def read_ledger(warehouse: Warehouse, hours: int) -> list[DatasetLoads]:
    """Read what the ledger holds of each dataset, with the loads of the last hours."""
    last = ask(warehouse, monitoring.SELECT_LAST_LOADS)
    sums = ask(warehouse, monitoring.SELECT_LOAD_SUMS, (-hours,))
    told = ask(warehouse, monitoring.SELECT_REJECT_REASONS, (-hours,))
    reasons: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for dataset, reason, rows in told:
        reasons[dataset].append((str(reason), int(rows)))
    recent = {dataset: tuple(map(int, numbers)) for dataset, *numbers in sums}
    read = []
    for dataset, seconds in last:
        loads, given, rejected, unbalanced = recent.get(dataset, (0, 0, 0, 0))
        read.append(
            DatasetLoads(
                dataset, int(seconds), loads, given, rejected, unbalanced, tuple(reasons[dataset])
            )
        )
    return read


def read_storage(warehouse: Warehouse) -> Storage:
    """Read how full the cluster is, or what a Serverless namespace stores; raises Refused."""
    try:
        ((used, capacity),) = ask(warehouse, monitoring.SELECT_CLUSTER_STORAGE)
    except Refused as cluster:
        return _read_serverless_storage(warehouse, cluster)
    return Storage(int(used or 0), int(capacity or 0) or None)


def _read_serverless_storage(warehouse: Warehouse, cluster: Refused) -> Storage:
    try:
        rows = ask(warehouse, monitoring.SELECT_SERVERLESS_STORAGE)
    except Refused as serverless:
        raise Refused(serverless.code, f"{cluster}; {serverless}") from serverless
    return Storage(int(rows[0][0]) if rows else 0)


def read_table_sizes(warehouse: Warehouse) -> list[TableSize]:
    """Read the sizes of the ten largest tables; raises Refused."""
    return [
        TableSize(f"{schema}.{table}", int(size), None if rows is None else int(rows))
        for schema, table, size, rows in ask(warehouse, monitoring.SELECT_TABLE_SIZES)
    ]


def count_statements(warehouse: Warehouse, hours: int) -> tuple[int, int]:
    """Count the statements of the last hours, and those that wait now; raises Refused."""
    ((total, waiting),) = ask(warehouse, monitoring.SELECT_STATEMENT_COUNTS, (-hours,))
    return int(total), int(waiting or 0)


def read_slow_statements(
    warehouse: Warehouse, *, hours: int, slow_seconds: float, queue_seconds: float
) -> list[Statement]:
    """Read the slowest statements above either limit; raises Refused."""
    limits = (int(slow_seconds * MICROSECONDS), int(queue_seconds * MICROSECONDS))
    rows = ask(warehouse, monitoring.SELECT_SLOW_STATEMENTS, (-hours, *limits))
    return [_read_statement(*row) for row in rows]


def _read_statement(
    query_id: int, kind: str, status: str, elapsed: int, queued: int, text: str
) -> Statement:
    return Statement(
        int(query_id),
        kind.strip(),
        status.strip(),
        float(elapsed or 0) / MICROSECONDS,
        float(queued or 0) / MICROSECONDS,
        text.strip(),
    )

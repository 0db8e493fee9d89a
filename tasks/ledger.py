"""The ledger in a terminal: `python -m tasks.ledger loads | rejects | forget`.

Redshift is the one that the settings name, and the login is that of the secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from redshift_connector.error import Error
from rich.console import Console

from tasks.connections import open_warehouse
from tasks.redshift import Warehouse, WarehouseError, run_transaction
from tasks.settings import MissingSettings, read_settings
from warehouse import ledger, loading
from warehouse.academy import ACADEMY
from warehouse.tables import TWITTER, TableSpec

# A load of these merges, or replaces its partition: done again, it leaves what it left.
_REPEATABLE = (*TWITTER, *ACADEMY)
_FLOWS = {"twitter": "warehouse_tweets", "academy": "sync_missing_partitions"}


def read_loads(warehouse: Warehouse, chosen: Mapping[str, str], limit: int) -> list[dict[str, Any]]:
    """Return the newest loads, with every column of theirs."""
    rows = _ask(warehouse, ledger.select_loads(chosen), (*chosen.values(), limit))
    return [dict(zip(ledger.LOAD_COLUMNS, row, strict=True)) for row in rows]


def read_rejects(warehouse: Warehouse, load_id: str, limit: int) -> list[dict[str, Any]]:
    """Return records that a load laid aside."""
    rows = _ask(warehouse, ledger.SELECT_REJECTS, (load_id, limit))
    return [dict(zip(ledger.REJECT_COLUMNS, row, strict=True)) for row in rows]


def forget_loads(warehouse: Warehouse, dataset: str, partition_key: str) -> list[str]:
    """Forget the loads of a partition, so that the next run of its flow loads it; return their ids.

    Rows stay until then. In one transaction, behind the lock of the dataset. Raises WarehouseError
    for a dataset whose loads cannot be repeated, and for a partition that the ledger lacks.
    """
    _find_spec(dataset, partition_key)

    def forget(cursor: Any) -> list[str]:
        cursor.execute(loading.lock_dataset(dataset))
        cursor.execute(ledger.SELECT_LOAD_IDS, (dataset, partition_key))
        load_ids = [str(row[0]).strip() for row in cursor.fetchall()]
        for load_id in load_ids:
            cursor.execute(ledger.DELETE_REJECTS, (load_id,))
            cursor.execute(ledger.DELETE_LOAD, (load_id,))
        return load_ids

    forgotten = run_transaction(warehouse, f"Forgetting {partition_key}", forget)
    if not forgotten:
        raise WarehouseError(
            f"The ledger has no load of {dataset} {partition_key}: nothing was forgotten. "
            "`python -m tasks.ledger loads` shows what it has."
        )
    return forgotten


def _find_spec(dataset: str, partition_key: str) -> TableSpec:
    if dataset not in _FLOWS:
        raise WarehouseError(
            f"Loads of {dataset} are not done again by forgetting them: their rows or versions "
            f"refer to the ledger. Only those of {' and '.join(_FLOWS)} are."
        )
    table, _, partition = partition_key.partition("/")
    found = [spec for spec in _REPEATABLE if (spec.dataset, spec.table) == (dataset, table)]
    if not (found and partition):
        raise WarehouseError(
            f"{partition_key!r} is no partition of {dataset}: they are named as the ledger names "
            "them, tweets/event_date=2026-11-20."
        )
    return found[0]


def _ask(warehouse: Warehouse, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
    def ask(cursor: Any) -> list[Sequence[Any]]:
        cursor.execute(statement, tuple(values))
        return list(cursor.fetchall())

    return run_transaction(warehouse, "Reading the ledger", ask)


@click.group()
def main() -> None:
    """Look into the ledger of loads, and make it forget one."""


@main.command("loads")
@click.option("--dataset")
@click.option("--partition", "partition_key", help="As the ledger names it.")
@click.option("--flow-run", "flow_run_id", help="Id of the Prefect flow run that loaded.")
@click.option("--glue-run", "glue_run_id", help="Id of the Glue job run that made what was loaded.")
@click.option("--load", "load_id")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--only", type=click.Choice(ledger.LOAD_COLUMNS), help="Print this, a line a load.")
def show_loads(limit: int, only: str | None, **filters: str | None) -> None:
    """Show loads, the newest first."""
    chosen = {name: value for name, value in filters.items() if value}
    with _opened() as warehouse:
        loads = read_loads(warehouse, chosen, limit)
    if only:
        for load in loads:
            click.echo(str(load[only] or "").strip())
    else:
        _show(loads, "The ledger has no such load.")


@main.command("rejects")
@click.argument("load_id")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
def show_rejects(load_id: str, limit: int) -> None:
    """Show what a load laid aside: file, position, reason, record."""
    with _opened() as warehouse:
        _show(read_rejects(warehouse, load_id, limit), "Nothing of this load was rejected.")


@main.command("forget")
@click.argument("dataset")
@click.argument("partition_key")
def forget(dataset: str, partition_key: str) -> None:
    """Forget the loads of a partition, so that the next run of the flow loads it again."""
    with _opened() as warehouse:
        forgotten = forget_loads(warehouse, dataset, partition_key)
    click.echo(f"Forgot {len(forgotten)} of {dataset} {partition_key}; run {_FLOWS[dataset]} now.")


def _show(rows: Sequence[Mapping[str, Any]], nothing: str) -> None:
    """Print a block for each row: ids and records are too long for a table."""
    for row in rows:
        for name, value in row.items():
            if value is not None:
                Console(soft_wrap=True).print(
                    f"{name:<15}{str(value).strip()}", markup=False, highlight=False
                )
        click.echo()
    if not rows:
        click.echo(nothing)


@contextmanager
def _opened() -> Iterator[Warehouse]:
    try:
        with open_warehouse(read_settings(os.environ)) as warehouse:
            yield warehouse
    except (WarehouseError, MissingSettings, Error, ClientError, BotoCoreError, OSError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()

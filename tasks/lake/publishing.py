"""From the table that the job filled to the target: one transaction with the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tasks.lake.target import lengthen_texts, longer_texts, read_target
from tasks.redshift import Warehouse, WarehouseError, explained, run_with_retries
from tasks.warehouse import LoadResult, TooManyRejects
from warehouse.lake import catalog, loading
from warehouse.lake.loading import Census, Publication
from warehouse.loading import lock_dataset


class Overtaken(WarehouseError):
    """Another run took away what this one's job brought; nothing is lost, the other goes on."""

    def __init__(self, source_uri: str, target: str) -> None:
        super().__init__(
            f"Another run loads {source_uri} into {target} at this moment, and took the place of "
            "this one. Wait for it; run this again if it fails."
        )


@dataclass(frozen=True)
class Brought:
    """What a load is, and what its job says that it brought; the ledger gets all of it."""

    load_id: str
    partition_key: str
    object_count: int
    rows: int
    flow_run_id: str | None
    glue_run_id: str | None
    reject_limit: int


def find_current(warehouse: Warehouse, partition_key: str, load_id: str) -> LoadResult | None:
    """Give the load where it is what the target has of the partition now, else None."""

    def find() -> LoadResult | None:
        with explained("Reading the ledger"), warehouse.transaction() as cursor:
            return _read_current(cursor, partition_key, load_id)

    return run_with_retries(find)


def publish(warehouse: Warehouse, publication: Publication, brought: Brought) -> LoadResult:
    """Move the rows that the job brought to the target, exactly once.

    Everything is in one transaction: after a crash, a conflict or a lost connection the same call
    finds out what is done and does the rest.
    """
    _make_room(warehouse, publication, brought)
    work = f"The load of {publication.source_uri} into {publication.plan.name}"

    def run() -> LoadResult:
        with explained(work), warehouse.transaction() as cursor:
            return _run(cursor, publication, brought)

    return run_with_retries(run)


def discard(warehouse: Warehouse, incoming_table: str) -> None:
    """Drop the table that the job fills: nothing of it will be published."""

    def drop() -> None:
        work = f"Dropping {incoming_table}"
        with explained(work), warehouse.transaction() as cursor:
            cursor.execute(loading.discard_incoming(incoming_table))

    run_with_retries(drop)


def count_rows(warehouse: Warehouse, publication: Publication) -> int:
    """Count the rows that the target has now."""

    def count() -> int:
        with explained(f"Counting {publication.plan.name}"), warehouse.transaction() as cursor:
            return _number(cursor, loading.count_table(publication.plan))

    return run_with_retries(count)


def _make_room(warehouse: Warehouse, publication: Publication, brought: Brought) -> None:
    """Lengthen the target's text columns to what the data need."""
    plan = publication.plan

    def measure() -> Census | None:
        work = f"Measuring what arrived for {plan.name}"
        with explained(work), warehouse.transaction() as cursor:
            return _take_census(cursor, publication, brought.load_id)

    census = run_with_retries(measure)
    if census is None:
        return
    present = read_target(warehouse, plan.schema, plan.table)
    if present is None:
        raise WarehouseError(f"{plan.name} was dropped while it was being loaded; run it again.")
    lengthen_texts(warehouse, plan, longer_texts(plan, census.lengths, present))


def _run(cursor: Any, publication: Publication, brought: Brought) -> LoadResult:
    """Run the statements of a publication in the open transaction."""
    cursor.execute(lock_dataset(loading.DATASET))
    # Whoever held the lock before may have published the same load.
    done = _read_current(cursor, brought.partition_key, brought.load_id)
    if done:
        cursor.execute(loading.discard_incoming(publication.incoming_table))
        return done
    census = _check_census(cursor, publication, brought)
    cursor.execute(loading.DELETE_LOAD, (brought.load_id,))
    cursor.execute(loading.DELETE_REJECTS, (brought.load_id,))
    if census.rejected:
        cursor.execute(
            loading.insert_rejects(publication), (brought.load_id, publication.source_uri)
        )
    usable = census.rows - census.rejected
    loaded = _merge(cursor, publication) if publication.keys else usable
    if not publication.keys:
        _replace(cursor, publication, brought)
    _check_loaded(cursor, publication, brought, loaded)
    result = LoadResult(
        brought.load_id, census.rows, loaded, census.rejected, usable - loaded, skipped=False
    )
    _write_ledger(cursor, brought, result)
    cursor.execute(loading.drop_incoming(publication))
    return result


def _check_census(cursor: Any, publication: Publication, brought: Brought) -> Census:
    census = _take_census(cursor, publication, brought.load_id)
    if census is None or census.rows != brought.rows or census.foreign:
        raise Overtaken(publication.source_uri, publication.plan.name)
    if census.rejected > brought.reject_limit:
        raise TooManyRejects(
            f"{publication.source_uri} has {census.rejected} unusable rows of {census.rows}, the "
            f"limit is {brought.reject_limit}; nothing was loaded."
        )
    return census


def _take_census(cursor: Any, publication: Publication, load_id: str) -> Census | None:
    """Count what arrived, after whoever writes it; None where the table is gone."""
    cursor.execute(catalog.SELECT_OWNER, (loading.SCHEMA, publication.incoming_table))
    if cursor.fetchone() is None:
        return None
    cursor.execute(loading.lock_incoming(publication))
    cursor.execute(loading.take_census(publication), (load_id,))
    rows, rejected, foreign, *lengths = (int(value or 0) for value in cursor.fetchone())
    names = loading.measured_columns(publication.plan)
    return Census(rows, rejected, foreign, dict(zip(names, lengths, strict=True)))


def _replace(cursor: Any, publication: Publication, brought: Brought) -> None:
    partition = (loading.DATASET, brought.partition_key)
    cursor.execute(loading.delete_earlier(publication), partition)
    cursor.execute(loading.insert_rows(publication))


def _merge(cursor: Any, publication: Publication) -> int:
    cursor.execute(loading.create_newest(publication))
    loaded = _number(cursor, loading.count_newest(publication))
    cursor.execute(loading.merge_newest(publication))
    cursor.execute(loading.drop_newest(publication))
    return loaded


def _check_loaded(cursor: Any, publication: Publication, brought: Brought, loaded: int) -> None:
    cursor.execute(loading.count_loaded(publication), (brought.load_id,))
    found = int(cursor.fetchone()[0])
    if found != loaded:
        raise WarehouseError(
            f"{publication.plan.name} has {found} rows of the load {brought.load_id}, and "
            f"{loaded} were to be loaded; everything was rolled back. Are its keys unique?"
        )


def _read_current(cursor: Any, partition_key: str, load_id: str) -> LoadResult | None:
    cursor.execute(loading.SELECT_CURRENT, (loading.DATASET, partition_key))
    row = cursor.fetchone()
    if row is None or str(row[0]).strip() != load_id:
        return None
    staged, loaded, rejected, duplicate = map(int, row[1:])
    return LoadResult(load_id, staged, loaded, rejected, duplicate, skipped=True)


def _write_ledger(cursor: Any, brought: Brought, result: LoadResult) -> None:
    cursor.execute(
        loading.INSERT_LOAD,
        (
            brought.load_id,
            loading.DATASET,
            brought.partition_key,
            brought.object_count,
            result.input_rows,
            result.loaded_rows,
            result.rejected_rows,
            result.duplicate_rows,
            brought.flow_run_id,
            brought.glue_run_id,
            loading.DATASET,
            brought.partition_key,
        ),
    )


def _number(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0])

"""From the table that the job filled to the target: one transaction with the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tasks.lake.folders import Folder, compare, sum_results
from tasks.lake.target import lengthen_texts, longer_texts, read_target
from tasks.redshift import Warehouse, WarehouseError, run_transaction
from tasks.warehouse import LoadResult, TooManyRejects
from warehouse.lake import catalog, loading
from warehouse.lake.loading import Census, Publication
from warehouse.loading import lock_dataset

T = TypeVar("T")


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

    folders: tuple[Folder, ...]
    rows: int
    flow_run_id: str | None
    glue_run_id: str | None
    reject_limit: int

    @property
    def load_ids(self) -> list[str]:
        """The loads of the folders."""
        return [folder.load_id for folder in self.folders]

    @property
    def partition_keys(self) -> list[str]:
        """The folders in the ledger."""
        return [folder.partition_key for folder in self.folders]


def find_current(warehouse: Warehouse, partition_keys: Sequence[str]) -> dict[str, LoadResult]:
    """Give the newest loads of the partitions that were loaded ever, by partition key."""
    return run_transaction(
        warehouse, "Reading the ledger", lambda cursor: _read_current(cursor, partition_keys)
    )


def publish(warehouse: Warehouse, publication: Publication, brought: Brought) -> LoadResult:
    """Move the rows that the job brought to the target, exactly once.

    Everything is in one transaction: after a crash, a conflict or a lost connection the same call
    finds out what is done and does the rest.
    """
    _make_room(warehouse, publication, brought)
    work = f"The load of {publication.source_uri} into {publication.plan.name}"
    return run_transaction(warehouse, work, lambda cursor: _run(cursor, publication, brought))


def discard(warehouse: Warehouse, incoming_table: str) -> None:
    """Drop the table that the job fills: nothing of it will be published."""
    statement = loading.discard_incoming(incoming_table)
    run_transaction(
        warehouse, f"Dropping {incoming_table}", lambda cursor: cursor.execute(statement)
    )


def count_rows(warehouse: Warehouse, publication: Publication) -> int:
    """Count the rows that the target has now."""
    statement = loading.count_table(publication.plan)
    return run_transaction(
        warehouse, f"Counting {publication.plan.name}", lambda cursor: _number(cursor, statement)
    )


def _make_room(warehouse: Warehouse, publication: Publication, brought: Brought) -> None:
    """Lengthen the target's text columns to what the data need."""
    plan = publication.plan
    work = f"Measuring what arrived for {plan.name}"
    census = run_transaction(warehouse, work, lambda cursor: _take_census(cursor, publication))
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
    done = _read_current(cursor, brought.partition_keys)
    found = compare(brought.folders, done)
    if not found.pending:
        cursor.execute(loading.discard_incoming(publication.incoming_table))
        return found.loaded
    census = _check_census(cursor, publication, brought)
    for table in ("loads", "rejects"):
        for ids in _batches(brought.load_ids):
            cursor.execute(loading.delete_loads(table, len(ids)), ids)
    if census.unusable:
        cursor.execute(loading.insert_rejects(publication), (publication.source_uri,))
    usable = {load: rows - census.rejected[load] for load, rows in census.rows.items()}
    loaded = _merge(cursor, publication) if publication.keys else usable
    if not publication.keys:
        _replace(cursor, publication, brought)
    _check_loaded(cursor, publication, brought, sum(loaded.values()))
    results = [_sum_up(folder, census, usable, loaded) for folder in brought.folders]
    for some in _batches(list(zip(brought.folders, results, strict=True))):
        _write_ledger(cursor, brought, some)
    cursor.execute(loading.drop_incoming(publication))
    return sum_results(results, skipped=False)


def _sum_up(
    folder: Folder, census: Census, usable: Mapping[str, int], loaded: Mapping[str, int]
) -> LoadResult:
    load = folder.load_id
    kept = loaded.get(load, 0)
    return LoadResult(
        load,
        census.rows.get(load, 0),
        kept,
        census.rejected.get(load, 0),
        usable.get(load, 0) - kept,
        skipped=False,
    )


def _check_census(cursor: Any, publication: Publication, brought: Brought) -> Census:
    census = _take_census(cursor, publication)
    if census is None or census.total != brought.rows or census.rows.keys() - {*brought.load_ids}:
        raise Overtaken(publication.source_uri, publication.plan.name)
    if census.unusable > brought.reject_limit:
        raise TooManyRejects(
            f"{publication.source_uri} has {census.unusable} unusable rows of {census.total}, the "
            f"limit is {brought.reject_limit}; nothing was loaded."
        )
    return census


def _take_census(cursor: Any, publication: Publication) -> Census | None:
    """Count what arrived, after whoever writes it; None where the table is gone."""
    cursor.execute(catalog.SELECT_OWNER, (loading.SCHEMA, publication.incoming_table))
    if cursor.fetchone() is None:
        return None
    cursor.execute(loading.lock_incoming(publication))
    cursor.execute(loading.take_census(publication))
    found = cursor.fetchall()
    names = loading.measured_columns(publication.plan)
    return Census(
        {str(row[0]).strip(): int(row[1]) for row in found},
        {str(row[0]).strip(): int(row[2]) for row in found},
        {
            name: max((int(row[place] or 0) for row in found), default=0)
            for place, name in enumerate(names, start=3)
        },
    )


def _replace(cursor: Any, publication: Publication, brought: Brought) -> None:
    for keys in _batches(brought.partition_keys):
        cursor.execute(loading.delete_earlier(publication, len(keys)), (loading.DATASET, *keys))
    cursor.execute(loading.insert_rows(publication))


def _merge(cursor: Any, publication: Publication) -> dict[str, int]:
    cursor.execute(loading.create_newest(publication))
    cursor.execute(loading.count_newest(publication))
    loaded = {str(load).strip(): int(count) for load, count in cursor.fetchall()}
    cursor.execute(loading.merge_newest(publication))
    cursor.execute(loading.drop_newest(publication))
    return loaded


def _check_loaded(cursor: Any, publication: Publication, brought: Brought, loaded: int) -> None:
    found = 0
    for ids in _batches(brought.load_ids):
        cursor.execute(loading.count_loaded(publication, len(ids)), ids)
        found += int(cursor.fetchone()[0])
    if found != loaded:
        raise WarehouseError(
            f"{publication.plan.name} has {found} rows of this load, and {loaded} were to be "
            "loaded; everything was rolled back. Are its keys unique?"
        )


def _read_current(cursor: Any, partition_keys: Sequence[str]) -> dict[str, LoadResult]:
    current = {}
    for keys in _batches(partition_keys):
        cursor.execute(loading.select_current(len(keys)), (loading.DATASET, *keys))
        for key, load_id, *counts in cursor.fetchall():
            rows, loaded, rejected, duplicate = map(int, counts)
            current[str(key)] = LoadResult(
                str(load_id).strip(), rows, loaded, rejected, duplicate, skipped=True
            )
    return current


def _write_ledger(
    cursor: Any, brought: Brought, results: Sequence[tuple[Folder, LoadResult]]
) -> None:
    values = [
        value
        for folder, result in results
        for value in (
            folder.load_id,
            loading.DATASET,
            folder.partition_key,
            len(folder.objects),
            result.input_rows,
            result.loaded_rows,
            result.rejected_rows,
            result.duplicate_rows,
            brought.flow_run_id,
            brought.glue_run_id,
        )
    ]
    cursor.execute(loading.insert_loads(len(results)), (*values, loading.DATASET))


def _batches(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(listed), loading.MOST_FOLDERS):
        yield listed[first : first + loading.MOST_FOLDERS]


def _number(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0])

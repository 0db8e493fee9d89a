"""A made snapshot into Redshift's star, in one transaction, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.books.snapshot import MadeSnapshot, MadeTable, Snapshot
from tasks.processed import hash_load, manifest, verify_objects
from tasks.redshift import Warehouse, WarehouseError, run_transaction
from tasks.warehouse import LoadResult
from warehouse import books, loading
from warehouse.books import TableLoad

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What a plan says of rows that are in the table already, as they are.
_SAME = "same"


class IntegrityError(WarehouseError):
    """Rows refer to something that is not there, or repeat a key; nothing was published."""


@dataclass(frozen=True)
class LoadedTable:
    """A table of the star: input = loaded + rejected + duplicate, loaded by kind of change."""

    table: str
    result: LoadResult
    changes: dict[str, int]


@dataclass(frozen=True)
class Place:
    """From where and by whom the star is loaded."""

    bucket: str
    temp_bucket: str
    copy_role_arn: str
    flow_run_id: str | None
    glue_run_id: str | None


def find_loaded(warehouse: Warehouse, snapshot: Snapshot) -> list[LoadedTable] | None:
    """Read from the ledger what loading a snapshot did; None where it was not loaded."""
    return run_transaction(
        warehouse, _describe(snapshot), lambda cursor: _read_ledger(cursor, snapshot)
    )


def load_star(
    warehouse: Warehouse, s3: S3Client, made: MadeSnapshot, place: Place
) -> list[LoadedTable]:
    """Load what the job made of a snapshot; a snapshot that is loaded already is left alone.

    Raises IntegrityError, WarehouseError, ProcessedZoneError; whatever it raises, the star is as
    it was.
    """
    verify_objects(s3, place.bucket, made.marker)

    def run(cursor: Any) -> list[LoadedTable]:
        cursor.execute(loading.lock_dataset(books.DATASET))
        # Whoever held the lock before may have loaded the same snapshot.
        done = _read_ledger(cursor, made.snapshot)
        if done is not None:
            return done
        return _Run(cursor, s3, made, place).load()

    return run_transaction(warehouse, _describe(made.snapshot), run)


def count_ratings(warehouse: Warehouse) -> dict[str, int]:
    """Count the ratings by what they say; 0 is a book that was read and not rated."""

    def count(cursor: Any) -> dict[str, int]:
        cursor.execute(books.COUNT_RATINGS)
        return {str(rating): int(rows) for rating, rows in cursor.fetchall()}

    return run_transaction(warehouse, "Counting the ratings", count)


@dataclass(frozen=True)
class _Run:
    """One load in its open transaction."""

    cursor: Any
    s3: S3Client
    made: MadeSnapshot
    place: Place

    def load(self) -> list[LoadedTable]:
        name = self.made.snapshot.snapshot_id[:16]
        made = {table.table: table for table in self.made.tables}
        loads = books.table_loads(name)
        for load in loads:
            self._stage(load, made[load.spec.table])
        loaded = [self._apply(load, made[load.spec.table]) for load in loads]
        names = [name for load in loads for name in (load.stage, load.planned)]
        self.cursor.execute(loading.drop_stages(*names))
        return loaded

    def _stage(self, load: TableLoad, made: MadeTable) -> None:
        self.cursor.execute(loading.create_stage(load.spec, load.stage))
        if made.objects:
            key = f"manifests/{self.made.snapshot.snapshot_id}-{made.table}.json"
            place = self.place
            with manifest(self.s3, place.temp_bucket, key, place.bucket, made.objects) as uri:
                self.cursor.execute(loading.copy_stage(load.stage, uri, place.copy_role_arn))
        staged = self._number(loading.count_rows(load.stage))
        if staged != made.rows:
            raise WarehouseError(
                f"{self.made.snapshot.prefix} brought {staged} rows of {made.table}, its marker "
                f"promises {made.rows}; nothing was loaded. Delete it and run model_books again."
            )
        self.cursor.execute(books.find_repeated(load))
        repeated = self.cursor.fetchall()
        if repeated:
            raise IntegrityError(
                f"{made.table} has keys more than once, among them {_show(repeated)}; nothing was "
                "loaded."
            )

    def _apply(self, load: TableLoad, made: MadeTable) -> LoadedTable:
        """Plan a table, check that the plan has every row once, do what it says, note it down."""
        self.cursor.execute(load.plan)
        planned = self._number(loading.count_rows(load.planned))
        if planned != made.rows:
            self.cursor.execute(books.find_orphans(load))
            orphans = self.cursor.fetchall()
            raise IntegrityError(
                f"{made.table} would have {planned} rows for the {made.rows} of the snapshot: "
                f"what they refer to is not there, among them {_show(orphans)}; nothing was "
                "loaded."
            )
        for statement in load.changes:
            self.cursor.execute(statement)
        self.cursor.execute(books.count_changes(load.planned))
        changes = {str(change): int(count) for change, count in self.cursor.fetchall()}
        duplicate = changes.pop(_SAME, 0)
        load_id = _load_id(self.made.snapshot, made.table)
        result = LoadResult(load_id, made.rows, made.rows - duplicate, 0, duplicate, skipped=False)
        self._write_ledger(made, result)
        return LoadedTable(made.table, result, changes)

    def _write_ledger(self, made: MadeTable, result: LoadResult) -> None:
        snapshot = self.made.snapshot
        values = (
            result.load_id,
            books.DATASET,
            f"{made.table}/snapshot={snapshot.snapshot_id}",
            len(made.objects),
            result.input_rows,
            result.loaded_rows,
            result.rejected_rows,
            result.duplicate_rows,
            self.place.flow_run_id,
            self.place.glue_run_id,
        )
        self.cursor.execute(loading.INSERT_LOAD, values)

    def _number(self, statement: str) -> int:
        self.cursor.execute(statement)
        return int(self.cursor.fetchone()[0])


def _read_ledger(cursor: Any, snapshot: Snapshot) -> list[LoadedTable] | None:
    """Read the four rows of a snapshot; they were written together or not at all."""
    loaded = []
    for spec in books.STAR:
        load_id = _load_id(snapshot, spec.table)
        cursor.execute(loading.SELECT_LOAD, (load_id,))
        row = cursor.fetchone()
        if row is None:
            return None
        staged, inserted, rejected, duplicate = map(int, row)
        result = LoadResult(load_id, staged, inserted, rejected, duplicate, skipped=True)
        loaded.append(LoadedTable(spec.table, result, {}))
    return loaded


def _load_id(snapshot: Snapshot, table: str) -> str:
    return hash_load(books.DATASET, f"{table}/snapshot", snapshot.objects)


def _describe(snapshot: Snapshot) -> str:
    return f"The load of {snapshot.prefix} into the star of the books"


def _show(rows: list[Any]) -> str:
    return ", ".join("/".join(str(value) for value in row) for row in rows)

"""What is done to the warehouse: migrations, exactly-once loads, and what is left to load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.logs import find_logger
from tasks.processed import (
    MARKER_NAME,
    PartitionMarker,
    ProcessedZoneError,
    group_partitions,
    hash_load,
    list_objects,
    manifest,
    read_marker,
    verify_objects,
)
from tasks.redshift import (
    Warehouse,
    WarehouseError,
    explained,
    run_transaction,
    run_with_retries,
)
from warehouse import loading, schema
from warehouse.schema import Migration
from warehouse.tables import TableSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class TooManyRejects(WarehouseError):
    """More rows of a partition are unusable than the load allows; nothing was loaded."""


@dataclass(frozen=True)
class LoadResult:
    """What became of a partition: input = loaded + rejected + duplicate.

    `skipped` where the same objects were loaded before; the counts are that load's.
    """

    load_id: str
    input_rows: int
    loaded_rows: int
    rejected_rows: int
    duplicate_rows: int
    skipped: bool

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Return input, loaded, rejected and duplicate."""
        return (self.input_rows, self.loaded_rows, self.rejected_rows, self.duplicate_rows)


@dataclass(frozen=True)
class Load:
    """One load, before it runs: what to load into which table, and under which name."""

    spec: TableSpec
    partition: str
    load_id: str
    marker: PartitionMarker
    reject_limit: int

    @property
    def manifest_key(self) -> str:
        """Where the manifest of the COPY lies while it runs; whoever holds the lock writes it."""
        return f"manifests/{self.spec.dataset}/{self.spec.partition_key(self.partition)}.json"

    @property
    def stage(self) -> str:
        """The temporary table that COPY fills; its name is unique, so no statement is stale."""
        return f"stage_{self.load_id[:16]}"

    @property
    def newest(self) -> str:
        """The temporary table of the rows to merge."""
        return f"newest_{self.load_id[:16]}"

    @property
    def partition_value(self) -> str | None:
        """What the rows have in the partition column, where the table has one."""
        return self.partition.partition("=")[2] if self.spec.partition_column else None

    def __str__(self) -> str:
        return f"The load of {self.marker.prefix} into {self.spec.schema}.{self.spec.table}"


def apply_migrations(warehouse: Warehouse, migrations: Sequence[Migration]) -> list[str]:
    """Apply the migrations that are not applied yet, and return their names.

    All in one transaction behind a lock: of two that try at once the second finds nothing to do.
    """

    def prepare() -> None:
        with warehouse.transaction() as cursor:
            for statement in schema.PREPARE:
                cursor.execute(statement)

    def apply() -> list[str]:
        with warehouse.transaction() as cursor:
            cursor.execute(schema.LOCK)
            cursor.execute(schema.SELECT_APPLIED)
            missing = _missing_migrations(cursor.fetchall(), migrations)
            for migration in missing:
                _apply_migration(cursor, migration)
        return [f"{migration.number:04d}_{migration.name}" for migration in missing]

    run_with_retries(prepare)
    return run_with_retries(apply)


def load_partition(
    warehouse: Warehouse,
    s3: S3Client,
    *,
    spec: TableSpec,
    partition: str,
    bucket: str,
    copy_role_arn: str,
    temp_bucket: str,
    flow_run_id: str | None,
    glue_run_id: str | None,
    reject_limit: int,
) -> LoadResult:
    """Load a partition of the processed zone (`event_date=2026-11-20`) exactly once.

    Everything happens in one transaction, and a load is named after its objects: after a crash, a
    conflict or a lost connection the same call finds out what is done and does the rest.
    """
    load = _plan_load(s3, spec, partition, bucket, reject_limit)
    done = run_transaction(warehouse, str(load), lambda cursor: _read_ledger(cursor, load.load_id))
    if done:
        return done
    verify_objects(s3, bucket, load.marker)
    runs = (flow_run_id, glue_run_id)

    def copy(cursor: Any) -> None:
        objects = load.marker.objects
        with manifest(s3, temp_bucket, load.manifest_key, bucket, objects) as uri:
            cursor.execute(loading.copy_stage(load.stage, uri, copy_role_arn))

    result = run_transaction(
        warehouse, str(load), lambda cursor: _run_load(cursor, load, copy, runs)
    )
    find_logger().info("%s is in the ledger as %s, made by %s", load, load.load_id, glue_run_id)
    return result


def pending_partitions(
    warehouse: Warehouse, s3: S3Client, *, spec: TableSpec, bucket: str
) -> list[str]:
    """Name the partitions of a table that are complete and not loaded as they are now.

    Read off one listing of the table's prefix and the ledger: a listing tells ETags, so only the
    marker of a partition that is new or changed is read, and never the table itself.
    """
    loaded = run_transaction(
        warehouse,
        f"Reading the ledger of {spec.dataset}",
        lambda cursor: _loaded_ids(cursor, spec),
    )
    listed = group_partitions(spec.prefix, list_objects(s3, bucket, spec.prefix))
    pending = []
    for partition, objects in sorted(listed.items()):
        marker_key = f"{spec.prefix}{partition}/{MARKER_NAME}"
        data = [stored for stored in objects if stored.key != marker_key]
        if len(data) == len(objects):
            continue
        key = spec.partition_key(partition)
        if hash_load(spec.dataset, key, data) in loaded:
            continue
        # More objects than the marker names: leftovers that the next processing sweeps.
        marker = read_marker(s3, bucket, f"{spec.prefix}{partition}/")
        if marker and hash_load(spec.dataset, key, marker.objects) not in loaded:
            pending.append(partition)
    return pending


def table_counts(warehouse: Warehouse, specs: Iterable[TableSpec]) -> dict[str, int]:
    """Count the rows of tables, by `schema.table`."""

    def count() -> dict[str, int]:
        counts = {}
        with warehouse.transaction() as cursor:
            for spec in specs:
                name = f"{spec.schema}.{spec.table}"
                with explained(f"Counting {name}"):
                    counts[name] = _number(cursor, loading.count_table(spec))
        return counts

    specs = tuple(specs)
    return run_with_retries(count)


def _missing_migrations(
    applied: Iterable[Sequence[Any]], migrations: Sequence[Migration]
) -> list[Migration]:
    known = {migration.number: migration for migration in migrations}
    done = set()
    for number, name, checksum in applied:
        if number not in known:
            raise WarehouseError(
                f"The warehouse has migration {number:04d}_{name}, which this code does not know: "
                "it is older than the warehouse. Use the newer code."
            )
        if known[number].checksum != checksum.strip():
            raise WarehouseError(
                f"Migration {number:04d}_{name} was changed after it was applied. Undo the change "
                "and write what it should do as a new migration."
            )
        done.add(number)
    return [migration for migration in migrations if migration.number not in done]


def _apply_migration(cursor: Any, migration: Migration) -> None:
    with explained(f"Migration {migration.number:04d}_{migration.name}"):
        for statement in migration.statements:
            cursor.execute(statement)
        cursor.execute(
            schema.INSERT_APPLIED, (migration.number, migration.name, migration.checksum)
        )


def _plan_load(
    s3: S3Client, spec: TableSpec, partition: str, bucket: str, reject_limit: int
) -> Load:
    prefix = f"{spec.prefix}{partition}/"
    marker = read_marker(s3, bucket, prefix)
    if marker is None:
        raise ProcessedZoneError(
            f"s3://{bucket}/{prefix} has no {MARKER_NAME}: the partition is not complete. "
            "Process its windows first."
        )
    load_id = hash_load(spec.dataset, spec.partition_key(partition), marker.objects)
    return Load(spec, partition, load_id, marker, reject_limit)


def _read_ledger(cursor: Any, load_id: str) -> LoadResult | None:
    cursor.execute(loading.SELECT_LOAD, (load_id,))
    row = cursor.fetchone()
    if row is None:
        return None
    staged, loaded, rejected, duplicate = map(int, row)
    return LoadResult(load_id, staged, loaded, rejected, duplicate, skipped=True)


def _run_load(
    cursor: Any, load: Load, copy: Callable[[Any], None], runs: tuple[str | None, str | None]
) -> LoadResult:
    """Run the statements of a load in the open transaction."""
    cursor.execute(loading.lock_dataset(load.spec.dataset))
    # Whoever held the lock before may have loaded the same objects.
    done = _read_ledger(cursor, load.load_id)
    if done:
        return done
    cursor.execute(loading.create_stage(load.spec, load.stage))
    if load.marker.objects:
        copy(cursor)
    staged, rejected = _check_stage(cursor, load)
    publish = _merge_rows if load.partition_value is None else _replace_rows
    loaded = publish(cursor, load)
    result = LoadResult(
        load.load_id, staged, loaded, rejected, staged - loaded - rejected, skipped=False
    )
    _write_ledger(cursor, load, result, runs)
    cursor.execute(loading.drop_stages(load.stage, load.newest))
    return result


def _merge_rows(cursor: Any, load: Load) -> int:
    """Merge the newest staged row of each key into the table; return how many there are."""
    cursor.execute(loading.create_newest(load.spec, load.stage, load.newest))
    loaded = _number(cursor, loading.count_rows(load.newest))
    cursor.execute(loading.merge_newest(load.spec, load.newest))
    return loaded


def _replace_rows(cursor: Any, load: Load) -> int:
    """Put the newest staged row of each key in place of the partition; return how many."""
    cursor.execute(loading.create_newest_of_partition(load.spec, load.stage, load.newest))
    loaded = _number(cursor, loading.count_rows(load.newest))
    cursor.execute(loading.delete_partition(load.spec), (load.partition_value,))
    cursor.execute(loading.insert_partition(load.spec, load.newest), (load.partition_value,))
    return loaded


def _check_stage(cursor: Any, load: Load) -> tuple[int, int]:
    """Count the staged rows and the unusable ones among them, which are laid aside."""
    cursor.execute(loading.count_stage(load.spec, load.stage))
    staged, rejected = map(int, cursor.fetchone())
    if staged != load.marker.rows:
        raise WarehouseError(
            f"{load} brought {staged} rows, its marker promises {load.marker.rows}; nothing was "
            "loaded. Process the windows of the partition again."
        )
    if rejected > load.reject_limit:
        raise TooManyRejects(
            f"{load} has {rejected} unusable rows of {staged}, the limit is "
            f"{load.reject_limit}; nothing was loaded."
        )
    if rejected:
        statement = loading.insert_rejects(load.spec, load.stage)
        cursor.execute(statement, (load.load_id, load.marker.prefix))
    return staged, rejected


def _write_ledger(
    cursor: Any, load: Load, result: LoadResult, runs: tuple[str | None, str | None]
) -> None:
    values = (
        load.load_id,
        load.spec.dataset,
        load.spec.partition_key(load.partition),
        len(load.marker.objects),
        result.input_rows,
        result.loaded_rows,
        result.rejected_rows,
        result.duplicate_rows,
        *runs,
    )
    cursor.execute(loading.INSERT_LOAD, values)


def _loaded_ids(cursor: Any, spec: TableSpec) -> set[str]:
    cursor.execute(loading.SELECT_LOAD_IDS, (spec.dataset, spec.partition_key("%")))
    return {row[0].strip() for row in cursor.fetchall()}


def _number(cursor: Any, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0])

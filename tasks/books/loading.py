"""Landed files into PostgreSQL: all that are new, in one transaction, each exactly once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from psycopg import Cursor
from psycopg.types.json import Jsonb

from tasks.books import statements
from tasks.books.cleaning import FileCleaner, Reject, TooManyRejects
from tasks.books.fields import Limits
from tasks.books.landing import DATASET, LandedFile, read_chunks
from tasks.books.tables import TABLES
from tasks.postgres import Database

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class LoadedFile:
    """What became of a file: input = loaded + rejected + duplicate; `mended` by kind."""

    load_id: str
    file: str
    table: str
    input_rows: int
    loaded_rows: int
    rejected_rows: int
    duplicate_rows: int
    reasons: dict[str, int]
    mended: dict[str, int]
    quarantine_uri: str | None


@dataclass(frozen=True)
class Loader:
    """What a load needs beside its files."""

    s3: S3Client
    quarantine_bucket: str
    limits: Limits
    reject_limit: int
    flow_run_id: str | None
    advance: Callable[[], None] = field(default=lambda: None)

    def load(self, database: Database, files: Sequence[LandedFile]) -> list[LoadedFile]:
        """Load the files that the ledger does not know, oldest first, or none of them.

        Whoever comes second waits for the lock and then finds everything loaded.
        """
        with database.transaction(), database.cursor() as cursor:
            cursor.execute(statements.LOCK)
            known = _known_ids(cursor, files)
            return [self._load_file(cursor, f) for f in files if f.load_id not in known]

    def _load_file(self, cursor: Cursor[Any], file: LandedFile) -> LoadedFile:
        with TemporaryFile() as spool:
            cleaner = FileCleaner(
                name=file.uri,
                table=file.table,
                limits=self.limits,
                reject_limit=self.reject_limit,
                reject=lambda reject: _spool(spool, reject),
            )
            try:
                keys = self._merge(cursor, file, cleaner)
            except TooManyRejects as error:
                raise TooManyRejects(
                    f"{error} They lie in {self._lay_aside(file, spool)}."
                ) from None
            uri = None
            if cleaner.cleaned.rejected:
                uri = self._lay_aside(file, spool)
                _copy_rejects(cursor, file, spool)
        done = cleaner.cleaned
        loaded = LoadedFile(
            load_id=file.load_id,
            file=file.key,
            table=file.table.name,
            input_rows=done.rows + done.rejected,
            loaded_rows=keys,
            rejected_rows=done.rejected,
            duplicate_rows=done.rows - keys,
            reasons=dict(done.reasons),
            mended=dict(done.mended),
            quarantine_uri=uri,
        )
        _write_ledger(cursor, loaded, self.flow_run_id)
        self.advance()
        return loaded

    def _merge(self, cursor: Cursor[Any], file: LandedFile, cleaner: FileCleaner) -> int:
        """Stream a file's rows through a stage into its table; returns how many keys it had."""
        table = file.table
        cursor.execute(statements.create_stage(table))
        with cursor.copy(statements.copy_stage(table)) as copy:
            for line, row in cleaner.clean(read_chunks(self.s3, file)):
                copy.write_row((*row, line))
        cursor.execute(statements.merge_stage(table), (file.landed_at,))
        cursor.execute(statements.count_keys(table))
        (keys,) = cursor.fetchone() or (0,)
        cursor.execute(statements.drop_stage(table))
        return int(keys)

    def _lay_aside(self, file: LandedFile, spool: IO[bytes]) -> str:
        """Put the rejects into the quarantine, as JSON lines.

        The key is the load's, so that a repeated load replaces what a broken one left.
        """
        key = f"quarantine/{DATASET}/load_id={file.load_id}/rejects.jsonl.gz"
        spool.seek(0)
        with TemporaryFile() as packed:
            with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as lines:
                for line in spool:
                    reject = {"file": file.key, **json.loads(line)}
                    lines.write(json.dumps(reject).encode() + b"\n")
            packed.seek(0)
            self.s3.upload_fileobj(packed, self.quarantine_bucket, key)
        return f"s3://{self.quarantine_bucket}/{key}"


def create_schema(database: Database) -> None:
    """Create what is missing of the schema; of two that try at once the second waits."""
    with database.transaction(), database.cursor() as cursor:
        cursor.execute(statements.LOCK_CREATION)
        for statement in statements.CREATE:
            cursor.execute(statement)


def find_new(database: Database, files: Sequence[LandedFile]) -> list[LandedFile]:
    """Return the files that the ledger does not know."""
    with database.transaction(), database.cursor() as cursor:
        known = _known_ids(cursor, files)
    return [file for file in files if file.load_id not in known]


def count_rows(database: Database) -> dict[str, int]:
    """Count the rows of each table."""
    counts = {}
    with database.transaction(), database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(statements.count_rows(table))
            (counts[table.name],) = cursor.fetchone() or (0,)
    return counts


def _known_ids(cursor: Cursor[Any], files: Sequence[LandedFile]) -> set[str]:
    cursor.execute(statements.SELECT_LOAD_IDS, ([file.load_id for file in files],))
    return {load_id for (load_id,) in cursor.fetchall()}


def _copy_rejects(cursor: Cursor[Any], file: LandedFile, spool: IO[bytes]) -> None:
    spool.seek(0)
    with cursor.copy(statements.COPY_REJECTS) as copy:
        for line in spool:
            copy.write_row((file.load_id, file.key, *json.loads(line).values()))


def _spool(spool: IO[bytes], reject: Reject) -> None:
    spool.write(json.dumps(asdict(reject)).encode() + b"\n")


def _write_ledger(cursor: Cursor[Any], loaded: LoadedFile, flow_run_id: str | None) -> None:
    values = (
        loaded.load_id,
        loaded.file,
        loaded.table,
        loaded.input_rows,
        loaded.loaded_rows,
        loaded.rejected_rows,
        loaded.duplicate_rows,
        Jsonb(loaded.mended),
        flow_run_id,
    )
    cursor.execute(statements.INSERT_LOAD, values)

"""What cleaning did, told in Redshift's ledger: whoever watches loads and rejects reads that alone.

PostgreSQL knows of each file what became of it and has what was rejected, since the transaction
that loaded the file. The ledger gets a row for each file, `files/<key>`, whose loaded rows are
those of PostgreSQL, and its rejects, in one transaction: each file once, whoever is killed when.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from tasks.books import statements
from tasks.postgres import Database
from tasks.redshift import Warehouse, run_transaction
from warehouse import books, loading

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Whoever holds the lock of the dataset writes it, so what a killed run left is replaced.
STAGED_KEY = "manifests/books/rejects.jsonl.gz"
_PARTITIONS = "files/"
_PARTITION_BYTES = 256
_SUBJECT = "Recording in the ledger what was cleaned"


@dataclass(frozen=True)
class CleanedLoad:
    """A file that PostgreSQL has: input = loaded + rejected + duplicate."""

    load_id: str
    file: str
    input_rows: int
    loaded_rows: int
    rejected_rows: int
    duplicate_rows: int
    flow_run_id: str | None

    @property
    def partition_key(self) -> str:
        """The ledger's name of the file; the whole of a long one stands beside its rejects."""
        name = f"{_PARTITIONS}{self.file}".encode()
        return name[:_PARTITION_BYTES].decode(errors="ignore")


@dataclass(frozen=True)
class Recorder:
    """From where to where loads are recorded."""

    database: Database
    warehouse: Warehouse
    s3: S3Client
    temp_bucket: str
    copy_role_arn: str

    def record(self) -> list[CleanedLoad]:
        """Record the loads that the ledger does not know, and return them."""
        cleaned = self._read_loads()
        return run_transaction(
            self.warehouse, _SUBJECT, lambda cursor: self._record(cursor, cleaned)
        )

    def _record(self, cursor: Any, cleaned: Sequence[CleanedLoad]) -> list[CleanedLoad]:
        cursor.execute(loading.lock_dataset(books.DATASET))
        cursor.execute(loading.SELECT_LOAD_IDS, (books.DATASET, f"{_PARTITIONS}%"))
        known = {load_id.strip() for (load_id,) in cursor.fetchall()}
        new = [load for load in cleaned if load.load_id not in known]
        self._copy_rejects(cursor, [load.load_id for load in new if load.rejected_rows])
        for load in new:
            cursor.execute(loading.INSERT_LOAD, _ledger_row(load))
        return new

    def _copy_rejects(self, cursor: Any, load_ids: Sequence[str]) -> None:
        if load_ids:
            with self._staged(load_ids) as uri:
                cursor.execute(books.copy_rejects(uri, self.copy_role_arn))

    @contextmanager
    def _staged(self, load_ids: Sequence[str]) -> Iterator[str]:
        """Keep the rejects of loads as JSON lines in S3 while they are copied; gives the URI."""
        with TemporaryFile() as packed:
            self._pack_rejects(packed, load_ids)
            packed.seek(0)
            self.s3.upload_fileobj(packed, self.temp_bucket, STAGED_KEY)
        try:
            yield f"s3://{self.temp_bucket}/{STAGED_KEY}"
        finally:
            self.s3.delete_object(Bucket=self.temp_bucket, Key=STAGED_KEY)

    def _pack_rejects(self, packed: IO[bytes], load_ids: Sequence[str]) -> None:
        """Stream the rejects through: there may be more than memory holds."""
        with (
            gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as lines,
            self.database.transaction(),
            self.database.cursor(name="rejects") as cursor,
        ):
            cursor.execute(statements.SELECT_REJECTS, (list(load_ids),))
            for row in cursor:
                reject = dict(zip(books.REJECT_COLUMNS, row, strict=True))
                # A line of JSON may have 4 MB, the longest record 1: nothing is escaped.
                lines.write(json.dumps(reject, ensure_ascii=False).encode() + b"\n")

    def _read_loads(self) -> list[CleanedLoad]:
        with self.database.transaction(), self.database.cursor() as cursor:
            cursor.execute(statements.SELECT_LOADS)
            return [CleanedLoad(*row) for row in cursor.fetchall()]


def _ledger_row(load: CleanedLoad) -> tuple[Any, ...]:
    return (
        load.load_id,
        books.DATASET,
        load.partition_key,
        1,
        load.input_rows,
        load.loaded_rows,
        load.rejected_rows,
        load.duplicate_rows,
        load.flow_run_id,
        None,
    )

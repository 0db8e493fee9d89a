"""A dataset of each test's own in the stack's warehouse, and the processed zone to load it from."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lochan.stack.pytest_plugin import TestStack
from tasks.redshift import Warehouse, connect
from tasks.warehouse import LoadResult, apply_migrations, load_partition
from warehouse.schema import read_migrations
from warehouse.tables import Column, TableSpec

SCHEMA = pa.schema(
    [("id", pa.int64()), ("note", pa.string()), ("retrieved_at", pa.timestamp("us", tz="UTC"))]
)
COLUMNS = (
    Column("id", "BIGINT", required=True),
    Column("note", "VARCHAR(64)", required=True),
    Column("retrieved_at", "TIMESTAMP", required=True),
)
DAY = "event_date=2026-11-20"
Row = tuple[int | None, str | None, int]


@pytest.fixture
def trusted(lochan_stack: TestStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", lochan_stack.environment["SSL_CERT_FILE"])


@pytest.fixture
def warehouse(redshift_login: dict[str, Any], trusted: None) -> Iterator[Warehouse]:
    opened = connect(**redshift_login)
    apply_migrations(opened, read_migrations())
    yield opened
    opened.close()


@dataclass(frozen=True)
class Dataset:
    """A table, its lock, and a processed zone: what load_partition needs, and ways to look."""

    s3: Any
    warehouse: Warehouse
    spec: TableSpec
    bucket: str

    def publish(self, *rows: Row, partition: str = DAY, promise: int | None = None) -> str:
        """Write rows (id, note, hour of retrieval) as the one object of a partition."""
        columns = {
            "id": [row[0] for row in rows],
            "note": [row[1] for row in rows],
            "retrieved_at": [datetime(2026, 11, 20, row[2]) for row in rows],
        }
        sink = io.BytesIO()
        pq.write_table(pa.table(columns, schema=SCHEMA), sink)
        key = f"{self.spec.prefix}{partition}/part-{uuid.uuid4().hex}.parquet"
        return self.put(key, sink.getvalue(), len(rows) if promise is None else promise)

    def put(self, key: str, body: bytes, rows: int) -> str:
        etag = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"]
        named = {"key": key, "etag": etag, "bytes": len(body), "records": rows}
        marker = json.dumps({"rows": rows, "objects": [named]}).encode()
        marker_key = key.rpartition("/")[0] + "/_complete.json"
        self.s3.put_object(Bucket=self.bucket, Key=marker_key, Body=marker)
        return key

    def load(
        self, partition: str = DAY, warehouse: Warehouse | None = None, reject_limit: int = 0
    ) -> LoadResult:
        return load_partition(
            warehouse or self.warehouse,
            self.s3,
            spec=self.spec,
            partition=partition,
            bucket=self.bucket,
            copy_role_arn="arn:aws:iam::000000000000:role/lochan-local-redshift-copy",
            temp_bucket=self.bucket,
            flow_run_id="flow-1",
            glue_run_id="jr_1",
            reject_limit=reject_limit,
        )

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.warehouse.transaction() as cursor:
            cursor.execute(statement, values) if values else cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]

    def rows(self) -> list[tuple[Any, ...]]:
        found = self.query(f"SELECT id, note, retrieved_at FROM {self.spec.name} ORDER BY id, note")
        return [(key, note, moment.hour) for key, note, moment in found]

    def ledger(self) -> list[tuple[Any, ...]]:
        return self.query(
            "SELECT partition_key, object_count, input_rows, loaded_rows, rejected_rows, "
            "duplicate_rows, flow_run_id, glue_run_id FROM etl.loads WHERE dataset = %s "
            "ORDER BY loaded_at",
            self.spec.dataset,
        )


def create_dataset(s3: Any, warehouse: Warehouse, spec: TableSpec, ddl: str) -> Dataset:
    s3.create_bucket(Bucket=(bucket := f"zone-{uuid.uuid4().hex}"))
    with warehouse.transaction() as cursor:
        cursor.execute(f'CREATE SCHEMA "{spec.schema}"')
        cursor.execute(f"CREATE TABLE etl.lock_{spec.dataset} (dataset VARCHAR(64))")
        cursor.execute(ddl)
    return Dataset(s3, warehouse, spec, bucket)


@pytest.fixture
def dataset(s3: Any, warehouse: Warehouse) -> Iterator[Dataset]:
    name = f"contract_{uuid.uuid4().hex[:12]}"
    spec = TableSpec(name, name, "facts", COLUMNS, ("id",))
    ddl = (
        f"CREATE TABLE {name}.facts (id BIGINT NOT NULL, note VARCHAR(64) NOT NULL, "
        "retrieved_at TIMESTAMP NOT NULL, PRIMARY KEY (id)) DISTKEY (id)"
    )
    yield create_dataset(s3, warehouse, spec, ddl)
    with warehouse.transaction() as cursor:
        cursor.execute(f"DROP SCHEMA {name} CASCADE")
        cursor.execute(f"DROP TABLE etl.lock_{name}")

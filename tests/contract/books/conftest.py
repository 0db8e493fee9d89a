"""A database, a warehouse and buckets of each test's own, in the stack."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lochan.stack.pytest_plugin import TestStack
from tasks.books.loading import create_schema
from tasks.books.snapshot import MadeSnapshot, MadeTable, Snapshot
from tasks.books.star import LoadedTable, Place, load_star
from tasks.postgres import Database
from tasks.processed import StoredObject
from tasks.redshift import Warehouse, connect
from tasks.warehouse import apply_migrations
from warehouse.schema import read_migrations

TEXT, MOMENT = pa.string(), pa.timestamp("us", tz="UTC")
SCHEMAS = {
    "dim_location": [("location_id", TEXT), ("city", TEXT), ("state", TEXT), ("country", TEXT)],
    "dim_users": [
        ("user_id", pa.int64()),
        ("location_id", TEXT),
        ("age", pa.int32()),
        ("is_inferred", pa.bool_()),
        ("landed_at", MOMENT),
    ],
    "dim_books": [
        ("isbn", TEXT),
        ("title", TEXT),
        ("author", TEXT),
        ("publication_year", pa.int32()),
        ("publisher", TEXT),
        ("is_inferred", pa.bool_()),
        ("landed_at", MOMENT),
    ],
    "fact_ratings": [
        ("user_id", pa.int64()),
        ("isbn", TEXT),
        ("rating", pa.int32()),
        ("landed_at", MOMENT),
    ],
}


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"books-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def database(lochan_stack: TestStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of the stack, with empty tables of books."""
    environment = lochan_stack.environment
    monkeypatch.setenv("SSL_CERT_FILE", environment["SSL_CERT_FILE"])
    with psycopg.connect(
        host=environment["RDS_HOST"],
        port=int(environment["RDS_PORT"]),
        dbname=environment["RDS_DATABASE"],
        user=environment["RDS_USER"],
        password=environment["RDS_PASSWORD"],
        sslmode="verify-full",
        sslrootcert="system",
    ) as connection:
        connection.execute("DROP SCHEMA IF EXISTS books CASCADE")
        connection.commit()
        create_schema(connection)
        yield connection


@dataclass
class Star:
    """The star in the stack's warehouse, and a way to bring snapshots into it."""

    s3: Any
    warehouse: Warehouse
    bucket: str

    def load(self, name: str, **tables: list[tuple[Any, ...]]) -> dict[str, LoadedTable]:
        """Load a snapshot of rows by table; times are hours of a day."""
        made = self.make(name, **tables)
        place = Place(self.bucket, self.bucket, "arn:aws:iam::000000000000:role/copy", None, None)
        loaded = load_star(self.warehouse, self.s3, made, place)
        return {table.table: table for table in loaded}

    def make(self, name: str, **tables: list[tuple[Any, ...]]) -> MadeSnapshot:
        """Lay the rows of a snapshot as the job does."""
        snapshot = Snapshot(name * 8, (StoredObject("export/books/x", name, 1),))
        made = [self._lay(snapshot, table, rows) for table, rows in tables.items()]
        return MadeSnapshot(snapshot, tuple(made), {})

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with self.warehouse.transaction() as cursor:
            cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]

    def _lay(self, snapshot: Snapshot, table: str, rows: list[tuple[Any, ...]]) -> MadeTable:
        fields = SCHEMAS[table]
        if not rows:
            return MadeTable(table, 0, 0, 0, ())
        columns = {
            name: [
                datetime(2026, 11, 20, row[at]) if name == "landed_at" else row[at] for row in rows
            ]
            for at, (name, _) in enumerate(fields)
        }
        sink = io.BytesIO()
        pq.write_table(pa.table(columns, schema=pa.schema(fields)), sink, store_schema=False)
        body = sink.getvalue()
        key = f"{snapshot.prefix}{table}/part-{uuid.uuid4()}.snappy.parquet"
        etag = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"].strip('"')
        stored = StoredObject(key, etag, len(body))
        return MadeTable(table, len(rows), len(rows), 0, (stored,))


@pytest.fixture
def star(
    s3: Any,
    bucket: str,
    redshift_login: dict[str, Any],
    lochan_stack: TestStack,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Star]:
    """An empty star."""
    monkeypatch.setenv("SSL_CERT_FILE", lochan_stack.environment["SSL_CERT_FILE"])
    warehouse = connect(**redshift_login)
    apply_migrations(warehouse, read_migrations())
    with warehouse.transaction() as cursor:
        for table in ("fact_ratings", "dim_users", "dim_books", "dim_location"):
            cursor.execute(f"DELETE FROM books.{table}")
        books = "SELECT load_id FROM etl.loads WHERE dataset = 'books'"
        cursor.execute(f"DELETE FROM etl.rejects WHERE load_id IN ({books})")
        cursor.execute("DELETE FROM etl.loads WHERE dataset = 'books'")
    yield Star(s3, warehouse, bucket)
    warehouse.close()

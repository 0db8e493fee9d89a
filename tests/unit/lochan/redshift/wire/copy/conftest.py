"""A PostgreSQL cluster behind the Backend protocol, and S3 by moto in this process."""

import gzip
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from moto import mock_aws

from lochan.postgres import PostgresCluster, create_cluster, is_ready, server_command, socket_dsn
from lochan.redshift.wire.backend_protocol import BackendError, CopyInResult
from lochan.redshift.wire.copy.execution import CopyResult, execute_copy
from lochan.redshift.wire.copy.parser import parse_copy
from lochan.redshift.wire.copy.rejections import ensure_system_tables

BUCKET = "landing"
ROLE = "IAM_ROLE 'arn:aws:iam::000000000000:role/redshift-copy'"


class PsycopgBackend:
    """The Backend protocol over a psycopg connection in its client's transaction."""

    def __init__(self, dsn: str, connection: psycopg.Connection[Any]) -> None:
        self._dsn = dsn
        self.connection = connection

    def execute(self, sql: str) -> list[tuple[str | None, ...]]:
        with reported(), self.connection.cursor() as cursor:
            cursor.execute(sql.encode())
            if cursor.pgresult is None or cursor.description is None:
                return []
            result = cursor.pgresult
            return [
                tuple(_decode(result.get_value(row, column)) for column in range(result.nfields))
                for row in range(result.ntuples)
            ]

    def copy_in(self, sql: str, chunks: Iterable[bytes]) -> CopyInResult:
        with reported(), self.connection.cursor() as cursor:
            with cursor.copy(sql.encode()) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            return CopyInResult(cursor.rowcount)

    def copy_out(self, sql: str) -> Iterator[bytes]:
        with reported(), self.connection.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            yield from map(bytes, copy)

    @contextmanager
    def side_connection(self) -> Iterator["PsycopgBackend"]:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            yield PsycopgBackend(self._dsn, connection)


def _decode(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


@contextmanager
def reported() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise BackendError(
            error.sqlstate or "XX000", error.diag.message_primary or str(error)
        ) from error


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgresCluster]:
    with (
        tempfile.TemporaryDirectory(prefix="lochan-data-") as data,
        tempfile.TemporaryDirectory(prefix="lochan-") as sockets,
    ):
        cluster = PostgresCluster(Path(data) / "data", Path(sockets) / "s", 5432)
        create_cluster(cluster)
        server = subprocess.Popen(
            server_command(cluster),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        try:
            deadline = time.monotonic() + 30
            while not is_ready(cluster):
                assert server.poll() is None, "PostgreSQL ended while it started"
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.05)
            yield cluster
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(scope="session")
def dsn(cluster: PostgresCluster) -> str:
    dsn = socket_dsn(cluster)
    with psycopg.connect(dsn, autocommit=True) as connection:
        ensure_system_tables(PsycopgBackend(dsn, connection))
        connection.execute("CREATE DOMAIN super AS jsonb")
    return dsn


@pytest.fixture
def backend(dsn: str) -> Iterator[PsycopgBackend]:
    """A client's connection, in a transaction that the test's end rolls back."""
    with psycopg.connect(dsn) as connection:
        yield PsycopgBackend(dsn, connection)
        connection.rollback()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE lochan_system.stl_load_errors")


@pytest.fixture(scope="module")
def s3_service() -> Iterator[Any]:
    """An S3 client of moto's, which must not outlive the module: it replaces all of AWS."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def s3(s3_service: Any) -> Iterator[Any]:
    """The client, its bucket empty."""
    yield s3_service
    for page in s3_service.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        keys = [{"Key": item["Key"]} for item in page.get("Contents", ())]
        if keys:
            s3_service.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})


@pytest.fixture
def put(s3: Any) -> Callable[..., str]:
    """Lay an object into the bucket, and tell its URI."""

    def put(key: str, body: str | bytes, *, compress: bool = False) -> str:
        data = body.encode() if isinstance(body, str) else body
        s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(data) if compress else data)
        return f"s3://{BUCKET}/{key}"

    return put


@pytest.fixture
def copy(backend: PsycopgBackend, s3: Any) -> Callable[[str], CopyResult]:
    """Run `COPY <rest>`, the authorization added."""

    def copy(sql: str) -> CopyResult:
        statement = parse_copy(f"COPY {sql} {ROLE}")
        return execute_copy(statement, backend, s3_client_factory=lambda _region: s3)

    return copy


@pytest.fixture
def load(
    backend: PsycopgBackend, put: Callable[..., str], copy: Callable[[str], CopyResult]
) -> Callable[..., list[tuple[Any, ...]]]:
    """Create table t, load one file into it, and give its rows in the order of the file."""

    def load(columns: str, body: str | bytes, options: str = "") -> list[tuple[Any, ...]]:
        backend.execute(f"CREATE TEMP TABLE t ({columns})")
        copy(f"t FROM '{put('t/data', body)}' {options}")
        return backend.connection.execute("SELECT * FROM t").fetchall()

    return load


@pytest.fixture
def load_errors(dsn: str) -> Callable[[], list[tuple[Any, ...]]]:
    """Read (line_number, colname, type, col_length, raw_field_value, err_code, err_reason)."""

    def load_errors() -> list[tuple[Any, ...]]:
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(
                "SELECT line_number, colname, type, col_length, raw_field_value, err_code,"
                " err_reason FROM lochan_system.stl_load_errors ORDER BY line_number"
            ).fetchall()
        return [
            tuple(value.rstrip() if isinstance(value, str) else value for value in row)
            for row in rows
        ]

    return load_errors

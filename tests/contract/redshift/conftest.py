"""A wire server over a PostgreSQL of its own, and four ways to talk to it."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import boto3
import psycopg
import psycopg2
import pytest
import redshift_connector
from botocore.config import Config

from lochan.postgres import PostgresCluster, create_cluster, is_ready, server_command, socket_dsn
from tests.contract.redshift.buckets import BucketsInMemory
from tests.contract.redshift.certificates import write_certificates
from tests.contract.redshift.clients import (
    PASSWORD,
    PSQL,
    Client,
    Server,
    run_psql,
    run_psycopg,
    run_psycopg2,
    run_redshift_connector,
)

ROOT = Path(__file__).resolve().parents[3]
LOADER_PASSWORD = "Battery-Staple-9"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, f"{what} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{what} was not ready within 60 s"
        time.sleep(0.05)


def is_healthy(control_port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{control_port}/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory) -> Iterator[PostgresCluster]:
    with tempfile.TemporaryDirectory(prefix="lochan-") as sockets:
        data = tmp_path_factory.mktemp("redshift") / "data"
        cluster = PostgresCluster(data, Path(sockets), free_port())
        create_cluster(cluster)
        process = subprocess.Popen(server_command(cluster), stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: is_ready(cluster), process, "PostgreSQL")
            yield cluster
        finally:
            stop(process)


@pytest.fixture(scope="session")
def server_files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wire")
    authority, certificate, key = write_certificates(folder)
    users = folder / "users.json"
    users.write_text(
        json.dumps(
            [
                {"name": "awsuser", "password": PASSWORD, "superuser": True},
                {"name": "lochan_loader", "password": LOADER_PASSWORD, "monitor": True},
            ]
        )
    )
    token = folder / "token"
    token.write_text(secrets.token_hex(16))
    return {
        "authority": authority,
        "certificate": certificate,
        "key": key,
        "users": users,
        "token": token,
    }


@pytest.fixture(scope="session")
def server_arguments(postgres_cluster, server_files) -> list[str]:
    return [
        sys.executable,
        "-m",
        "lochan.redshift.wire",
        f"--backend-socket={postgres_cluster.socket_directory}",
        f"--backend-port={postgres_cluster.port}",
        f"--certificate={server_files['certificate']}",
        f"--key={server_files['key']}",
        f"--users={server_files['users']}",
    ]


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), BucketsInMemory)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


@pytest.fixture
def s3(s3_endpoint):
    return boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="session")
def server_environment(server_files, s3_endpoint) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'localstack'}",
        "LOCHAN_TOKEN_FILE": str(server_files["token"]),
    }


@pytest.fixture(scope="session")
def server(
    postgres_cluster, server_files, server_arguments, server_environment
) -> Iterator[Server]:
    port, control_port = free_port(), free_port()
    command = [*server_arguments, f"--port={port}", f"--control-port={control_port}"]
    process = subprocess.Popen(command, env=server_environment)
    try:
        wait_until(lambda: is_healthy(control_port), process, "the wire server")
        yield Server(
            port,
            control_port,
            server_files["authority"],
            server_files["token"].read_text(),
            postgres_cluster,
        )
    finally:
        stop(process)


@pytest.fixture
def connect_redshift_connector(server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    connections = []

    def connect(**options):
        connection = redshift_connector.connect(
            host="127.0.0.1",
            port=server.port,
            database=server.database,
            user=options.pop("user", server.user),
            password=options.pop("password", server.password),
            **options,
        )
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def connect_psycopg(server):
    connections = []

    def connect(**options):
        connection = psycopg.connect(
            **{
                "host": "127.0.0.1",
                "port": server.port,
                "dbname": server.database,
                "user": server.user,
                "password": server.password,
                "sslmode": "verify-full",
                "sslrootcert": str(server.authority),
                **options,
            }
        )
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def connect_psycopg2(server):
    connections = []

    def connect(**options):
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=server.port,
            dbname=server.database,
            user=server.user,
            password=server.password,
            sslmode="verify-full",
            sslrootcert=str(server.authority),
            **options,
        )
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()


CLIENTS = ("redshift_connector", "psycopg", "psycopg2", "psql")


@pytest.fixture(params=CLIENTS)
def client(request, server) -> Client:
    """Each of the four clients, in autocommit."""
    if request.param == "psql":
        if PSQL is None:
            pytest.skip("psql is not installed, and the embedded one has no TLS")
        return Client("psql", lambda sql: run_psql(server, sql))
    connection = request.getfixturevalue(f"connect_{request.param}")()
    connection.autocommit = True
    run = {
        "redshift_connector": run_redshift_connector,
        "psycopg": run_psycopg,
        "psycopg2": run_psycopg2,
    }[request.param]
    return Client(request.param, lambda sql: run(connection, sql))


@pytest.fixture
def schema(server) -> Iterator[str]:
    """A schema of the test's own, gone with all that is in it.

    Connections that the test left in a transaction are ended first: they would keep their locks.
    """
    name = f"test_{secrets.token_hex(4)}"
    dsn = socket_dsn(server.cluster, dbname=server.database)
    with psycopg.connect(dsn, autocommit=True) as superuser:
        superuser.execute(f"CREATE SCHEMA {name} AUTHORIZATION {server.user}")
        yield name
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE usename = %s AND state LIKE 'idle in transaction%%'",
            (server.user,),
        )
        superuser.execute(f"DROP SCHEMA {name} CASCADE")

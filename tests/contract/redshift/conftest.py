"""A wire server over a PostgreSQL of its own, and four ways to talk to it."""

import datetime
import ipaddress
import json
import os
import secrets
import shutil
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
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import psycopg
import psycopg2
import pytest
import redshift_connector
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lochan.postgres import PostgresCluster, create_cluster, is_ready, server_command, socket_dsn

PSQL = shutil.which("psql")
ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "Correct-Horse-7"
LOADER_PASSWORD = "Battery-Staple-9"


@dataclass(frozen=True)
class Server:
    port: int
    control_port: int
    authority: Path
    token: str
    cluster: PostgresCluster
    database: str = "dev"
    user: str = "awsuser"
    password: str = PASSWORD


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def write_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Make a CA and a certificate for 127.0.0.1 and localhost; returns CA, certificate, key."""
    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throw-away CA")])

    def builder(name: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )

    authority = (
        builder(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    paths = folder / "ca.crt", folder / "server.crt", folder / "server.key"
    paths[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


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


class BucketsInMemory(BaseHTTPRequestHandler):
    """As much of S3 as a COPY needs: put, get, delete, list by prefix; no bucket is ever missing
    but `no-such-bucket`."""

    protocol_version = "HTTP/1.1"
    objects: ClassVar[dict[tuple[str, str], bytes]] = {}

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "aws-chunked":
            size, _, rest = body.partition(b"\r\n")
            body = rest[: int(size.split(b";")[0], 16)]
        if self._key:
            self.objects[self._bucket, self._key] = body
        self._answer(200, b"")

    def do_DELETE(self) -> None:
        self.objects.pop((self._bucket, self._key), None)
        self._answer(204, b"")

    def do_GET(self) -> None:
        if self._bucket == "no-such-bucket":
            self._answer(404, b"<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>")
        elif not self._key:
            self._answer(200, self._list())
        elif (self._bucket, self._key) in self.objects:
            self._answer(200, self.objects[self._bucket, self._key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    @property
    def _bucket(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[0]

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _list(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        found = [
            f"<Contents><Key>{key}</Key><Size>{len(body)}</Size>"
            f"<ETag>&quot;{len(body)}&quot;</ETag></Contents>"
            for (bucket, key), body in sorted(self.objects.items())
            if bucket == self._bucket and key.startswith(prefix)
        ]
        return (
            f"<ListBucketResult><Name>{self._bucket}</Name><KeyCount>{len(found)}</KeyCount>"
            f"<IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>"
        ).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{len(body)}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


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


@dataclass(frozen=True)
class Client:
    """One way to run statements: text in, rows of text out."""

    name: str
    run: Callable[[str], list[tuple[str | None, ...]]]


class ClientError(Exception):
    """What a driver raised, with the fields that all of them give."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"{sqlstate}: {message}")
        self.sqlstate = sqlstate
        self.message = message


def as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def rows_of(cursor) -> list[tuple[str | None, ...]]:
    if cursor.description is None:
        return []
    return [tuple(map(as_text, row)) for row in cursor.fetchall()]


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


def run_redshift_connector(connection, sql: str) -> list[tuple[str | None, ...]]:
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return rows_of(cursor)
    except redshift_connector.Error as error:
        fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        raise ClientError(fields.get("C", ""), fields.get("M", str(error))) from error


def run_psycopg(connection, sql: str) -> list[tuple[str | None, ...]]:
    try:
        return rows_of(connection.execute(sql))
    except psycopg.Error as error:
        raise ClientError(error.sqlstate or "", error.diag.message_primary or "") from error


def run_psycopg2(connection, sql: str) -> list[tuple[str | None, ...]]:
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return rows_of(cursor)
    except psycopg2.Error as error:
        raise ClientError(error.pgcode or "", error.diag.message_primary or "") from error


def run_psql(server: Server, sql: str) -> list[tuple[str | None, ...]]:
    outcome = subprocess.run(
        [PSQL, "-X", "-q", "-A", "-t", "-F\t", "-Pnull=\\N", "-vVERBOSITY=verbose"],
        input=f"{sql};\n",
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGUSER": server.user,
            "PGPASSWORD": server.password,
            "PGDATABASE": server.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(server.authority),
            "PGOPTIONS": "",
        },
    )
    for line in outcome.stderr.splitlines():
        if line.startswith("ERROR:") or "FATAL:" in line:
            sqlstate, _, message = line.partition("ERROR:")[2].strip().partition(": ")
            raise ClientError(sqlstate.strip(), message.strip())
    return [
        tuple(None if value == "\\N" else value for value in line.split("\t"))
        for line in outcome.stdout.splitlines()
    ]


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

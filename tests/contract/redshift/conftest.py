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
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import psycopg2
import pytest
import redshift_connector
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lochan.postgres import PostgresCluster, create_cluster, is_ready, server_command

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
                {"name": "lochan_loader", "password": LOADER_PASSWORD, "superuser": False},
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
def server_environment(server_files) -> dict[str, str]:
    return {
        **os.environ,
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
def schema(server, connect_psycopg) -> Iterator[str]:
    """A schema of the test's own, gone with all that is in it."""
    connection = connect_psycopg(autocommit=True)
    name = f"test_{secrets.token_hex(4)}"
    connection.execute(f"CREATE SCHEMA {name}")
    yield name
    connection.execute(f"DROP SCHEMA {name} CASCADE")

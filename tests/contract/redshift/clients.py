"""Four ways to talk to a wire server, each giving rows of text."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import psycopg2
import redshift_connector

from lochan.postgres import PostgresCluster

PSQL = shutil.which("psql")
PASSWORD = "Correct-Horse-7"


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

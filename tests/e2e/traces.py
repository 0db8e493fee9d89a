"""Everything that a stack and its flows leave behind, place by place, to be searched."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pyarrow
import pyarrow.parquet
from psycopg import sql

from lochan.stack.credentials import load_credentials
from lochan.stack.home import Home
from lochan.stack.processes import find_members
from lochan.stack.records import read_stack
from tests.e2e.conftest import Platform

Place = tuple[str, bytes]
# What Redshift tells of the statements that ran.
STATEMENT_LOGS = ("stl_query", "svl_qlog", "sys_query_history", "stv_recents")


def find_places(texts: Mapping[str, str], places: Iterator[Place]) -> set[tuple[str, str]]:
    """Name each text that is found, and where."""
    return {
        (name, place)
        for place, content in places
        for name, text in texts.items()
        if text.encode() in content
    }


def leave_behind(platform: Platform) -> Iterator[Place]:
    """Yield every place of the stack with its content."""
    yield from read_files(platform.home)
    yield from _read_processes(platform)
    yield from _read_log_groups(platform.client("logs"))
    yield from _read_objects(platform.client("s3"))
    yield from _read_glue(platform.client("glue"))
    yield from _read_tables(platform, "REDSHIFT")
    yield from _read_tables(platform, "RDS")
    yield from _read_statement_logs(platform)
    with urlopen(f"{platform.values['AWS_ENDPOINT_URL']}/_lochan/requests?after=0") as answer:
        yield "requests of LocalStack", answer.read()


def read_files(folder: Path) -> Iterator[Place]:
    """Yield every file below a folder: logs, databases with their journals, state."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(folder)}", path.read_bytes()


def _read_processes(platform: Platform) -> Iterator[Place]:
    """Yield the command lines, which every user of the machine can read."""
    stack = read_stack(Home(platform.home))
    assert stack is not None
    for process in find_members(stack.stack_id):
        yield f"command line of {process.name()}", "\0".join(process.cmdline()).encode()


def _read_log_groups(logs: Any) -> Iterator[Place]:
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            found = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            events = [event["message"] for events in found for event in events["events"]]
            yield f"log group {name}", "\n".join(events).encode()


def _read_objects(s3: Any) -> Iterator[Place]:
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for item in page.get("Contents", []):
                answer = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])
                content = json.dumps(answer["Metadata"]).encode() + unpack(answer["Body"].read())
                yield f"object s3://{bucket['Name']}/{item['Key']}", content


def unpack(body: bytes) -> bytes:
    """Undo what would hide a text: gzip, zip, Parquet's encodings.

    What other tests of the same stack damaged on purpose is searched as it lies.
    """
    try:
        return _unpack(body)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, pyarrow.ArrowInvalid):
        return body


def _unpack(body: bytes) -> bytes:
    if body.startswith(b"\x1f\x8b"):
        return gzip.decompress(body)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    if body.startswith(b"PAR1"):
        table = pyarrow.parquet.read_table(io.BytesIO(body))
        return repr(table.to_pydict()).encode() + repr(table.schema.metadata).encode()
    return body


def _read_glue(glue: Any) -> Iterator[Place]:
    for page in glue.get_paginator("get_jobs").paginate():
        for job in page["Jobs"]:
            runs = glue.get_paginator("get_job_runs").paginate(JobName=job["Name"])
            yield f"job {job['Name']}", repr([job, *runs]).encode()
    for kind in ("crawlers", "connections", "triggers", "databases"):
        pages = glue.get_paginator(f"get_{kind}").paginate()
        yield f"Glue's {kind}", repr(list(pages)).encode()


def _read_tables(platform: Platform, server: str) -> Iterator[Place]:
    """Yield every table of everybody's, as an administrator sees it."""
    with _connect(platform, server) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            statement = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
            rows = connection.execute(statement).fetchall()
            yield f"table {server} {schema}.{table}", repr(rows).encode()


def _read_statement_logs(platform: Platform) -> Iterator[Place]:
    with _connect(platform, "REDSHIFT") as connection:
        for view in STATEMENT_LOGS:
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(view))
            ).fetchall()
            yield f"statements in {view}", repr(rows).encode()


def _connect(platform: Platform, server: str) -> psycopg.Connection[tuple[Any, ...]]:
    values = platform.values
    admin = load_credentials(Home(platform.home)).redshift_admin
    user, password = values[f"{server}_USER"], values[f"{server}_PASSWORD"]
    if server == "REDSHIFT":
        user, password = admin.username, admin.password
    return psycopg.connect(
        host=values[f"{server}_HOST"],
        port=values[f"{server}_PORT"],
        dbname=values[f"{server}_DATABASE"],
        user=user,
        password=password,
        sslmode="verify-full",
        sslrootcert=values["SSL_CERT_FILE"],
        autocommit=True,
    )

"""Statements for the stack's Redshift, as `lochan sql` runs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from lochan.stack.errors import StackError
from lochan.stack.settings import Settings
from lochan.stack.stack import environment


@dataclass(frozen=True)
class Result:
    """What one statement answered: rows where it has columns, else its command tag."""

    tag: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


def run_statements(settings: Settings, statements: str) -> Iterator[Result]:
    """Run a text of one or more statements as the loading user, and yield what each answered."""
    target = _address(environment(settings))
    try:
        # Sent as one simple query, so that a text may hold several statements.
        with psycopg.connect(target, autocommit=True) as connection:
            cursor = connection.execute(statements.encode())
            yield _read(cursor)
            while cursor.nextset():
                yield _read(cursor)
    except psycopg.Error as error:
        raise StackError(f"Redshift refused: {str(error).strip()}") from error


def _read(cursor: psycopg.Cursor[Any]) -> Result:
    tag = cursor.statusmessage or ""
    if cursor.description is None:
        return Result(tag)
    columns = tuple(column.name for column in cursor.description)
    return Result(tag, columns, tuple(cursor.fetchall()))


def _address(values: dict[str, str]) -> str:
    if "REDSHIFT_HOST" not in values:
        raise StackError("The stack was started without redshift: `lochan up` adds it.")
    return make_conninfo(
        host=values["REDSHIFT_HOST"],
        hostaddr="127.0.0.1",
        port=values["REDSHIFT_PORT"],
        dbname=values["REDSHIFT_DATABASE"],
        user=values["REDSHIFT_USER"],
        password=values["REDSHIFT_PASSWORD"],
        sslmode="verify-full",
        sslrootcert=values["SSL_CERT_FILE"],
    )

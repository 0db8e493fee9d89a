"""Sessions with PostgreSQL from a job and from its tasks.

https://www.psycopg.org/psycopg3/docs/basic/copy.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from awsglue._databases.endpoint import Endpoint, trusted_authorities


class PostgresError(RuntimeError):
    """PostgreSQL refused a statement, or cannot be reached."""


@contextmanager
def postgres_transaction(endpoint: Endpoint, work: str) -> Iterator[Any]:
    """Open a connection whose statements are committed together; work names them in errors."""
    try:
        with psycopg.connect(**_connection_parameters(endpoint)) as connection:
            yield connection
    except psycopg.Error as error:
        detail = error.diag.message_detail
        sentence = " ".join(part for part in (str(error).strip(), detail) if part)
        raise PostgresError(f"PostgreSQL: {work} failed: {sentence}") from error


def _connection_parameters(endpoint: Endpoint) -> dict[str, Any]:
    url = endpoint.url
    parameters = {
        "host": url.host.strip("[]"),
        "port": url.port,
        "dbname": url.database,
        "user": endpoint.user,
        "password": endpoint.password,
        "application_name": "glue",
        "sslmode": "verify-full" if endpoint.enforce_ssl else url.parameters.get("sslmode"),
        "sslrootcert": trusted_authorities() or ("system" if endpoint.enforce_ssl else None),
    }
    return {name: value for name, value in parameters.items() if value is not None}

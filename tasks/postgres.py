"""The connection to PostgreSQL on RDS: TLS verified, retried when lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from tasks.aws import read_secret
from tasks.settings import Rds

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 10.0
# https://www.postgresql.org/docs/18/errcodes-appendix.html
_CONFLICTS = frozenset({"40001", "40P01"})
_SHUTDOWNS = frozenset({"57P01", "57P02", "57P03"})

Result = TypeVar("Result")
Database = psycopg.Connection[tuple[Any, ...]]


class DatabaseError(Exception):
    """PostgreSQL cannot be used as it is; the message says what to do."""


def connect(rds: Rds) -> Database:
    """Open a connection with the login that the secret holds.

    Raises DatabaseError where another try would not help.
    """
    try:
        return log_in(rds, *read_secret(rds.secret_arn, "username", "password"))
    except psycopg.OperationalError as error:
        text = str(error).strip()
        if "certificate" in text or "authentication failed" in text or "does not exist" in text:
            raise DatabaseError(
                f"PostgreSQL on {rds.host}:{rds.port} cannot be used: {text}. Look at the secret "
                f"{rds.secret_arn}, at RDS_DATABASE and at the authorities in SSL_CERT_FILE."
            ) from error
        raise


def log_in(rds: Rds, user: str, password: str) -> Database:
    """Open a connection; the server's certificate and host name are verified.

    Authorities beside the system's own come from SSL_CERT_FILE, as OpenSSL reads it; on AWS that
    file has to hold those of RDS.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    """
    return psycopg.connect(
        host=rds.host,
        port=rds.port,
        dbname=rds.database,
        user=user,
        password=password,
        sslmode="verify-full",
        sslrootcert="system",
        application_name="lochan",
    )


def run_with_retries(work: Callable[[], Result], *, attempts: int = ATTEMPTS) -> Result:
    """Do the work, again after a lost connection or a conflict; the work has to be repeatable."""
    retrying = Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT_SECONDS),
        retry=retry_if_exception(is_transient),
        reraise=True,
    )
    return retrying(work)


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed when it is tried again."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate in _CONFLICTS | _SHUTDOWNS or error.sqlstate.startswith("08")

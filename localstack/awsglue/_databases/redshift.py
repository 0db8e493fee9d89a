"""Sessions with Redshift from a job: one transaction at a time, its errors explained.

https://docs.aws.amazon.com/redshift/latest/mgmt/python-redshift-driver.html
"""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import redshift_connector
from redshift_connector.error import Error

from awsglue._databases.endpoint import Endpoint
from awsglue._databases.sql import quote_table, quote_text

UNDEFINED_TABLE = "42P01"
UNDEFINED_SCHEMA = "3F000"
NO_PRIVILEGE = "42501"


class RedshiftError(RuntimeError):
    """Redshift refused a statement; sqlstate is its code, if the server gave one."""

    def __init__(self, message: str, sqlstate: str = "") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class RedshiftSession:
    """An open connection; statements are one transaction until commit."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str, work: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, if it has any; work names it in errors."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
                return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        except Error as error:
            raise _explained(error, work) from error

    def commit(self) -> None:
        """Commit the transaction."""
        try:
            self._connection.commit()
        except Error as error:
            raise _explained(error, "the commit") from error

    def rollback(self) -> None:
        """Roll the transaction back."""
        self._connection.rollback()


@contextmanager
def redshift_session(endpoint: Endpoint) -> Iterator[RedshiftSession]:
    """Open a session; what is not committed at its end is rolled back.

    The server's certificate is verified, its name too where the connection enforces SSL;
    authorities beside the driver's own come from SSL_CERT_FILE. `ssl=false` in the URL turns
    encryption off.
    """
    url = endpoint.url
    try:
        connection = redshift_connector.connect(
            host=url.host.strip("[]"),
            port=url.port,
            database=url.database,
            user=endpoint.user,
            password=endpoint.password,
            ssl=endpoint.enforce_ssl or url.parameters.get("ssl", "true").lower() != "false",
            sslmode="verify-full" if endpoint.enforce_ssl else "verify-ca",
            application_name="glue",
        )
    except (Error, OSError) as error:
        raise _explained(error, f"the connection to {url.server}/{url.database}") from error
    try:
        yield RedshiftSession(connection)
    finally:
        # A connection that is lost already cannot say goodbye.
        with contextlib.suppress(Error, OSError):
            connection.close()


def has_table(session: RedshiftSession, table: tuple[str, ...]) -> bool:
    """Tell whether a table is there, by the search path where it has no schema."""
    try:
        session.execute(f"SELECT 1 FROM {quote_table(table)} LIMIT 0", "the look for the table")
    except RedshiftError as error:
        session.rollback()
        if error.sqlstate in (UNDEFINED_TABLE, UNDEFINED_SCHEMA):
            return False
        if error.sqlstate == NO_PRIVILEGE:  # one who may only insert
            return True
        raise
    session.rollback()
    return True


def authorization(role: str) -> str:
    """Return how COPY and UNLOAD act in S3: by a role, else by the job's own credentials.

    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-authorization.html
    """
    if role:
        return f"IAM_ROLE {quote_text(role)}"
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise ValueError(
            "Redshift needs access to the temporary folder: give 'aws_iam_role' in the options, "
            "or run the job with credentials."
        )
    keys: Any = credentials.get_frozen_credentials()
    token = f" SESSION_TOKEN {quote_text(keys.token)}" if keys.token else ""
    return (
        f"ACCESS_KEY_ID {quote_text(keys.access_key)} "
        f"SECRET_ACCESS_KEY {quote_text(keys.secret_key)}{token}"
    )


def _explained(error: Exception, work: str) -> RedshiftError:
    """Return the server's own sentence; the driver's errors hold a dict of protocol fields."""
    fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    if not fields:
        return RedshiftError(f"Redshift: {work} failed: {error}")
    text = " ".join(str(fields[key]) for key in ("M", "D", "H") if fields.get(key))
    code = str(fields.get("C", ""))
    return RedshiftError(f"Redshift: {work} failed: {text} [{code}]", code)

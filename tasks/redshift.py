"""The connection to Redshift: opened when needed, retried when lost, its errors explained."""

from __future__ import annotations

import contextlib
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redshift_connector
from redshift_connector.error import Error, InterfaceError, OperationalError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 10.0

# https://www.postgresql.org/docs/current/errcodes-appendix.html
UNDEFINED_TABLE = "42P01"
UNDEFINED_SCHEMA = "3F000"
# Another transaction won: serialization failure, deadlock.
CONFLICTS = frozenset({"40001", "40P01"})
# The server ends connections or is not up yet: by a person, by a crash, while starting.
SHUTDOWNS = frozenset({"57P01", "57P02", "57P03"})
# https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation-serializable-isolation-troubleshooting.html
SERIALIZATION_ERROR = "1023"
# What redshift_connector says when the network does; it has no class for that.
LOST_CONNECTION = ("BrokenPipe", "communication error", "connection is closed")

Result = TypeVar("Result")


class WarehouseError(Exception):
    """The warehouse cannot be used as it is; the message says what to do."""


@dataclass
class Warehouse:
    """One connection to Redshift, opened when it is needed and again after it was lost."""

    open: Callable[[], Any] = field(repr=False)
    _connection: Any = field(default=None, init=False, repr=False)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Give a cursor whose statements are committed together, or not at all.

        After any error the connection is given up: statements that it prepared may refer to
        temporary tables that were rolled back.
        """
        try:
            if self._connection is None:
                self._connection = self.open()
            with self._connection.cursor() as cursor:
                yield cursor
            self._connection.commit()
        except BaseException:
            self.close()
            raise

    def execute_alone(self, statement: str) -> None:
        """Run a statement that Redshift runs in no transaction, on a connection of its own."""
        connection = self.open()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection, if there is one; the server rolls back what is not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # A connection that is lost already cannot say goodbye.
            with contextlib.suppress(Error, OSError):
                connection.close()


def connect(*, host: str, port: int, database: str, user: str, password: str) -> Warehouse:
    """Name the warehouse to connect to; its certificate and host name are verified.

    Authorities beside the system's own come from SSL_CERT_FILE.
    """

    def open_connection() -> Any:
        return redshift_connector.connect(
            host=host,
            port=port,
            database=database,
            user=user,
            password=password,
            sslmode="verify-full",
            application_name="lochan",
        )

    return Warehouse(open_connection)


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
    answer = server_answer(error)
    if answer is not None:
        code, message = answer
        return code in CONFLICTS | SHUTDOWNS or message.startswith(SERIALIZATION_ERROR)
    if any(isinstance(part, ssl.SSLCertVerificationError) for part in (error, *error.args)):
        return False
    if isinstance(error, InterfaceError):
        return str(error.args[0]).startswith(LOST_CONNECTION)
    # The driver unpacks what came before the connection was cut.
    return isinstance(error, (OperationalError, OSError, struct.error))


def server_answer(error: BaseException) -> tuple[str, str] | None:
    """The SQLSTATE and message that the server sent; None where it sent none."""
    if isinstance(error, Error) and error.args and isinstance(error.args[0], dict):
        fields = error.args[0]
        return str(fields.get("C", "")), str(fields.get("M", ""))
    return None


def run_transaction(warehouse: Warehouse, work: str, statements: Callable[[Any], Result]) -> Result:
    """Run the statements of some work (`The load of ...`) in one transaction, by its cursor.

    They run again after a lost connection or a conflict, and so have to be repeatable. Raises
    WarehouseError with the server's refusal as a sentence.
    """

    def run() -> Result:
        with explained(work), warehouse.transaction() as cursor:
            return statements(cursor)

    return run_with_retries(run)


@contextmanager
def explained(work: str) -> Iterator[None]:
    """Turn the server's refusal of some work (`The load of ...`) into a sentence."""
    try:
        yield
    except Error as error:
        answer = server_answer(error)
        if answer is None or is_transient(error):
            raise
        code, message = answer
        if code in (UNDEFINED_TABLE, UNDEFINED_SCHEMA):
            message += ". Apply the migrations of warehouse/migrations first"
        raise WarehouseError(f"{work} failed in Redshift: {message}. [{code}]") from error

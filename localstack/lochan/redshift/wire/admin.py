"""The superuser's own connection, for logins, probes and the log of queries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lochan.redshift.wire.backend import BackendAddress, BackendConnection
from lochan.redshift.wire.backend_protocol import Backend, BackendError
from lochan.redshift.wire.sql.names import quote_literal

SUPERUSER = "postgres"
_CONNECTION_FAILURES = ("57P01", "57P03", "08006")


@dataclass
class AdminConnection:
    """One connection as superuser, opened when it is needed and shared by all threads."""

    address: BackendAddress
    database: str
    _connection: BackendConnection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def execute(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run a statement; raises BackendError."""
        with self.borrow() as backend:
            return backend.execute(sql)

    @contextmanager
    def borrow(self) -> Iterator[Backend]:
        """Use the connection alone for a while."""
        with self._lock:
            if self._connection is None:
                self._connection = open_admin(self.address, self.database)
            try:
                yield self._connection
            except (OSError, BackendError) as error:
                if not isinstance(error, BackendError) or error.sqlstate in _CONNECTION_FAILURES:
                    self._connection.close()
                    self._connection = None
                raise

    def find_password_hash(self, user: str) -> str | None:
        """Give the MD5 hash of a role that may log in, without its prefix `md5`."""
        rows = self.execute(
            "SELECT pg_catalog.substr(rolpassword, 4) FROM pg_catalog.pg_authid "
            f"WHERE rolname = {quote_literal(user)} AND rolcanlogin "
            "AND pg_catalog.starts_with(rolpassword, 'md5') "
            "AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())"
        )
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def open_admin(address: BackendAddress, database: str) -> BackendConnection:
    """Log in as superuser by trust over the unix socket; raises BackendError."""
    return BackendConnection.open(
        address, {"user": SUPERUSER, "database": database, "application_name": "lochan"}
    )

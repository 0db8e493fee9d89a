"""What COPY and UNLOAD may ask of the PostgreSQL connection behind a client.

The connection is the client's own: whatever runs here runs inside the client's transaction.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class BackendError(Exception):
    """An error that PostgreSQL reported, with the fields of its ErrorResponse.

    https://www.postgresql.org/docs/18/protocol-error-fields.html
    """

    def __init__(
        self,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        where: str | None = None,
    ) -> None:
        super().__init__(f"{message} (SQLSTATE {sqlstate})")
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint
        self.where = where


@dataclass(frozen=True)
class CopyInResult:
    """How many rows PostgreSQL took, and its notices by field (`severity`, `message`, ...)."""

    rows: int
    notices: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result: its name, its type's OID and modifier (-1 for none)."""

    name: str
    type_oid: int
    type_modifier: int


class Backend(Protocol):
    """One PostgreSQL connection, used between two statements of its client."""

    def execute(self, sql: str) -> list[tuple[str | None, ...]]:
        """Run PostgreSQL's own SQL and return its rows as text; raises BackendError."""
        ...

    def describe(self, sql: str) -> tuple["ResultColumn", ...]:
        """Run a query that gives no rows and return its columns; raises BackendError."""
        ...

    def copy_in(self, sql: str, chunks: Iterable[bytes]) -> CopyInResult:
        """Feed `COPY ... FROM STDIN`; raises BackendError, or what `chunks` raises after it ended
        the COPY on the connection."""
        ...

    def copy_out(self, sql: str) -> Iterable[bytes]:
        """Drain `COPY ... TO STDOUT` chunk by chunk; raises BackendError."""
        ...

    def side_connection(self) -> AbstractContextManager["Backend"]:
        """Open a second connection that commits each statement by itself."""
        ...

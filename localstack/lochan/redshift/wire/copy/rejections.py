"""Rows that could not be loaded, and when there are too many of them.

https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lochan.redshift.wire.backend_protocol import Backend
from lochan.redshift.wire.copy.errors import INTERNAL_ERROR, CopyError, FieldError
from lochan.redshift.wire.copy.quoting import quote_literal
from lochan.redshift.wire.copy.statement import LoadOptions
from lochan.redshift.wire.copy.table import Column, TargetTable

SYSTEM_TABLES_SQL = """
CREATE SCHEMA IF NOT EXISTS lochan_system;
CREATE SEQUENCE IF NOT EXISTS lochan_system.query_id;
CREATE TABLE IF NOT EXISTS lochan_system.stl_load_errors (
    userid integer NOT NULL,
    slice integer NOT NULL,
    tbl integer NOT NULL,
    starttime timestamp NOT NULL,
    session integer NOT NULL,
    query integer NOT NULL,
    filename character(256) NOT NULL,
    line_number bigint NOT NULL,
    colname character(127) NOT NULL,
    type character(10) NOT NULL,
    col_length character(10) NOT NULL,
    position integer NOT NULL,
    raw_line character(1024) NOT NULL,
    raw_field_value character(1024) NOT NULL,
    err_code integer NOT NULL,
    err_reason character(100) NOT NULL
);
GRANT USAGE ON SCHEMA lochan_system TO PUBLIC;
GRANT USAGE ON SEQUENCE lochan_system.query_id TO PUBLIC;
GRANT SELECT, INSERT ON lochan_system.stl_load_errors TO PUBLIC;
"""

_TYPE_NAMES = {"bpchar": "char"}
_UNLIMITED = 1 << 62
_LOG_AT_MOST = 100_000
_ROWS_A_STATEMENT = 500


@dataclass(frozen=True)
class RejectedRow:
    """One row of stl_load_errors; no column where the row as a whole is wrong."""

    filename: str
    line_number: int
    error: FieldError
    raw_line: str = ""
    column: Column | None = None
    raw_value: str = ""


class LoadAbortedError(Exception):
    """The load has met as many bad rows as it may, and ends."""


class Rejections:
    """The rows that one COPY could not load.

    MAXERROR 0 and 1 both end the load at the first error; n ends it at the n-th.
    https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-load.html#copy-maxerror
    """

    def __init__(self, options: LoadOptions) -> None:
        self._limit = _UNLIMITED if options.ignore_all_errors else max(options.max_errors, 1)
        self.rows: list[RejectedRow] = []
        self.count = 0

    def add(self, row: RejectedRow) -> None:
        """Note a row; raises LoadAbortedError where it is one too many."""
        self.count += 1
        if len(self.rows) < _LOG_AT_MOST:
            self.rows.append(row)
        if self.count >= self._limit:
            raise LoadAbortedError

    def fail(self, row: RejectedRow) -> None:
        """Note a row that ends the load whatever MAXERROR says."""
        self.rows.append(row)
        raise LoadAbortedError


def ensure_system_tables(backend: Backend) -> None:
    """Create what load errors are kept in; run by a superuser before the first COPY."""
    for statement in SYSTEM_TABLES_SQL.split(";"):
        if statement.strip():
            backend.execute(statement)


def log_rejections(
    backend: Backend, table: TargetTable, rows: Sequence[RejectedRow], started: datetime
) -> None:
    """Write rows to stl_load_errors over a connection that the client's rollback cannot undo."""
    with backend.side_connection() as side:
        query = side.execute("SELECT pg_catalog.nextval('lochan_system.query_id')")[0][0]
        prefix = (table.user_id, 0, table.oid, _timestamp(started), table.session, int(str(query)))
        for begin in range(0, len(rows), _ROWS_A_STATEMENT):
            values = ",".join(
                _row_values(prefix, row) for row in rows[begin : begin + _ROWS_A_STATEMENT]
            )
            side.execute(f"INSERT INTO lochan_system.stl_load_errors VALUES {values}")


def load_failed(table: TargetTable) -> CopyError:
    """Make the error that sends people to stl_load_errors."""
    return CopyError(
        INTERNAL_ERROR,
        f"Load into table '{table.name}' failed.  "
        "Check 'stl_load_errors' system table for details.",
    )


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _row_values(prefix: Sequence[int | str], row: RejectedRow) -> str:
    column = row.column
    values: list[int | str] = [
        *prefix,
        row.filename[:256],
        row.line_number,
        column.name[:127] if column else "",
        _TYPE_NAMES.get(column.type_name, column.type_name)[:10] if column else "",
        _shown_length(column),
        row.error.position,
        _printable(row.raw_line),
        _printable(row.raw_value),
        row.error.code,
        row.error.reason[:100],
    ]
    return "(" + ",".join(_value(value) for value in values) + ")"


def _value(value: int | str) -> str:
    return str(value) if isinstance(value, int) else quote_literal(value)


def _shown_length(column: Column | None) -> str:
    if column is None or column.length is None:
        return "0"
    if column.type_name == "numeric":
        return f"{column.length},{column.scale}"[:10]
    return str(column.length)


def _printable(text: str) -> str:
    """Replace multibyte characters by periods, as AWS documents, and what no text can hold."""
    return "".join(
        character if character.isascii() and character != "\0" else "." for character in text[:1024]
    )

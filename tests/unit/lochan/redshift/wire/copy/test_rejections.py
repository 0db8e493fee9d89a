"""Rows in stl_load_errors, and how many of them end a load.

https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html, read 2026-11-20.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from lochan.redshift.wire.copy.errors import CopyError, FieldError
from lochan.redshift.wire.copy.rejections import LoadAbortedError, RejectedRow, Rejections
from lochan.redshift.wire.copy.statement import LoadOptions


@pytest.mark.parametrize(
    ("options", "accepted"),
    [
        (LoadOptions(), 0),
        (LoadOptions(max_errors=1), 0),
        (LoadOptions(max_errors=2), 1),
        (LoadOptions(max_errors=100), 99),
        (LoadOptions(ignore_all_errors=True), 1000),
    ],
)
def test_load_ends_at_the_error_that_reaches_maxerror(options: LoadOptions, accepted: int) -> None:
    rejections = Rejections(options)
    row = RejectedRow("s3://bucket/key", 1, FieldError(1202, "Extra column(s) found"))
    for _ in range(accepted):
        rejections.add(row)
    if not options.ignore_all_errors:
        with pytest.raises(LoadAbortedError):
            rejections.add(row)


@pytest.mark.postgres
class TestLog:
    def test_row_has_the_documented_columns(
        self, backend: Any, dsn: str, put: Callable[..., str], copy: Callable[[str], Any]
    ) -> None:
        backend.execute("CREATE TEMP TABLE t (a int, b varchar(3))")
        oid = int(backend.execute("SELECT 't'::regclass::oid")[0][0])
        session = int(backend.execute("SELECT pg_backend_pid()")[0][0])
        uri = put("t/data", "1|abc\n2|éabc\n")
        with pytest.raises(CopyError):
            copy(f"t FROM '{uri}'")
        with psycopg.connect(dsn) as connection:
            [row] = connection.execute("SELECT * FROM lochan_system.stl_load_errors").fetchall()
        started, query = row[3], row[5]
        assert datetime.now(UTC).replace(tzinfo=None) - started < timedelta(minutes=1)
        assert query > 0
        assert [value.rstrip() if isinstance(value, str) else value for value in row] == [
            *(10, 0, oid, started, session, query, "s3://landing/t/data", 2, "b", "varchar", "3"),
            *(0, "2|.abc", ".abc", 1204, "String length exceeds DDL length"),
        ]

    def test_rows_survive_the_rollback_of_their_load(
        self, backend: Any, put: Callable[..., str], copy: Callable[[str], Any], load_errors: Any
    ) -> None:
        backend.execute("CREATE TEMP TABLE t (a int)")
        with pytest.raises(CopyError):
            copy(f"t FROM '{put('t/data', 'x')}'")
        backend.connection.rollback()
        assert len(load_errors()) == 1

    def test_hostile_text_is_logged_and_not_run(
        self, backend: Any, put: Callable[..., str], copy: Callable[[str], Any], load_errors: Any
    ) -> None:
        backend.execute("CREATE TEMP TABLE t (a int)")
        text = "\\'); DROP SCHEMA lochan_system CASCADE; --\0"
        with pytest.raises(CopyError):
            copy(f"t FROM '{put('t/data', text)}'")
        [row] = load_errors()
        assert row[4] == "\\'); DROP SCHEMA lochan_system CASCADE; --"

    def test_rows_of_many_errors_are_all_logged(
        self, backend: Any, put: Callable[..., str], copy: Callable[[str], Any], load_errors: Any
    ) -> None:
        backend.execute("CREATE TEMP TABLE t (a int)")
        body = "".join(f"{n}\nx{n}\n" for n in range(1200))
        assert copy(f"t FROM '{put('t/data', body)}' MAXERROR 2000").rows_loaded == 1200
        assert [row[0] for row in load_errors()] == list(range(2, 2401, 2))

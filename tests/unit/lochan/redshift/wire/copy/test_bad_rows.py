"""Rows that COPY cannot load: refused, logged, counted, or borne as MAXERROR says."""

from collections.abc import Callable
from typing import Any

import pytest

from lochan.redshift.wire.copy.errors import CopyError

pytestmark = pytest.mark.postgres

FAILED = "Load into table 't' failed.  Check 'stl_load_errors' system table for details."
Load = Callable[..., list[tuple[Any, ...]]]
Errors = Callable[[], list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("column", "text", "options", "error"),
    [
        # Texts as users quote them from stl_load_errors (public reports, read 2026-11-20)
        (
            "int",
            "a",
            "",
            ("v", "int4", "0", "a", 1207, "Invalid digit, Value 'a', Pos 0, Type: Integer"),
        ),
        (
            "bigint",
            "20200407.0",
            "",
            ("v", "int8", "0", "20200407.0", 1207, "Invalid digit, Value '.', Pos 8, Type: Long"),
        ),
        (
            "smallint",
            "32768",
            "",
            ("v", "int2", "0", "32768", 1222, "Overflow, Value '32768', Type: Short"),
        ),
        (
            "numeric(4,2)",
            "100",
            "",
            ("v", "numeric", "4,2", "100", 1204, "Overflow for NUMERIC(4,2)"),
        ),
        (
            "numeric(4,2)",
            "1e1",
            "",
            ("v", "numeric", "4,2", "1e1", 1207, "Invalid digit, Value 'e', Pos 1, Type: Decimal"),
        ),
        (
            "real",
            "x",
            "",
            ("v", "float4", "0", "x", 1208, "Invalid digit, Value 'x', Pos 0, Type: Float"),
        ),
        ("boolean", "maybe", "", ("v", "bool", "0", "maybe", 1210, "Unknown boolean format")),
        (
            "varchar(3)",
            "éé",
            "",
            ("v", "varchar", "3", "..", 1204, "String length exceeds DDL length"),
        ),
        (
            "char(3)",
            "é",
            "",
            (
                "v",
                "char",
                "3",
                ".",
                1220,
                "Multibyte character not supported for CHAR (Hint: Try using VARCHAR). "
                "Invalid char: c3 a9",
            ),
        ),
        (
            "varchar(9)",
            b"\xa4",
            "",
            (
                "v",
                "varchar",
                "9",
                ".",
                1220,
                "String contains invalid or unsupported UTF8 codepoints. "
                "Bad UTF8 hex sequence: a4 (error 3)",
            ),
        ),
        (
            "int NOT NULL",
            "\\N",
            "",
            ("v", "int4", "0", "\\N", 1213, "Missing data for not-null field"),
        ),
        (
            "date",
            "1/2/20",
            "",
            ("v", "date", "0", "1/2/20", 1205, "Invalid Date Format - length must be 10 or more"),
        ),
        (
            "date",
            "2020-02-30",
            "",
            ("v", "date", "0", "2020-02-30", 1205, "Invalid Date Format [YYYY-MM-DD]"),
        ),
        (
            "timestamp",
            "2020-01-02T03:04:05",
            "",
            (
                "v",
                "timestamp",
                "0",
                "2020-01-02T03:04:05",
                1206,
                "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]",
            ),
        ),
        (
            "timestamp",
            "now",
            "TIMEFORMAT 'auto'",
            ("v", "timestamp", "0", "now", 1206, "Invalid timestamp format or value [auto]"),
        ),
        (
            "super",
            "{a}",
            "",
            (
                "v",
                "jsonb",
                "0",
                "{a}",
                1224,
                "Input data is not properly formed JSON for the SUPER data type",
            ),
        ),
        ("int", "1|2", "", ("", "", "0", "", 1202, "Extra column(s) found")),
        ("varchar(9)", 'a"b', "CSV", ("", "", "0", "", 1214, "Invalid quote formatting for CSV")),
        ("varchar(9)", '"ab', "CSV", ("", "", "0", "", 1214, "Invalid quote formatting for CSV")),
        ("varchar(9)", "'ab", "REMOVEQUOTES", ("", "", "0", "", 1214, "Delimiter not found")),
        (
            "varchar(9)",
            "a\0b",
            "",
            (
                "",
                "",
                "0",
                "",
                1216,
                "Missing newline: Unexpected character 0x62 found at location 2",
            ),
        ),
        (
            "varchar(9)",
            "a\0",
            "NULL AS '\\0'",
            (
                "v",
                "varchar",
                "9",
                "a.",
                1218,
                "When using NULL AS '\\0', a field containing NUL held more than that",
            ),
        ),
    ],
)
def test_a_bad_row_fails_the_load_and_is_logged(
    load: Load,
    load_errors: Errors,
    column: str,
    text: str | bytes,
    options: str,
    error: tuple[Any, ...],
) -> None:
    body = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(CopyError, match="stl_load_errors") as failure:
        load(f"v {column}", body + b"\n", options)
    assert (failure.value.sqlstate, failure.value.message) == ("XX000", FAILED)
    assert load_errors() == [(1, *error)]


def test_missing_column_is_delimiter_not_found(load: Load, load_errors: Errors) -> None:
    with pytest.raises(CopyError):
        load("a int, b int", "1|2\n3\n")
    assert load_errors() == [(2, "", "", "0", "", 1214, "Delimiter not found")]


def test_bad_rows_below_maxerror_are_skipped_and_logged(load: Load, load_errors: Errors) -> None:
    rows = load("a int, b varchar(2)", "1|a\nx|b\n3|ccc\n4|d|e\n5|e\n", "MAXERROR 4")
    assert rows == [(1, "a"), (5, "e")]
    assert [(row[0], row[5]) for row in load_errors()] == [(2, 1207), (3, 1204), (4, 1202)]


def test_load_fails_when_errors_reach_maxerror(load: Load, load_errors: Errors) -> None:
    with pytest.raises(CopyError):
        load("a int", "1\nx\ny\nz\n", "MAXERROR 2")
    assert [row[0] for row in load_errors()] == [2, 3]


def test_rejected_rows_are_told_in_a_notice(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE TEMP TABLE customer (a int)")
    result = copy(f"customer FROM '{put('c', '1' + chr(10) + 'x' + chr(10))}' MAXERROR 10")
    assert result.rows_loaded == 1
    assert result.notices == (
        "Load into table 'customer' completed, 1 record(s) loaded successfully.",
        "Load into table 'customer' completed, 1 record(s) could not be loaded.  "
        "Check 'stl_load_errors' system table for details.",
    )


def test_noload_checks_and_loads_nothing(load: Load, load_errors: Errors) -> None:
    assert load("a int", "1\n2\n", "NOLOAD") == []
    assert load_errors() == []


def test_noload_reports_bad_rows(load: Load, load_errors: Errors) -> None:
    with pytest.raises(CopyError):
        load("a int", "1\nx\n", "NOLOAD")
    assert [row[5] for row in load_errors()] == [1207]

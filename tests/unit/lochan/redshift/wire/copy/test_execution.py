"""Whole loads into PostgreSQL; expected rows are literals worked out by hand."""

import bz2
import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest

from lochan.redshift.wire.copy.errors import CopyError

pytestmark = pytest.mark.postgres

FAILED = "Load into table 't' failed.  Check 'stl_load_errors' system table for details."
Load = Callable[..., list[tuple[Any, ...]]]
Errors = Callable[[], list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("columns", "body", "options", "rows"),
    [
        ("a int, b varchar(10)", "1|x\n2|y\n", "", [(1, "x"), (2, "y")]),
        ("a int, b varchar(10)", "1|x\r\n2|y\r\n", "", [(1, "x"), (2, "y")]),
        ("a int, b varchar(10)", "1|x|\n2|y|\n", "", [(1, "x"), (2, "y")]),
        ("a int, b varchar(10)", "1,x\n", "DELIMITER ','", [(1, "x")]),
        ("a int, b varchar(10)", "1\tx\n", "DELIMITER '\\t'", [(1, "x")]),
        ("a int, b varchar(10)", "1\x01x\n", "DELIMITER '\\001'", [(1, "x")]),
        ("a int, b varchar(10)", "|\n", "", [(None, "")]),
        ("a int, b varchar(10)", "|\n", "EMPTYASNULL", [(None, None)]),
        ("a int, b varchar(10)", " |  \n", "", [(None, "  ")]),
        ("a int, b varchar(10)", " |  \n", "BLANKSASNULL", [(None, None)]),
        ("a int, b varchar(10)", "\\N|\\N\n", "", [(None, None)]),
        ("a int, b varchar(10)", "null|null\n", "NULL AS 'null'", [(None, None)]),
        ("a int, b varchar(10)", "1|\0\n", "NULL AS '\\0'", [(1, None)]),
        ("a int, b varchar(10)", "a|b\n1|x\n", "IGNOREHEADER 1", [(1, "x")]),
        ("a int, b varchar(10)", "1|x\n\n2|y\n", "IGNOREBLANKLINES", [(1, "x"), (2, "y")]),
        ("a int, b varchar(10)", "1|x  \n", "TRIMBLANKS", [(1, "x")]),
        ("a int, b varchar(3)", "1|éé\n", "TRUNCATECOLUMNS", [(1, "é")]),
        ("a int, b varchar(10), c int", "1|x\n", "FILLRECORD", [(1, "x", None)]),
        ("a int, b varchar(9)", b"1|a\xe9b\n", "ACCEPTINVCHARS", [(1, "a?b")]),
        ("a int, b varchar(9)", b"1|\xff\xfe\n", "ACCEPTINVCHARS '^'", [(1, "^^")]),
        ("a int, b varchar(10)", "1|x\n".encode("utf-16"), "ENCODING UTF16", [(1, "x")]),
        # https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html#copy-escape
        ("a int, b varchar(60)", "3| A \\| B \\| C\n", "ESCAPE", [(3, " A | B | C")]),
        ("a int, b varchar(60)", "2| A\\\\B\\\\C\n", "ESCAPE", [(2, " A\\B\\C")]),
        ("a int, b varchar(60)", "1|fox\\\njumped\n", "ESCAPE", [(1, "fox\njumped")]),
        (
            "a int, b varchar(60)",
            "4|'A Midsummer Night\\'s Dream'\n",
            "ESCAPE REMOVEQUOTES",
            [(4, "A Midsummer Night's Dream")],
        ),
        ("a int, b varchar(60)", '1|"a|b"\n', "REMOVEQUOTES", [(1, "a|b")]),
        ("a int, b varchar(60)", "1|Blue'\n", "REMOVEQUOTES", [(1, "Blue'")]),
        ("a int, b varchar(60)", "1|' ' 'Black' ' '\n", "REMOVEQUOTES", [(1, " ' 'Black' ' ")]),
        ("a int, b varchar(20)", '1,"a ""b"", c"\n', "CSV", [(1, 'a "b", c')]),
        ("a int, b varchar(20)", '1, "a" \n', "CSV", [(1, "a")]),
        ("a int, b varchar(20)", '1,"a\nb"\n2,c\n', "CSV", [(1, "a\nb"), (2, "c")]),
        ("a int, b varchar(20)", "1,%a,b%\n", "CSV QUOTE '%'", [(1, "a,b")]),
        ("a int, b varchar(20)", '1;"a;b"\n', "FORMAT AS CSV DELIMITER ';'", [(1, "a;b")]),
        ("a int, b varchar(20)", ",\n", "CSV", [(None, "")]),
    ],
)
def test_text_files_load(
    load: Load, columns: str, body: str | bytes, options: str, rows: list[tuple[Any, ...]]
) -> None:
    assert load(columns, body, options) == rows


@pytest.mark.parametrize(
    ("column", "text", "options", "value"),
    [
        ("smallint", "-32768", "", -32768),
        ("int", "+7", "", 7),
        ("bigint", "9223372036854775807", "", 9223372036854775807),
        # https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-conversion.html#copy-roundec
        ("numeric(8,2)", "20.259", "", Decimal("20.25")),
        ("numeric(8,2)", "20.259", "ROUNDEC", Decimal("20.26")),
        ("numeric(8,2)", "-0.5", "", Decimal("-0.50")),
        (
            "numeric(38,10)",
            "1234567890123456789012345678.5",
            "",
            Decimal("1234567890123456789012345678.5"),
        ),
        ("real", "1.5", "", 1.5),
        ("double precision", "1e-3", "", 0.001),
        ("boolean", "Yes", "", True),
        ("boolean", "f", "", False),
        ("char(4)", "ab  ", "", "ab  "),
        ("date", "2020-02-29", "", date(2020, 2, 29)),
        ("date", "2020-02-29 23:59:59", "", date(2020, 2, 29)),
        ("date", "Jan-01-1999", "DATEFORMAT 'MON-DD-YYYY'", date(1999, 1, 1)),
        ("date", "31.12.99", "DATEFORMAT AS 'DD.MM.YY'", date(1999, 12, 31)),
        ("date", "20080215", "DATEFORMAT 'auto'", date(2008, 2, 15)),
        ("date", "00/00/00", "DATEFORMAT 'auto' ACCEPTANYDATE", None),
        ("timestamp", "2020-01-02 03:04:05.678901", "", datetime(2020, 1, 2, 3, 4, 5, 678901)),
        ("timestamp", "2020-01-02", "", datetime(2020, 1, 2)),
        (
            "timestamp",
            "01/02/2020 3:04 PM",
            "TIMEFORMAT 'MM/DD/YYYY HH12:MI AM'",
            datetime(2020, 1, 2, 15, 4),
        ),
        ("timestamp", "1541106106", "TIMEFORMAT 'epochsecs'", datetime(2018, 11, 1, 21, 1, 46)),
        (
            "timestamp",
            "1541106106796",
            "TIMEFORMAT 'epochmillisecs'",
            datetime(2018, 11, 1, 21, 1, 46, 796000),
        ),
        # https://docs.aws.amazon.com/redshift/latest/dg/automatic-recognition.html
        (
            "timestamp",
            "2019-02-11T05:09:12.195Z",
            "TIMEFORMAT 'auto'",
            datetime(2019, 2, 11, 5, 9, 12, 195000),
        ),
        (
            "timestamp",
            "J2345678 04:05:06.789",
            "TIMEFORMAT 'auto'",
            datetime(1710, 2, 23, 4, 5, 6, 789000),
        ),
        ("timestamp", "19960108 040809", "TIMEFORMAT 'auto'", datetime(1996, 1, 8, 4, 8, 9)),
        ("timestamp", "1996.008", "TIMEFORMAT 'auto'", datetime(1996, 1, 8)),
        (
            "timestamptz",
            "1997-12-17 07:37:16-08",
            "",
            datetime(1997, 12, 17, 15, 37, 16, tzinfo=UTC),
        ),
        ("timestamptz", "1997-12-17 07:37:16", "", datetime(1997, 12, 17, 7, 37, 16, tzinfo=UTC)),
        (
            "timestamptz",
            "12/17/1997 07:37:16.00 PST",
            "TIMEFORMAT 'auto'",
            datetime(1997, 12, 17, 15, 37, 16, tzinfo=UTC),
        ),
        ("super", '{"a": [1, 2.50]}', "", {"a": [1, 2.5]}),
        ("bytea", "6162", "", b"ab"),
    ],
)
def test_texts_become_values_of_their_column(
    load: Load, column: str, text: str, options: str, value: Any
) -> None:
    assert load(f"v {column}", f"{text}\n", options) == [(value,)]


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


@pytest.mark.parametrize(
    ("option", "compress"),
    [
        ("GZIP", gzip.compress),
        ("BZIP2", bz2.compress),
        ("ZSTD", lambda data: pyarrow.compress(data, "zstd", asbytes=True)),
        ("GZIP", lambda data: gzip.compress(data[:4]) + gzip.compress(data[4:])),
    ],
)
def test_compressed_files_load(load: Load, option: str, compress: Callable[[bytes], bytes]) -> None:
    assert load("a int, b text", compress(b"1|x\n2|y\n"), option) == [(1, "x"), (2, "y")]


def test_file_that_is_not_compressed_is_told(load: Load) -> None:
    with pytest.raises(CopyError, match=r"File is truncated or not in GZIP format\."):
        load("a int", "1\n", "GZIP")


def test_prefix_loads_every_key_that_begins_with_it(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    put("custdata.txt", "1\n")
    put("custdata.txt.1", "2\n")
    put("custdata/more", "3\n")
    put("cust", "4\n")
    put("custdata/", "")
    backend.execute("CREATE TEMP TABLE t (a int)")
    assert copy("t FROM 's3://landing/custdata'").rows_loaded == 3
    assert backend.execute("SELECT sum(a) FROM t") == [("6",)]


def test_absent_prefix_is_an_error(backend: Any, copy: Callable[[str], Any]) -> None:
    backend.execute("CREATE TEMP TABLE t (a int)")
    with pytest.raises(CopyError) as failure:
        copy("t FROM 's3://landing/2017/02/18/11'")
    assert failure.value.message == "The specified S3 prefix '2017/02/18/11' does not exist"
    assert "code:      8001" in (failure.value.detail or "")


def test_absent_bucket_is_an_s3_error(backend: Any, copy: Callable[[str], Any]) -> None:
    backend.execute("CREATE TEMP TABLE t (a int)")
    with pytest.raises(CopyError) as failure:
        copy("t FROM 's3://nowhere/x'")
    assert failure.value.message == (
        "S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket"
    )


def test_manifest_loads_what_it_names_and_skips_what_may_be_missing(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    entries = [
        {"url": put("m/1", "1\n"), "mandatory": True},
        {"url": put("m/1", "1\n")},
        {"url": "s3://landing/m/absent", "mandatory": False},
    ]
    put("m/10", "10\n")
    manifest = put("manifests/m", json.dumps({"entries": entries}))
    backend.execute("CREATE TEMP TABLE t (a int)")
    assert copy(f"t FROM '{manifest}' MANIFEST").rows_loaded == 2


def test_missing_mandatory_file_is_fatal(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    entries = [{"url": "s3://landing/m/absent", "mandatory": True}]
    manifest = put("manifests/m", json.dumps({"entries": entries}))
    backend.execute("CREATE TEMP TABLE t (a int)")
    with pytest.raises(CopyError, match=r"Mandatory url is not present in manifest file\."):
        copy(f"t FROM '{manifest}' MANIFEST")


def test_columns_are_filled_in_the_order_of_the_list(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE TEMP TABLE t (a int, b text DEFAULT 'unset', c date)")
    copy(f"t (c, a) FROM '{put('d', '2020-01-02|1' + chr(10))}'")
    assert backend.execute("SELECT * FROM t") == [("1", "unset", "2020-01-02")]


def test_identity_columns_are_generated_unless_explicit_ids(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE TEMP TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text)")
    copy(f"t FROM '{put('one', 'x' + chr(10))}'")
    copy(f"t FROM '{put('two', '70|y' + chr(10))}' EXPLICIT_IDS")
    assert backend.execute("SELECT * FROM t") == [("1", "x"), ("70", "y")]


def test_identity_column_in_the_list_needs_explicit_ids(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE TEMP TABLE t (id int GENERATED ALWAYS AS IDENTITY, a text)")
    with pytest.raises(CopyError, match="EXPLICIT_IDS must be specified"):
        copy(f"t (id, a) FROM '{put('one', '1|x' + chr(10))}'")


@pytest.mark.parametrize(
    ("table", "sqlstate", "message"),
    [
        ("nosuch", "XX000", "Cannot COPY into nonexistent table nosuch"),
        ("public.nosuch", "XX000", "Cannot COPY into nonexistent table nosuch"),
        (
            "prod.public.t",
            "0A000",
            'COPY into database "prod" is not supported: the session is connected to "postgres"',
        ),
        ("t (a, z)", "42703", 'column "z" of relation "t" does not exist'),
        ("t (a, a)", "42701", 'column "a" specified more than once'),
        ("v", "42809", 'cannot copy to non-table relation "v"'),
    ],
)
def test_target_that_cannot_be_loaded_is_named(
    backend: Any,
    put: Callable[..., str],
    copy: Callable[[str], Any],
    table: str,
    sqlstate: str,
    message: str,
) -> None:
    backend.execute("CREATE TEMP TABLE t (a int)")
    backend.execute("CREATE TEMP VIEW v AS SELECT 1 AS a")
    with pytest.raises(CopyError) as failure:
        copy(f"{table} FROM '{put('one', '1' + chr(10))}'")
    assert (failure.value.sqlstate, failure.value.message) == (sqlstate, message)


def test_qualified_and_quoted_names_find_their_table(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE SCHEMA shop")
    backend.execute('CREATE TABLE shop."order" (a int)')
    copy(f'"postgres"."SHOP"."Order" FROM \'{put("one", "1" + chr(10))}\'')
    assert backend.execute('SELECT a FROM shop."order"') == [("1",)]


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ("text CHECK (octet_length(v) <= 3)", "text"),
        ('varchar(9) CONSTRAINT "x(3)$v" CHECK (pg_catalog.octet_length("v") <= 3)', "varchar"),
    ],
)
def test_byte_limit_kept_as_a_check_is_found(
    load: Load, load_errors: Errors, column: str, shown: str
) -> None:
    with pytest.raises(CopyError):
        load(f"v {column}", "abcd\n")
    assert load_errors() == [(1, "v", shown, "3", "abcd", 1204, "String length exceeds DDL length")]


def test_client_encoding_that_would_garble_text_is_refused(backend: Any, load: Load) -> None:
    backend.connection.execute("SET client_encoding TO LATIN1")
    with pytest.raises(CopyError, match="COPY is not supported with client_encoding LATIN1"):
        load("v varchar(9)", "é\n")


def test_failed_load_leaves_nothing_behind(
    backend: Any, put: Callable[..., str], copy: Callable[[str], Any]
) -> None:
    backend.execute("CREATE TEMP TABLE t (a int)")
    backend.connection.commit()
    with pytest.raises(CopyError):
        copy(f"t FROM '{put('one', '1' + chr(10) + 'x' + chr(10))}'")
    backend.connection.rollback()
    assert backend.execute("SELECT count(*) FROM t") == [("0",)]


@pytest.mark.skipif("LOCHAN_TEST_DATA" not in os.environ, reason="LOCHAN_TEST_DATA is not set")
class TestRealFiles:
    """Files that people use, under the folder that LOCHAN_TEST_DATA names."""

    def read(self, name: str) -> bytes:
        path = Path(os.environ["LOCHAN_TEST_DATA"]) / name
        if not path.exists():
            pytest.skip(f"{path} is not there")
        return path.read_bytes()

    def test_tickit_events_load(self, load: Load) -> None:
        body = self.read("tickit/allevents_pipe.txt")
        columns = (
            "eventid int, venueid smallint, catid smallint, dateid smallint, "
            "eventname varchar(200), starttime timestamp"
        )
        rows = load(columns, body, "DELIMITER '|'")
        assert len(rows) == 8798
        assert rows[0] == (1, 305, 8, 1851, "Gotterdammerung", datetime(2008, 1, 25, 14, 30))

    def test_goodbooks_tags_load(self, load: Load) -> None:
        body = self.read("goodbooks10k/tags.csv")
        rows = load("tag_id int, tag_name varchar(200)", body, "CSV IGNOREHEADER 1")
        assert len(rows) == len(list(csv.reader(io.StringIO(body.decode())))) - 1

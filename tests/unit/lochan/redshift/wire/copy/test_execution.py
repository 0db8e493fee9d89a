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

"""UNLOAD read and its text written, without a server.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import pyarrow
import pytest

from lochan.redshift.wire.actions import Unload
from lochan.redshift.wire.copy.statement import Compression, Parquet, Roles, S3Location
from lochan.redshift.wire.errors import WireError
from lochan.redshift.wire.rewrites.row import Context
from lochan.redshift.wire.router import route
from lochan.redshift.wire.unload.files import file_name
from lochan.redshift.wire.unload.statement import UnloadCsv, UnloadStatement, UnloadText
from lochan.redshift.wire.unload.texts import header_line, text_lines

ROLE = "arn:aws:iam::000000000000:role/unload"


def unload(options: str, query: str = "'SELECT 1 AS a'") -> Unload:
    (action,) = route(f"UNLOAD ({query}) TO 's3://bucket/pre_' {options}", Context())
    assert isinstance(action, Unload)
    return action


@pytest.mark.parametrize(
    ("literal", "query"),
    [
        ("'SELECT ''it''''s'' AS a'", "SELECT 'it''s' AS a"),
        (r"'SELECT \'x\' AS a'", "SELECT 'x' AS a"),
        (r"'SELECT ''a\\\\b'' AS a'", r"SELECT E'a\\b' AS a"),
    ],
)
def test_the_query_is_what_the_literal_means_in_postgresqls_words(literal, query):
    assert unload("IAM_ROLE default", literal).query == query


def test_a_query_may_stand_in_dollars():
    assert unload("IAM_ROLE default", "$$SELECT 'x' AS a$$").query == "SELECT 'x' AS a"


def test_every_parameter_is_read():
    statement = unload(
        f"IAM_ROLE '{ROLE}' CSV DELIMITER AS ';' HEADER GZIP NULL AS 'nil' MANIFEST VERBOSE "
        "ALLOWOVERWRITE PARALLEL OFF MAXFILESIZE 6.5 MB REGION 'eu-west-1'"
    ).statement
    assert statement == UnloadStatement(
        location=S3Location("bucket", "pre_"),
        authorization=Roles((ROLE,)),
        format=UnloadCsv(";"),
        compression=Compression.GZIP,
        header=True,
        null_as="nil",
        manifest=True,
        verbose_manifest=True,
        allow_overwrite=True,
        parallel=False,
        max_file_bytes=6_815_744,
        region="eu-west-1",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", UnloadText("|")),
        ("ESCAPE ADDQUOTES DELIMITER '\\t'", UnloadText("\t", escape=True, add_quotes=True)),
        ("FORMAT AS CSV", UnloadCsv(",")),
        ("FORMAT PARQUET", Parquet()),
        ("PARQUET", Parquet()),
    ],
)
def test_the_format_is_chosen(options, expected):
    assert unload(f"IAM_ROLE default {options}").statement.format == expected


@pytest.mark.parametrize(
    ("options", "query", "message"),
    [
        ("", "'SELECT 1'", "CREDENTIALS argument is required but not specified"),
        ("IAM_ROLE default", "SELECT 1", 'syntax error at or near "'),
        ("IAM_ROLE default", "'SELECT 1; SELECT 2'", "UNLOAD takes one SELECT statement"),
        ("IAM_ROLE default", "'DELETE FROM t'", "UNLOAD takes one SELECT statement"),
        ("IAM_ROLE default", "''", "UNLOAD takes one SELECT statement"),
        ("IAM_ROLE default", "'SELECT a FROM t LIMIT 5'", "Limit clause is not supported"),
        ("IAM_ROLE default PARQUET GZIP", "'SELECT 1'", "PARQUET is not compatible with GZIP"),
        ("IAM_ROLE default CSV ESCAPE", "'SELECT 1'", "CSV is not compatible with ESCAPE"),
        ("IAM_ROLE default CLEANPATH ALLOWOVERWRITE", "'SELECT 1'", "CLEANPATH is not compatible"),
        ("IAM_ROLE default GZIP ZSTD", "'SELECT 1'", "GZIP and ZSTD"),
        ("IAM_ROLE default HEADER HEADER", "'SELECT 1'", "HEADER is specified twice"),
        ("IAM_ROLE default JSON", "'SELECT 1'", "JSON is not supported by this Redshift stand-in"),
        ("IAM_ROLE default PARTITION BY (a)", "'SELECT 1'", "PARTITION is not supported"),
        ("IAM_ROLE default MAXFILESIZE 4 MB", "'SELECT 1'", "between 5 MB and 6.2 GB"),
        ("IAM_ROLE default NONSENSE", "'SELECT 1'", 'syntax error at or near "NONSENSE"'),
    ],
)
def test_what_cannot_work_is_refused(options, query, message):
    with pytest.raises(WireError, match=message):
        unload(options, query)


def test_a_limit_inside_is_allowed():
    assert unload("IAM_ROLE default", "'SELECT a FROM (SELECT 1 AS a LIMIT 1) AS t'").query


ROW = pyarrow.RecordBatch.from_pydict(
    {"a": ["x|y\\z"], "b": ['say "no"\n'], "c": pyarrow.array([None], pyarrow.string()), "d": [""]}
)


@pytest.mark.parametrize(
    ("text_format", "null_as", "line"),
    [
        (UnloadText(), "", 'x|y\\z|say "no"\n||\n'),
        (UnloadText(escape=True), "@", 'x\\|y\\\\z|say "no"\\\n|@|\n'),
        (UnloadText(add_quotes=True), "", '"x|y\\z"|"say "no"\n"||""\n'),
        (UnloadText(escape=True, add_quotes=True), "", '"x\\|y\\\\z"|"say \\"no\\"\\\n"||""\n'),
        (UnloadCsv(), "", 'x|y\\z,"say ""no""\n",,\n'),
        (UnloadCsv("|"), "nil", '"x|y\\z"|"say ""no""\n"|nil|\n'),
    ],
)
def test_rows_are_text(text_format, null_as, line):
    assert text_lines(ROW, text_format, null_as=null_as) == line.encode()


def test_a_header_is_a_row_of_names():
    assert header_line(["a", "b,c"], UnloadCsv()) == b'a,"b,c"\n'


def test_files_are_numbered_by_slice_and_part_or_in_one_sequence():
    def name(options, slice_number, part):
        return file_name(unload(f"IAM_ROLE default {options}").statement, slice_number, part)

    assert name("", 1, 0) == "0001_part_00"
    assert name("GZIP", 0, 2) == "0000_part_02.gz"
    assert name("PARALLEL OFF", 0, 1) == "001"
    assert name("PARQUET", 0, 0) == "0000_part_00.parquet"

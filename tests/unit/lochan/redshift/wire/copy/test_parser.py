"""Statements and what they mean, statements and why they are refused.

Grammar: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html and its pages, read 2026-11-20.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.redshift.wire.copy.errors import CopySyntaxError
from lochan.redshift.wire.copy.parser import is_copy, parse_copy
from lochan.redshift.wire.copy.statement import (
    AccessKeys,
    AutoMapping,
    Compression,
    Conversions,
    CopyStatement,
    Csv,
    DefaultRole,
    DelimitedText,
    Json,
    JsonPathsFile,
    LoadOptions,
    Manifest,
    Parquet,
    Prefix,
    Roles,
    S3Location,
    TableName,
    WholeDocument,
)

ARN = "arn:aws:iam::012345678901:role/MyRedshiftRole"
PLAIN = CopyStatement(
    table=TableName(("t",)),
    source=Prefix(S3Location("bucket", "data")),
    authorization=DefaultRole(),
)
JSON_CONVERSIONS = Conversions(null_as=None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", PLAIN),
        ("DELIMITER ','", replace(PLAIN, format=DelimitedText(","))),
        ("DELIMITER AS '\\t'", replace(PLAIN, format=DelimitedText("\t"))),
        ("DELIMITER '\\001'", replace(PLAIN, format=DelimitedText("\x01"))),
        ("ESCAPE REMOVEQUOTES", replace(PLAIN, format=DelimitedText("|", True, True))),
        ("CSV", replace(PLAIN, format=Csv())),
        ("FORMAT CSV QUOTE '%' DELIMITER ';'", replace(PLAIN, format=Csv(";", "%"))),
        ("FORMAT AS CSV QUOTE AS ''''", replace(PLAIN, format=Csv(",", "'"))),
        ("FORMAT AS PARQUET", replace(PLAIN, format=Parquet())),
        ("parquet serializetojson", replace(PLAIN, format=Parquet(serialize_to_json=True))),
        ("JSON 'auto'", replace(PLAIN, format=Json(), conversions=JSON_CONVERSIONS)),
        ("FORMAT JSON", replace(PLAIN, format=Json(), conversions=JSON_CONVERSIONS)),
        (
            "FORMAT AS JSON 'auto ignorecase'",
            replace(PLAIN, format=Json(AutoMapping(True)), conversions=JSON_CONVERSIONS),
        ),
        (
            "JSON AS 'noshred'",
            replace(PLAIN, format=Json(WholeDocument()), conversions=JSON_CONVERSIONS),
        ),
        (
            "JSON 's3://paths/p.json'",
            replace(
                PLAIN,
                format=Json(JsonPathsFile(S3Location("paths", "p.json"))),
                conversions=JSON_CONVERSIONS,
            ),
        ),
        ("MANIFEST", replace(PLAIN, source=Manifest(S3Location("bucket", "data")))),
        ("GZIP", replace(PLAIN, compression=Compression.GZIP)),
        ("BZIP2", replace(PLAIN, compression=Compression.BZIP2)),
        ("ZSTD", replace(PLAIN, compression=Compression.ZSTD)),
        ("REGION AS 'eu-west-1'", replace(PLAIN, region="eu-west-1")),
        ("REGION 'us-gov-west-1'", replace(PLAIN, region="us-gov-west-1")),
        ("MAXERROR AS 100000", replace(PLAIN, load=LoadOptions(max_errors=100000))),
        ("IGNOREALLERRORS", replace(PLAIN, load=LoadOptions(ignore_all_errors=True))),
        ("NOLOAD", replace(PLAIN, load=LoadOptions(no_load=True))),
        ("COMPUPDATE PRESET STATUPDATE OFF COMPROWS 1000", PLAIN),
        ("COMPUPDATE STATUPDATE", PLAIN),
        ("COMPUPDATE FALSE, STATUPDATE TRUE", PLAIN),
        (
            "ACCEPTANYDATE ACCEPTINVCHARS AS '^' BLANKSASNULL DATEFORMAT AS 'auto' EMPTYASNULL",
            replace(
                PLAIN,
                conversions=Conversions(
                    accept_any_date=True,
                    replacement_character="^",
                    blanks_as_null=True,
                    date_format="auto",
                    empty_as_null=True,
                ),
            ),
        ),
        (
            "ACCEPTINVCHARS ENCODING AS utf16le EXPLICIT_IDS FILLRECORD IGNOREBLANKLINES",
            replace(
                PLAIN,
                conversions=Conversions(
                    replacement_character="?",
                    encoding="UTF16LE",
                    explicit_ids=True,
                    fill_record=True,
                    ignore_blank_lines=True,
                ),
            ),
        ),
        (
            "IGNOREHEADER AS 2 NULL AS '\\0' ROUNDEC TIMEFORMAT 'epochsecs' TRIMBLANKS "
            "TRUNCATECOLUMNS",
            replace(
                PLAIN,
                conversions=Conversions(
                    ignore_header=2,
                    null_as="\0",
                    round_decimals=True,
                    time_format="epochsecs",
                    trim_blanks=True,
                    truncate_columns=True,
                ),
            ),
        ),
        ("NULL '\\\\N'", PLAIN),
        ("NULL AS 'it''s'", replace(PLAIN, conversions=Conversions(null_as="it's"))),
        ("CSV; ;", replace(PLAIN, format=Csv())),
    ],
)
def test_parameters_are_read(options: str, expected: CopyStatement) -> None:
    assert parse_copy(f"COPY t FROM 's3://bucket/data' IAM_ROLE default {options}") == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("IAM_ROLE DEFAULT", DefaultRole()),
        (f"IAM_ROLE '{ARN}'", Roles((ARN,))),
        (f"IAM_ROLE '{ARN},{ARN}2'", Roles((ARN, f"{ARN}2"))),
        (
            "IAM_ROLE 'arn:aws-cn:iam::012345678901:role/a/b'",
            Roles(("arn:aws-cn:iam::012345678901:role/a/b",)),
        ),
        (f"CREDENTIALS 'aws_iam_role={ARN}'", Roles((ARN,))),
        (f"WITH CREDENTIALS AS 'aws_iam_role={ARN}'", Roles((ARN,))),
        ("CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=b='", AccessKeys("a", "b=")),
        (
            "CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=b;token=c'",
            AccessKeys("a", "b", "c"),
        ),
        ("ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b'", AccessKeys("a", "b")),
        ("ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b' SESSION_TOKEN 'c'", AccessKeys("a", "b", "c")),
    ],
)
def test_authorizations_are_read(clause: str, expected: object) -> None:
    assert parse_copy(f"copy t from 's3://bucket/data' {clause}").authorization == expected


@pytest.mark.parametrize(
    ("target", "table", "columns"),
    [
        ("t", ("t",), ()),
        ('S.T (A, "B")', ("s", "t"), ("a", "b")),
        ('"dev"."sch"."My Table"', ("dev", "sch", "my table"), ()),
        ("#stage", ("#stage",), ()),
        ('"a""b"', ('a"b',), ()),
    ],
)
def test_targets_are_read_and_folded(
    target: str, table: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    statement = parse_copy(f"COPY {target} FROM 's3://bucket/data' IAM_ROLE default")
    assert (statement.table, statement.columns) == (TableName(table), columns)


def test_comments_and_line_breaks_do_not_count() -> None:
    sql = """/* load /* nested */ */ COPY t -- the target
    FROM 's3://bucket/data' IAM_ROLE default"""
    assert parse_copy(sql) == PLAIN


@pytest.mark.parametrize(
    ("rest", "sqlstate", "message"),
    [
        (
            "t FROM 's3://bucket/data'",
            "XX000",
            "CREDENTIALS argument is required but not specified",
        ),
        # redshift_connector sends parameters apart: sqlalchemy-redshift issue 240
        ("t FROM $1 IAM_ROLE default", "42601", 'syntax error at or near "$1"'),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default FOO",
            "42601",
            'syntax error at or near "FOO"',
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default FORMAT",
            "42601",
            "syntax error at end of input",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default; SELECT 1",
            "42601",
            'syntax error at or near "SELECT"',
        ),
        ("t FROM 's3://bucket/data", "42601", "unterminated quoted string at or near '"),
        ("t (a FROM 's3://bucket/data'", "42601", 'syntax error at or near "FROM"'),
        (
            "a.b.c.d FROM 's3://bucket/data'",
            "42601",
            "improper qualified name (too many dotted names): a.b.c.d",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default CSV CSV",
            "42601",
            "conflicting or redundant options: FORMAT is specified twice",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default GZIP BZIP2",
            "42601",
            "conflicting or redundant options: GZIP and BZIP2",
        ),
        (
            f"t FROM 's3://bucket/data' IAM_ROLE default CREDENTIALS 'aws_iam_role={ARN}'",
            "42601",
            "conflicting or redundant options",
        ),
        (
            "t FROM 's3://bucket/data' ACCESS_KEY_ID 'a'",
            "42601",
            "ACCESS_KEY_ID and SECRET_ACCESS_KEY must be specified together",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE 'arn:aws:iam::1:role/x'",
            "XX000",
            "'arn:aws:iam::1:role/x' is not a valid IAM role ARN. "
            "Must be of the format: 'arn:aws:iam::<12-digit account id>:role/<role name>'",
        ),
        (
            "t FROM 's3://bucket/data' CREDENTIALS 'nonsense'",
            "XX000",
            "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or "
            "'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'",
        ),
        (
            "t FROM STDIN",
            "0A000",
            "LOAD source is not supported. (Hint: "
            "only S3 or DynamoDB or EMR based load is allowed)",
        ),
        (
            "t FROM 'dynamodb://movies' IAM_ROLE default",
            "0A000",
            "COPY from Amazon DynamoDB is not supported by this Redshift stand-in",
        ),
        (
            "t FROM 'emr://j-1/x' IAM_ROLE default",
            "0A000",
            "COPY from Amazon EMR is not supported by this Redshift stand-in",
        ),
        (
            "t FROM 's3://Bad_Bucket/x' IAM_ROLE default",
            "XX000",
            "'s3://Bad_Bucket/x' does not name a valid S3 bucket",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default AVRO 'auto'",
            "0A000",
            "COPY parameter AVRO is not supported by this Redshift stand-in",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default FORMAT ORC",
            "0A000",
            "COPY FORMAT ORC is not supported by this Redshift stand-in",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default LZOP",
            "0A000",
            "COPY parameter LZOP is not supported by this Redshift stand-in",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default ENCRYPTED",
            "0A000",
            "COPY parameter ENCRYPTED is not supported by this Redshift stand-in",
        ),
        ("JOB CREATE x", "0A000", "COPY JOB is not supported by this Redshift stand-in"),
        # awslabs/aws-lambda-redshift-loader issue 51
        (
            "t FROM 's3://bucket/data' IAM_ROLE default CSV ESCAPE",
            "42601",
            "CSV is not compatible with ESCAPE",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default REMOVEQUOTES CSV",
            "42601",
            "CSV is not compatible with REMOVEQUOTES",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default JSON 'auto' NULL AS ''",
            "42601",
            "JSON is not compatible with NULL",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default QUOTE '%'",
            "42601",
            "delimited text is not compatible with QUOTE",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default IGNOREALLERRORS MAXERROR 3",
            "42601",
            "IGNOREALLERRORS is not compatible with MAXERROR",
        ),
        # Texts of real clusters: apache/iggy pull request 3654 and other public reports
        (
            "t FROM 's3://bucket/data' IAM_ROLE default PARQUET REGION 'us-east-1'",
            "0A000",
            "REGION argument is not supported for PARQUET based COPY",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default PARQUET TRUNCATECOLUMNS",
            "0A000",
            "TRUNCATECOLUMNS argument is not supported for PARQUET based COPY",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default PARQUET MAXERROR 3",
            "0A000",
            "MAXERROR argument is not supported for PARQUET based COPY",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default PARQUET GZIP",
            "0A000",
            "GZIP argument is not supported for PARQUET based COPY",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default MAXERROR 100001",
            "22023",
            "MAXERROR must be between 0 and 100000",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default MAXERROR -1",
            "22023",
            "MAXERROR must be between 0 and 100000",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default DELIMITER '||'",
            "22023",
            "COPY delimiter and quote must be a single ASCII character",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default CSV DELIMITER '\"'",
            "22023",
            "CSV delimiter and quote must be different",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default ENCODING latin1",
            "22023",
            "ENCODING latin1 is not supported. Valid values are UTF8, UTF16, UTF16LE, UTF16BE",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default REGION 'moon'",
            "22023",
            "'moon' is not a valid AWS region",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default ACCEPTINVCHARS 'ab'",
            "22023",
            "ACCEPTINVCHARS replacement must be a single ASCII character",
        ),
        (
            "t FROM 's3://bucket/data' IAM_ROLE default JSON 'manual'",
            "XX000",
            "'manual' is not a valid JSON option: use 'auto', 'auto ignorecase', 'noshred' or 's3://jsonpaths_file'",
        ),
    ],
)
def test_statements_are_refused_by_name(rest: str, sqlstate: str, message: str) -> None:
    with pytest.raises(CopySyntaxError) as refusal:
        parse_copy(f"COPY {rest}")
    assert (refusal.value.sqlstate, refusal.value.message) == (sqlstate, message)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("COPY t FROM 's3://b'", True),
        ("  copy t", True),
        ("-- a comment\n/* another */ Copy t", True),
        ("SELECT 'copy'", False),
        ("INSERT INTO copy VALUES (1)", False),
        ("copying", False),
        ("", False),
    ],
)
def test_copy_is_told_from_other_statements(sql: str, expected: bool) -> None:
    assert is_copy(sql) is expected


def test_secrets_are_not_shown() -> None:
    keys = "ACCESS_KEY_ID 'me' SECRET_ACCESS_KEY 'hidden1' SESSION_TOKEN 'hidden2'"
    sql = f"COPY t FROM 's3://bucket/data' {keys}"
    assert "hidden" not in repr(parse_copy(sql))


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_copy(f"COPY {text}")
    except CopySyntaxError as refusal:
        assert refusal.message

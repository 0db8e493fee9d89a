"""Statements of COPY and what they mean.

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

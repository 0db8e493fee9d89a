"""Statements of COPY and why they are refused: SQLSTATE and message, word for word.

Grammar: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html and its pages, read 2026-11-20.
"""

import pytest

from lochan.redshift.wire.copy.errors import CopySyntaxError
from lochan.redshift.wire.copy.parser import parse_copy

ARN = "arn:aws:iam::012345678901:role/MyRedshiftRole"


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

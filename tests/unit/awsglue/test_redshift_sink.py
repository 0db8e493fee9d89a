"""What the Redshift sink stages and says, without a Redshift.

CSV by the rules of https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
"""

import datetime
import gzip
import io
import json
from dataclasses import replace
from decimal import Decimal

import boto3
import pyarrow as pa
import pyarrow.parquet
import pytest
from pyspark.sql import types as spark

from awsglue._databases import staging
from awsglue._databases.csv_text import csv_lines, draw_null_text
from awsglue._databases.redshift import authorization
from awsglue._databases.redshift_columns import check_names, column_type, prepare_typed_frame
from awsglue._databases.staged_forms import CsvForm, ParquetForm
from awsglue._databases.staging import put_objects, staging_folder
from awsglue._sinks.database_sink import create_statement
from awsglue._sinks.redshift_sink import copy_statement, read_target
from awsglue._sinks.registry import sink_for

ROLE = "arn:aws:iam::000000000000:role/copy"
OPTIONS = {
    "url": "jdbc:redshift://h:5439/dev",
    "user": "u",
    "password": "p",
    "dbtable": "public.t",
    "redshiftTmpDir": "s3://temporary/below",
}
UTC = datetime.UTC


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (pa.array(["a,b"]), '"a,b"\n'),
        (pa.array(['say "no"']), '"say ""no"""\n'),
        (pa.array(["a\nb\r\nc\\"]), '"a\nb\r\nc\\"\n'),
        (pa.array([""]), '""\n'),
        (pa.array([None], pa.string()), "NIL\n"),
        (pa.array(["é 漢"]), "é 漢\n"),
        (pa.array([" é"]), '" é"\n'),
        (pa.array(["é\t"]), '"é\t"\n'),
        (pa.array(["\\."]), '"\\."\n'),
        (pa.array([-5]), "-5\n"),
        (pa.array([None], pa.int32()), "NIL\n"),
        (pa.array([True]), "true\n"),
        (pa.array([0.1]), "0.1\n"),
        (pa.array([0.1], pa.float32()), "0.1\n"),
        (pa.array([float("nan")]), "nan\n"),
        (pa.array([float("-inf")]), "-inf\n"),
        (pa.array([1e300]), "1e+300\n"),
        (pa.array([Decimal("0.0000000001")], pa.decimal128(38, 10)), "0.0000000001\n"),
        (
            pa.array([Decimal("-9999999999999999999999999999.9999999999")], pa.decimal128(38, 10)),
            "-9999999999999999999999999999.9999999999\n",
        ),
        (pa.array([datetime.date(1969, 12, 31)]), "1969-12-31\n"),
        (pa.array([datetime.date(1, 1, 1)]), "0001-01-01\n"),
        (
            pa.array(
                [datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)],
                pa.timestamp("us", "UTC"),
            ),
            "1969-12-31 23:59:59.999999\n",
        ),
        (
            pa.array(
                [datetime.datetime(2024, 1, 1, 12, tzinfo=UTC)],
                pa.timestamp("us", "America/New_York"),
            ),
            "2024-01-01 12:00:00.000000\n",
        ),
    ],
)
def test_a_value_is_written_so_that_copy_reads_it(column, line):
    assert csv_lines(pa.record_batch([column], ["c"]), "NIL") == line.encode()


def test_fields_and_rows_are_separated():
    batch = pa.record_batch([pa.array([1, None, 3]), pa.array([None, "b", ""])], ["a", "b"])
    assert csv_lines(batch, "NIL") == b"1,NIL\nNIL,b\n3,\n"


def test_no_two_writes_have_the_same_null():
    assert draw_null_text() != draw_null_text()


@pytest.mark.parametrize(
    ("data_type", "column"),
    [
        # relationalize's page: strings become VARCHAR(65535)
        (spark.StringType(), "VARCHAR(65535)"),
        (spark.ByteType(), "SMALLINT"),
        (spark.IntegerType(), "INTEGER"),
        (spark.LongType(), "BIGINT"),
        (spark.FloatType(), "REAL"),
        (spark.DoubleType(), "DOUBLE PRECISION"),
        (spark.DecimalType(38, 10), "DECIMAL(38,10)"),
        (spark.BooleanType(), "BOOLEAN"),
        (spark.DateType(), "DATE"),
        (spark.TimestampType(), "TIMESTAMP"),
        (spark.ArrayType(spark.LongType()), "SUPER"),
    ],
)
def test_a_field_has_its_type_in_redshift(data_type, column):
    assert column_type(spark.StructField("f", data_type)) == column


def test_metadata_may_name_the_type():
    named = spark.StructField("f", spark.StringType(), True, {"redshift_type": "CHAR(3)"})
    longer = spark.StructField("f", spark.StringType(), True, {"maxlength": 20})
    assert (column_type(named), column_type(longer)) == ("CHAR(3)", "VARCHAR(20)")


def test_a_type_that_redshift_does_not_have_is_refused():
    field = spark.StructField("lasts", spark.DayTimeIntervalType())
    with pytest.raises(ValueError, match="the field 'lasts' is interval day to second"):
        column_type(field)


def test_names_that_differ_by_case_only_are_refused():
    with pytest.raises(ValueError, match="the fields 'Id' and 'ID' would be one column"):
        check_names(["Id", "name", "ID"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dbtable": None}, "must have 'dbtable'"),
        ({"dbtable": "a.b.c.d"}, "'a.b.c.d' names no table"),
        ({"redshiftTmpDir": ""}, "an s3:// folder for temporary files is needed"),
        ({"tempformat": "AVRO"}, "tempformat 'AVRO' is not implemented by Lochan"),
        ({"sslmode": "x"}, "the option 'sslmode' is not implemented by Lochan"),
    ],
)
def test_options_that_cannot_work_are_refused_before_anything_runs(changes, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        sink_for("redshift", {**OPTIONS, **changes})


def test_actions_are_lists_and_may_name_the_table():
    target = read_target(
        {**OPTIONS, "preactions": "DELETE FROM %s; SELECT ';'", "postactions": "ANALYZE %s;"}
    )
    assert target.preactions == ('DELETE FROM "public"."t"', "SELECT ';'")
    assert target.postactions == ('ANALYZE "public"."t"',)


def test_the_missing_table_has_the_frames_columns():
    schema = spark.StructType(
        [spark.StructField("id", spark.LongType()), spark.StructField("Na me", spark.StringType())]
    )
    assert create_statement(("public", "t"), schema, column_type) == (
        'CREATE TABLE IF NOT EXISTS "public"."t" ("id" BIGINT, "Na me" VARCHAR(65535))'
    )


@pytest.mark.parametrize(
    ("tempformat", "clause"),
    [
        ("CSV", "FORMAT AS CSV NULL AS '@N@' MANIFEST"),
        ("CSV GZIP", "FORMAT AS CSV NULL AS '@N@' GZIP MANIFEST"),
        ("parquet", "FORMAT AS PARQUET SERIALIZETOJSON MANIFEST"),
    ],
)
def test_copy_names_columns_role_form_and_manifest(tempformat, clause):
    options = {"aws_iam_role": ROLE, "tempformat": tempformat, "csvnullstring": "@N@"}
    target = read_target({**OPTIONS, **options, "extracopyoptions": "STATUPDATE ON"})
    assert copy_statement(target, ["id", "name"], "s3://temporary/x/manifest.json") == (
        'COPY "public"."t" ("id", "name") FROM \'s3://temporary/x/manifest.json\' '
        f"IAM_ROLE '{ROLE}' {clause} STATUPDATE ON"
    )


def test_without_a_role_the_credentials_of_the_job_are_passed_on(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s'ecret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "tok")
    assert authorization("") == (
        "ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 's''ecret' SESSION_TOKEN 'tok'"
    )


def test_without_role_and_credentials_nothing_can_be_loaded(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ValueError, match="give 'aws_iam_role' in the options"):
        authorization("")


@pytest.fixture
def bucket(glue):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="temporary")
    return s3


def keys(s3):
    return [item["Key"] for item in s3.list_objects_v2(Bucket="temporary").get("Contents", [])]


def test_rows_are_put_as_objects_of_limited_size(bucket, monkeypatch):
    monkeypatch.setattr(staging, "OBJECT_BYTES", 10)
    batches = [pa.record_batch([pa.array(["0123456789"])], ["c"])] * 2
    empty = pa.record_batch([pa.array([], pa.string())], ["c"])
    with staging_folder("s3a://temporary/below/") as folder:
        put = put_objects(folder, CsvForm("NIL", False), [batches[0], empty, batches[1]])
        staged = [row for batch in put for row in batch.to_pylist()]
        assert [row["bytes"] for row in staged] == [11, 11]
        assert sorted(keys(bucket)) == sorted(row["key"] for row in staged)
        assert all(key.startswith("below/") for key in keys(bucket))
    assert keys(bucket) == []


def test_staged_objects_are_encrypted_as_the_run_is_told(bucket, monkeypatch):
    monkeypatch.setenv("LOCHAN_S3_ENCRYPTION", "aws:kms")
    monkeypatch.setenv("LOCHAN_S3_KEY", "arn:aws:kms:us-east-1:123456789012:key/k")
    batch = pa.record_batch([pa.array(["a"])], ["c"])
    with staging_folder("s3://temporary") as folder:
        told = replace(folder, encryption=staging.read_encryption())
        (staged,) = put_objects(told, CsvForm("NIL", False), [batch])
        found = bucket.head_object(Bucket="temporary", Key=staged.to_pylist()[0]["key"])
    assert found["ServerSideEncryption"] == "aws:kms"
    assert found["SSEKMSKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/k"


def test_without_a_security_configuration_the_bucket_decides(monkeypatch):
    monkeypatch.delenv("LOCHAN_S3_ENCRYPTION", raising=False)
    assert staging.read_encryption() == {}
    monkeypatch.setenv("LOCHAN_S3_ENCRYPTION", "AES256")
    monkeypatch.setenv("LOCHAN_S3_KEY", "")
    assert staging.read_encryption() == {"ServerSideEncryption": "AES256"}


def test_compressed_objects_are_gzip(bucket):
    batch = pa.record_batch([pa.array(["a", None])], ["c"])
    with staging_folder("s3://temporary") as folder:
        (staged,) = put_objects(folder, CsvForm("NIL", True), [batch])
        key = staged.to_pylist()[0]["key"]
        body = bucket.get_object(Bucket="temporary", Key=key)["Body"].read()
    assert gzip.decompress(body) == b"a\nNIL\n"


def test_parquet_holds_local_times_in_utc_and_all_batches(bucket):
    noon = datetime.datetime(2024, 1, 1, 12, tzinfo=UTC)
    zoned = pa.array([noon], pa.timestamp("us", "America/New_York"))
    batch = pa.record_batch([zoned, pa.array([b"\0\xff"])], ["at", "raw"])
    with staging_folder("s3://temporary") as folder:
        (staged,) = put_objects(folder, ParquetForm(), [batch, batch])
        (put,) = staged.to_pylist()
        body = bucket.get_object(Bucket="temporary", Key=put["key"])["Body"].read()
    assert (put["key"].endswith(".parquet"), put["bytes"]) == (True, len(body))
    row = {"at": datetime.datetime(2024, 1, 1, 12), "raw": b"\0\xff"}
    assert pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist() == [row, row]


@pytest.mark.parametrize(
    "nested", ["map<string,int>", "array<struct<at:timestamp>>", "struct<raw:binary>"]
)
def test_parquet_is_refused_where_its_form_in_super_is_not_stated(frame_of, nested):
    frame = frame_of([(None,)], f"f {nested}").toDF()
    with pytest.raises(NotImplementedError, match="tempformat 'PARQUET' and the field 'f'"):
        prepare_typed_frame(frame)


def test_parquet_keeps_types_and_has_nulls_without_one_as_text(frame_of):
    frame = frame_of([(None, [1], b"x")], "n void, many array<int>, raw binary").toDF()
    assert prepare_typed_frame(frame).dtypes == [
        ("n", "string"),
        ("many", "array<int>"),
        ("raw", "binary"),
    ]


def test_what_is_staged_is_removed_also_after_a_failure(bucket):
    bucket.put_object(Bucket="temporary", Key="below/other", Body=b"stays")
    with pytest.raises(RuntimeError), staging_folder("s3://temporary/below") as folder:
        list(put_objects(folder, CsvForm("NIL", False), [pa.record_batch([[1]], ["c"])]))
        raise RuntimeError
    assert keys(bucket) == ["below/other"]


def test_the_temporary_folder_must_be_in_s3():
    with pytest.raises(ValueError, match=r"'/tmp/x' is no s3:// URI"):
        staging_folder("/tmp/x").__enter__()


def test_a_table_of_the_catalog_names_the_database(glue):
    from awsglue._sources.catalog import get_table

    glue.create_table(
        DatabaseName="lake",
        TableInput={
            "Name": "dev_public_users",
            "Parameters": {"classification": "redshift", "connectionName": "warehouse"},
            "StorageDescriptor": {"Location": "dev.public.user.s", "Columns": []},
        },
    )
    table = get_table("lake", "dev_public_users", None)
    assert table.format == "redshift"
    assert json.dumps(table.database_options()) == json.dumps(
        {"connectionName": "warehouse", "database": "dev", "dbtable": '"public"."user.s"'}
    )

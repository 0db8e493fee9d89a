"""UNLOAD through the wire: what is in the objects, compared with literals.

https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import datetime
import gzip
import io
import json
from decimal import Decimal

import psycopg
import pyarrow.parquet
import pytest

pytestmark = pytest.mark.postgres

ROLE = "IAM_ROLE 'arn:aws:iam::000000000000:role/lochan-local-redshift-unload'"
COLUMNS = (
    "id INT, small SMALLINT, big BIGINT, text VARCHAR(100), amount DECIMAL(38,10), "
    "ratio DOUBLE PRECISION, narrow REAL, flag BOOLEAN, day DATE, at TIMESTAMP, "
    "zoned TIMESTAMPTZ, raw VARBYTE, nested SUPER"
)
VALUES = (
    "(1, -2, 9223372036854775807, 'a|b,\"c\"\nd\\\\e', 0.0000000001, 1e300, 0.1, true, "
    "'1969-12-31', '1969-12-31 23:59:59.999999', '2024-01-01 01:00:00+01', 'ab', "
    "json_parse('{\"k\":[1,null]}')), "
    "(2, NULL, NULL, '', NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL), "
    "(3, 0, 0, NULL, -9999999999999999999999999999.9999999999, '-Infinity', 0, false, "
    "'0001-01-01', '2038-01-19 03:14:08', NULL, NULL, NULL)"
)


@pytest.fixture
def bucket(s3):
    name = "unloaded"
    s3.create_bucket(Bucket=name)
    yield name
    for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=item["Key"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def connection(connect_psycopg, schema):
    connection = connect_psycopg(autocommit=True)
    connection.execute(f"SET search_path TO {schema}")
    connection.execute(f"CREATE TABLE rows ({COLUMNS})")
    connection.execute(f"INSERT INTO rows VALUES {VALUES}")
    return connection


@pytest.fixture
def objects(s3, bucket):
    def read():
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {
            item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            for item in listed
        }

    return read


def test_parquet_has_the_columns_types_and_values(connection, objects):
    connection.execute(
        f"UNLOAD ('SELECT * FROM rows ORDER BY id') TO 's3://unloaded/p/' {ROLE} PARQUET MANIFEST"
    )
    found = objects()
    assert sorted(found) == ["p/0000_part_00.parquet", "p/manifest"]
    body = found["p/0000_part_00.parquet"]
    assert json.loads(found["p/manifest"]) == {
        "entries": [
            {
                "url": "s3://unloaded/p/0000_part_00.parquet",
                "meta": {"content_length": len(body)},
            }
        ]
    }
    table = pyarrow.parquet.read_table(io.BytesIO(body))
    assert [str(kind) for kind in table.schema.types] == [
        "int32", "int16", "int64", "string", "decimal128(38, 10)", "double", "float", "bool",
        "date32[day]", "timestamp[us]", "timestamp[us, tz=UTC]", "binary", "string",
    ]  # fmt: skip
    first, second, third = table.to_pylist()
    assert list(first.values()) == [
        1,
        -2,
        9223372036854775807,
        'a|b,"c"\nd\\e',
        Decimal("0.0000000001"),
        1e300,
        pytest.approx(0.1),
        True,
        datetime.date(1969, 12, 31),
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
        datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
        b"ab",
        '{"k": [1, null]}',
    ]
    assert second["text"] == ""
    assert str(second["ratio"]) == "nan"
    assert [second[name] for name in ("small", "amount", "flag", "at", "raw")] == [None] * 5
    assert third["text"] is None
    assert third["amount"] == Decimal("-9999999999999999999999999999.9999999999")
    assert third["ratio"] == float("-inf")
    assert third["day"] == datetime.date(1, 1, 1)


def test_an_expressions_decimal_keeps_its_digits(connection, objects):
    connection.execute(
        "UNLOAD ('SELECT SUM(amount) AS total FROM rows WHERE id = 1') "
        f"TO 's3://unloaded/sum' {ROLE} PARQUET PARALLEL OFF"
    )
    table = pyarrow.parquet.read_table(io.BytesIO(objects()["sum000.parquet"]))
    assert table.to_pylist() == [{"total": Decimal("0.0000000001")}]


def test_text_is_delimited_and_escaped(connection, objects):
    query = "SELECT id, text, flag, raw, at FROM rows ORDER BY id"
    connection.execute(
        f"UNLOAD ('{query}') TO 's3://unloaded/t_' {ROLE} ESCAPE NULL AS '@' PARALLEL OFF"
    )
    connection.execute(
        f"UNLOAD ('{query}') TO 's3://unloaded/c_' {ROLE} CSV HEADER GZIP PARALLEL OFF"
    )
    found = objects()
    assert found["t_000"].decode() == (
        '1|a\\|b,"c"\\\nd\\\\e|t|6162|1969-12-31 23:59:59.999999\n'
        "2||@|@|@\n"
        "3|@|f|@|2038-01-19 03:14:08\n"
    )
    assert gzip.decompress(found["c_000.gz"]).decode() == (
        "id,text,flag,raw,at\n"
        '1,"a|b,""c""\nd\\e",t,6162,1969-12-31 23:59:59.999999\n'
        "2,,,,\n"
        "3,,f,,2038-01-19 03:14:08\n"
    )


def test_a_column_of_nulls_keeps_its_rows(connection, objects):
    connection.execute(
        f"UNLOAD ('SELECT text FROM rows WHERE id = 3') TO 's3://unloaded/n' {ROLE} PARALLEL OFF"
    )
    assert objects() == {"n000": b"\n"}


def test_what_is_unloaded_can_be_copied_back(connection):
    connection.execute(
        f"UNLOAD ('SELECT id, text, amount FROM rows') TO 's3://unloaded/b/' {ROLE} "
        "PARQUET MANIFEST VERBOSE"
    )
    connection.execute("CREATE TABLE again (id INT, text VARCHAR(100), amount DECIMAL(38,10))")
    connection.execute(f"COPY again FROM 's3://unloaded/b/manifest' {ROLE} PARQUET MANIFEST")
    difference = "SELECT id, text, amount FROM rows EXCEPT SELECT id, text, amount FROM again"
    assert connection.execute(difference).fetchall() == []
    assert connection.execute("SELECT COUNT(*) FROM again").fetchall() == [(3,)]


def test_it_sees_the_transaction_and_counts(connection, objects):
    with connection.transaction():
        connection.execute("INSERT INTO rows (id) VALUES (4)")
        connection.execute(
            f"UNLOAD ('SELECT id FROM rows ORDER BY 1') TO 's3://unloaded/x' {ROLE} PARALLEL OFF"
        )
        assert connection.execute("SELECT pg_last_unload_count()").fetchone() == (4,)
    assert objects()["x000"] == b"1\n2\n3\n4\n"


def test_objects_are_not_overwritten_unasked(connection, objects):
    unload = f"UNLOAD ('SELECT 1 AS a') TO 's3://unloaded/o_' {ROLE} PARALLEL OFF"
    connection.execute(unload)
    with pytest.raises(psycopg.Error, match="unload destination on S3 is not empty"):
        connection.execute(unload)
    connection.execute(unload.replace("SELECT 1", "SELECT 2") + " ALLOWOVERWRITE")
    assert objects() == {"o_000": b"2\n"}
    connection.execute(f"UNLOAD ('SELECT 3 AS a') TO 's3://unloaded/o_' {ROLE} CLEANPATH")
    assert objects() == {"o_0000_part_00": b"3\n"}


def test_a_query_that_fails_leaves_the_session_as_usual(connection, objects):
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute(
            f"UNLOAD ('SELECT 1 / (id - 2) AS a FROM rows') TO 's3://unloaded/f' {ROLE}"
        )
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute(f"UNLOAD ('SELECT a FROM nowhere') TO 's3://unloaded/f' {ROLE}")
    assert connection.execute("SELECT 1").fetchone() == (1,)
    assert objects() == {}


def test_a_type_that_no_file_holds_is_refused(connection):
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="it is interval"):
        connection.execute(
            f"UNLOAD ('SELECT INTERVAL ''1 day'' AS i') TO 's3://unloaded/i' {ROLE} PARQUET"
        )

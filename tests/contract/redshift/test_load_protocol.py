"""The statements by which rows get in exactly once, as each client sends them."""

import gzip
import json

import pytest

pytestmark = pytest.mark.postgres

ROLE = "arn:aws:iam::000000000000:role/lochan-local-redshift-copy"


@pytest.fixture
def bucket(s3):
    name = "landing"
    s3.create_bucket(Bucket=name)
    yield name
    for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=item["Key"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def tables(connect_psycopg, schema):
    connection = connect_psycopg(autocommit=True)
    connection.execute(f"SET search_path TO {schema}")
    connection.execute(
        "CREATE TABLE tweets (id BIGINT NOT NULL PRIMARY KEY, text VARCHAR(20), seen TIMESTAMP) "
        "DISTKEY(id) SORTKEY(seen)"
    )
    connection.execute("CREATE TABLE loads (load_id CHAR(3), loaded_rows BIGINT)")
    connection.execute("CREATE TABLE lock_tweets (nothing INT)")
    connection.execute("INSERT INTO tweets VALUES (1, 'old', '2026-01-01')")
    return schema


def lay_manifest(s3, bucket: str, lines: list[str]) -> str:
    s3.put_object(Bucket=bucket, Key="rows.csv.gz", Body=gzip.compress("\n".join(lines).encode()))
    entries = [{"url": f"s3://{bucket}/rows.csv.gz", "mandatory": True}]
    s3.put_object(Bucket=bucket, Key="manifest", Body=json.dumps({"entries": entries}))
    return f"s3://{bucket}/manifest"


def load_statements(schema: str, manifest: str) -> list[str]:
    return [
        "BEGIN",
        f"LOCK {schema}.lock_tweets",
        f"SELECT count(*) FROM {schema}.loads WHERE load_id = 'abc'",
        f"CREATE TEMP TABLE stage (LIKE {schema}.tweets)",
        f"COPY stage FROM '{manifest}' IAM_ROLE '{ROLE}' CSV GZIP MANIFEST TIMEFORMAT 'auto'",
        "CREATE TEMP TABLE newest AS SELECT id, text, seen FROM (SELECT *, ROW_NUMBER() OVER "
        "(PARTITION BY id ORDER BY seen DESC) AS place FROM stage) AS ranked WHERE place = 1",
        f"DELETE FROM newest USING {schema}.tweets AS target "
        "WHERE newest.id = target.id AND newest.seen < target.seen",
        f"MERGE INTO {schema}.tweets USING newest ON {schema}.tweets.id = newest.id "
        "WHEN MATCHED THEN UPDATE SET text = newest.text, seen = newest.seen "
        "WHEN NOT MATCHED THEN INSERT VALUES (newest.id, newest.text, newest.seen)",
        f"INSERT INTO {schema}.loads SELECT 'abc', count(*) FROM newest",
        "DROP TABLE stage",
        "DROP TABLE newest",
        "COMMIT",
    ]


def test_load_runs_in_statements_of_redshifts_own(client, s3, bucket, tables):
    manifest = lay_manifest(
        s3,
        bucket,
        ["1,newer,2026-02-01", "2,first,2026-01-01", "2,second,2026-01-02", "3,ünï 🎉,2026-01-03"],
    )
    statements = load_statements(tables, manifest)
    if client.name == "psql":
        client.run(";\n".join(statements))
    else:
        for statement in statements:
            client.run(statement)
    rows = client.run(
        f"SELECT id, text, DATE_PART_YEAR(seen::date) FROM {tables}.tweets ORDER BY 1"
    )
    assert rows == [
        ("1", "newer", "2026"),
        ("2", "second", "2026"),
        ("3", "ünï 🎉", "2026"),
    ]
    assert client.run(f"SELECT * FROM {tables}.loads") == [("abc", "3")]


def test_failed_copy_leaves_nothing_but_its_reason(client, s3, bucket, tables):
    manifest = lay_manifest(s3, bucket, ["7,fine,2026-01-01", "eight,bad,2026-01-01"])
    copy = load_statements(tables, manifest)[4].replace("stage", f"{tables}.tweets")
    with pytest.raises(Exception, match="stl_load_errors"):
        client.run(copy)
    assert client.run(f"SELECT id FROM {tables}.tweets") == [("1",)]
    ((reason, raw_line, column),) = client.run(
        "SELECT TRIM(err_reason), TRIM(raw_line), TRIM(colname) FROM stl_load_errors "
        f"WHERE tbl = '{tables}.tweets'::regclass::oid"
    )
    assert "Invalid digit" in reason
    assert (raw_line, column) == ("eight,bad,2026-01-01", "id")


def test_copy_tells_how_many_rows_it_loaded(connect_psycopg, s3, bucket, tables):
    manifest = lay_manifest(s3, bucket, ["7,fine,2026-01-01", "8,good,2026-01-01"])
    connection = connect_psycopg()
    notices = []
    connection.add_notice_handler(
        lambda notice: notices.append((notice.severity, notice.message_primary))
    )
    copy = load_statements(tables, manifest)[4].replace("stage", f"{tables}.tweets")
    assert connection.execute(copy).statusmessage == "COPY"
    expected = "Load into table 'tweets' completed, 2 record(s) loaded successfully."
    assert notices == [("INFO", expected)]
    assert connection.execute("SELECT pg_last_copy_count()").fetchone() == (2,)
    connection.rollback()
    assert connection.execute(f"SELECT count(*) FROM {tables}.tweets").fetchone() == (1,)


def test_copy_in_a_failed_transaction_is_refused_like_any_statement(
    connect_psycopg, s3, bucket, tables
):
    connection = connect_psycopg()
    with pytest.raises(Exception, match="does not exist"):
        connection.execute("SELECT * FROM no_such_table")
    with pytest.raises(Exception, match="current transaction is aborted"):
        connection.execute(load_statements(tables, "s3://landing/manifest")[4])


def test_failed_copy_aborts_the_transaction_around_it(connect_redshift_connector, tables):
    connection = connect_redshift_connector()
    cursor = connection.cursor()
    cursor.execute(f"INSERT INTO {tables}.loads VALUES ('abc', 1)")
    with pytest.raises(Exception, match="bucket"):
        cursor.execute(
            f"COPY {tables}.tweets FROM 's3://no-such-bucket/x' IAM_ROLE '{ROLE}' FORMAT PARQUET"
        )
    with pytest.raises(Exception, match="current transaction is aborted"):
        cursor.execute("SELECT 1")
    connection.rollback()
    cursor.execute(f"SELECT count(*) FROM {tables}.loads")
    assert cursor.fetchall() == ([0],)


def test_second_loader_waits_for_the_lock_and_then_sees_the_ledger(connect_psycopg, tables):
    first, second = connect_psycopg(), connect_psycopg()
    for connection in (first, second):
        connection.execute(f"SET search_path TO {tables}")
        connection.commit()
    first.execute("LOCK lock_tweets")
    first.execute("INSERT INTO loads VALUES ('abc', 1)")
    second.pgconn.send_query(b"BEGIN")
    drain(second)
    second.pgconn.send_query(b"LOCK lock_tweets")
    second.pgconn.flush()
    first.commit()
    drain(second)
    assert second.execute("SELECT load_id FROM loads").fetchall() == [("abc",)]


def drain(connection) -> None:
    while connection.pgconn.get_result():
        pass


def test_concurrent_change_of_a_row_is_error_1023(connect_psycopg, tables):
    first, second = connect_psycopg(), connect_psycopg()
    count = f"SELECT count(*) FROM {tables}.tweets"
    first.execute(count)
    second.execute(count)
    first.execute(f"UPDATE {tables}.tweets SET text = 'first'")
    first.commit()
    with pytest.raises(Exception, match="1023") as raised:
        second.execute(f"UPDATE {tables}.tweets SET text = 'second'")
    assert raised.value.sqlstate == "XX000"
    assert raised.value.diag.message_primary == "1023"
    assert "Serializable isolation violation on table" in raised.value.diag.message_detail


def test_reader_keeps_its_snapshot(connect_psycopg, tables):
    reader, writer = connect_psycopg(), connect_psycopg(autocommit=True)
    count = f"SELECT count(*) FROM {tables}.tweets"
    assert reader.execute(count).fetchone() == (1,)
    writer.execute(f"INSERT INTO {tables}.tweets VALUES (2, 'new', GETDATE())")
    assert reader.execute(count).fetchone() == (1,)
    reader.commit()
    assert reader.execute(count).fetchone() == (2,)

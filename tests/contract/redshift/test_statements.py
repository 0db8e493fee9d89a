"""What statements mean, by each client."""

import psycopg
import pytest

from tests.contract.redshift.conftest import LOADER_PASSWORD

pytestmark = pytest.mark.postgres


def run_all(client, schema: str, statements: list[str]) -> list[tuple[str | None, ...]]:
    """Run the statements with the schema on the search path and give the last one's rows."""
    statements = [f"SET search_path TO {schema}", *statements]
    if client.name == "psql":
        return client.run(";\n".join(statements))
    return [client.run(statement) for statement in statements][-1]


@pytest.mark.parametrize(
    ("statements", "rows"),
    [
        pytest.param(
            ["CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1),(1)", "TABLE_COUNT"],
            [("2",)],
            id="keys are not enforced",
        ),
        pytest.param(
            [
                "CREATE TABLE p (id INT PRIMARY KEY)",
                "CREATE TABLE t (id INT REFERENCES p(id), UNIQUE (id))",
                "INSERT INTO t VALUES (9)",
                "TABLE_COUNT",
            ],
            [("1",)],
            id="foreign keys are not enforced",
        ),
        pytest.param(
            [
                "CREATE TABLE t (id BIGINT IDENTITY(0, 1) NOT NULL, v INT)",
                "INSERT INTO t (v) VALUES (7)",
                "INSERT INTO t (v) VALUES (8)",
                "SELECT id, v FROM t ORDER BY id",
            ],
            [("0", "7"), ("1", "8")],
            id="identity starts at its seed",
        ),
        pytest.param(
            [
                "CREATE TABLE t (id INT)",
                "INSERT INTO t VALUES (1)",
                "BEGIN",
                "DELETE FROM t",
                "CREATE TABLE other (id INT)",
                "TRUNCATE other",
                "ROLLBACK",
                "TABLE_COUNT",
            ],
            [("0",)],
            id="truncate commits what was before it",
        ),
        pytest.param(
            [
                "CREATE TABLE t (id INT, v VARCHAR(9))",
                "INSERT INTO t VALUES (30,'Tony'),(11,'Alice'),(23,'Bill')",
                "CREATE TEMP TABLE s (LIKE t)",
                "INSERT INTO s VALUES (23,'David'),(22,'Clarence'),(22,'Clarence')",
                "MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES",
                "SELECT id, v FROM t ORDER BY id",
            ],
            # https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
            [("11", "Alice"), ("22", "Clarence"), ("23", "David"), ("30", "Tony")],
            id="merge remove duplicates",
        ),
        pytest.param(
            [
                "CREATE TABLE #t (id INT)",
                "INSERT INTO #t VALUES (1)",
                "SELECT id INTO #u FROM #t",
                "SELECT a.id FROM #u AS a JOIN #t USING (id)",
            ],
            [("1",)],
            id="temporary tables by their sign",
        ),
        pytest.param(
            [
                "CREATE TABLE s (id INT, v VARCHAR(3))",
                "INSERT INTO s VALUES (1, 'a')",
                "CREATE TABLE t (LIKE s)",
                "ALTER TABLE t APPEND FROM s",
                "SELECT (SELECT count(*) FROM s), (SELECT count(*) FROM t)",
            ],
            [("0", "1")],
            id="append moves rows",
        ),
        pytest.param(
            [
                "CREATE TABLE t (id INT NOT NULL DISTKEY SORTKEY, v VARCHAR(20) ENCODE lzo)",
                'SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def '
                "WHERE tablename = 't'",
            ],
            [
                ("id", "integer", "none", "t", "1", "t"),
                ("v", "character varying(20)", "lzo", "f", "0", "f"),
            ],
            id="pg_table_def",
        ),
        pytest.param(
            [
                "CREATE TABLE t (id INT, v INT) DISTKEY(id) INTERLEAVED SORTKEY(id, v)",
                "INSERT INTO t VALUES (1, 2)",
                "ALTER TABLE t ALTER DISTSTYLE EVEN",
                "ALTER TABLE t RENAME TO u",
                'SELECT "table", diststyle, sortkey1, sortkey_num, tbl_rows FROM svv_table_info '
                "WHERE schema = current_schema()",
            ],
            [("u", "EVEN", "INTERLEAVED", "2", "1")],
            id="svv_table_info follows changes",
        ),
        pytest.param(
            [
                "CREATE TABLE date (text INT)",
                "SELECT '2024-01-01'::date + 1, CAST('x' AS text), DATE '2024-01-31' FROM date",
            ],
            [],
            id="a table named like a type does not take its place",
        ),
        pytest.param(
            [
                "CREATE TABLE t (v VARCHAR(3))",
                "ALTER TABLE t ALTER COLUMN v TYPE VARCHAR(5)",
                "INSERT INTO t VALUES ('12345')",
                "SELECT v FROM t",
            ],
            [("12345",)],
            id="a column's length changes",
        ),
    ],
)
def test_statements(client, schema, statements, rows):
    counted = [
        "SELECT count(*) FROM t" if statement == "TABLE_COUNT" else statement
        for statement in statements
    ]
    assert run_all(client, schema, counted) == rows


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("VARCHAR(3)", "'ééé'", "value too long for type character varying(3)"),
        ("VARCHAR(3)", "'abcd'", "value too long for type character varying(3)"),
        ("VARCHAR", "REPEAT('x', 257)", "value too long for type character varying(256)"),
        ("TEXT", "REPEAT('x', 257)", "value too long for type character varying(256)"),
        ("VARCHAR(MAX)", "REPEAT('é', 32768)", "value too long for type character varying(65535)"),
        ("CHAR(2)", "'é1'", "value too long for type character(2)"),
    ],
)
def test_lengths_count_bytes(client, schema, column, value, message):
    with pytest.raises(Exception, match="22001") as raised:
        run_all(client, schema, [f"CREATE TABLE t (v {column})", f"INSERT INTO t VALUES ({value})"])
    assert raised.value.message == message


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "0A000"),
        ("SELECT 1 FOR UPDATE", "0A000"),
        ("CREATE INDEX i ON t (a)", "0A000"),
        ("SELECT 'open", "42601"),
        ("SELEC 1", "42601"),
        ("SELECT * FROM no_such_table", "42P01"),
    ],
)
def test_refusal_reaches_every_client_and_leaves_it_usable(client, sql, sqlstate):
    if client.name == "psql" and "open" in sql:
        pytest.skip("psql waits for the quote's end")
    with pytest.raises(Exception, match=sqlstate):
        client.run(sql)
    assert client.run("SELECT 1") == [("1",)]


def test_refused_statement_aborts_the_transaction_around_it(connect_psycopg, schema):
    connection = connect_psycopg()
    connection.execute(f"CREATE TABLE {schema}.t (a INT)")
    with pytest.raises(Exception, match="not supported by Redshift"):
        connection.execute(f"INSERT INTO {schema}.t VALUES (1) RETURNING a")
    with pytest.raises(Exception, match="current transaction is aborted"):
        connection.execute("SELECT 1")
    connection.rollback()


def test_ddl_with_recorded_attributes_is_undone_by_rollback(connect_psycopg, schema):
    connection = connect_psycopg()
    connection.execute(f"CREATE TABLE {schema}.t (a INT) DISTKEY(a)")
    connection.rollback()
    assert connection.execute("SELECT count(*) FROM rs_catalog.table_attributes").fetchone() == (0,)


def test_error_inside_several_statements_undoes_all_of_them(connect_psycopg2, schema):
    connection = connect_psycopg2()
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a INT)")
    with pytest.raises(Exception, match="does not exist"):
        cursor.execute(
            f"INSERT INTO {schema}.t VALUES (1); "
            f"CREATE TABLE {schema}.u (a INT) SORTKEY(a); SELECT * FROM {schema}.missing"
        )
    cursor.execute(f"SELECT count(*) FROM {schema}.t")
    assert cursor.fetchall() == [(0,)]


def test_parameters_prepared_statements_and_cursors(connect_psycopg, schema):
    connection = connect_psycopg(prepare_threshold=0)
    connection.execute(f"CREATE TABLE {schema}.t (a INT, b VARCHAR(9), c TIMESTAMP) SORTKEY(a)")
    rows = [(number, f"v{number}", "2024-01-01") for number in range(500)]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {schema}.t VALUES (%s,%s,%s)", rows)
    with connection.cursor(name="server_side") as cursor:
        cursor.itersize = 100
        cursor.execute(f"SELECT a FROM {schema}.t WHERE a >= %s ORDER BY a", (100,))
        assert [row[0] for row in cursor] == list(range(100, 500))
    connection.execute("DEALLOCATE ALL")
    with connection.cursor(binary=True) as cursor:
        cursor.execute(f"SELECT DATEADD(day, a, c) FROM {schema}.t WHERE a = %s", (31,))
        assert str(cursor.fetchone()[0]) == "2024-02-01 00:00:00"


def test_pipelined_statements_of_our_own_keep_their_order(connect_psycopg, schema):
    connection = connect_psycopg(autocommit=True)
    with connection.pipeline():
        connection.execute(f"CREATE TABLE {schema}.t (a INT) DISTSTYLE ALL")
        connection.execute(f"INSERT INTO {schema}.t VALUES (1)")
        connection.execute(f"TRUNCATE {schema}.t")
        cursor = connection.execute(f"SELECT count(*) FROM {schema}.t")
        assert cursor.fetchone() == (0,)


def test_redshift_connector_binds_parameters(connect_redshift_connector, schema):
    connection = connect_redshift_connector()
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a INT, b VARCHAR(40)) DISTKEY(a)")
    cursor.executemany(f"INSERT INTO {schema}.t VALUES (%s, %s)", [(1, "it's"), (2, "a\\b")])
    cursor.execute(f"SELECT b FROM {schema}.t WHERE a IN (%s, %s) ORDER BY a", (1, 2))
    assert cursor.fetchall() == (["it's"], ["a\\b"])
    connection.commit()


def test_psycopg2_quotes_backslashes_so_that_they_survive(connect_psycopg2):
    cursor = connect_psycopg2().cursor()
    cursor.execute("SELECT %s, %s", ("a\\b", "it's"))
    assert cursor.fetchone() == ("a\\b", "it's")


def test_result_larger_than_any_buffer_arrives_whole(connect_psycopg):
    connection = connect_psycopg()
    rows = connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "SELECT i, REPEAT('x', 500) FROM n"
    ).fetchall()
    assert len(rows) == 20000
    assert sum(row[0] for row in rows) == 200010000


def test_log_of_queries_shows_no_secrets_and_only_ones_own(connect_psycopg):
    admin = connect_psycopg(autocommit=True)
    admin.execute("CREATE USER witness PASSWORD 'Hidden-Secret-1'")
    try:
        texts = [row[0] for row in admin.execute("SELECT querytxt FROM stl_query").fetchall()]
        assert "CREATE USER witness PASSWORD '***'" in texts
        assert not any("Hidden-Secret-1" in text for text in texts)
        witness = connect_psycopg(user="witness", password="Hidden-Secret-1", autocommit=True)
        witness.execute("SELECT 2")
        rows = witness.execute("SELECT querytxt FROM stl_query ORDER BY query").fetchall()
        assert rows[0] == ("SELECT 2",)
        assert not any("CREATE USER" in text for (text,) in rows)
    finally:
        admin.execute("DROP USER witness")


def test_last_query_id_names_the_statement_before(connect_psycopg):
    connection = connect_psycopg(autocommit=True)
    connection.execute("SELECT 'find me'")
    (number,) = connection.execute("SELECT pg_last_query_id()").fetchone()
    found = connection.execute("SELECT TRIM(querytxt) FROM stl_query WHERE query = %s", (number,))
    assert found.fetchone() == ("SELECT 'find me'",)


def test_history_of_queries_tells_how_each_ended(connect_psycopg, schema):
    connection = connect_psycopg(autocommit=True)
    connection.execute(f"CREATE TABLE {schema}.told AS SELECT 1 AS a UNION ALL SELECT 2")
    connection.execute(f"SELECT a FROM {schema}.told")
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute(f"SELECT a / 0 FROM {schema}.told")
    rows = connection.execute(
        "SELECT query_type, status, returned_rows, TRIM(error_message), "
        "elapsed_time > 0 AND end_time > start_time "
        "FROM sys_query_history WHERE session_id = pg_backend_pid() "
        "AND end_time IS NOT NULL AND query_text LIKE %s ORDER BY query_id",
        (f"%{schema}.told%",),
    ).fetchall()
    assert rows == [
        ("CTAS", "success", 0, "", True),
        ("SELECT", "success", 2, "", True),
        ("SELECT", "failed", 0, "division by zero", True),
    ]


def test_running_statement_is_in_the_queue_and_not_yet_in_the_log(connect_psycopg):
    connection = connect_psycopg(autocommit=True)
    running = "SELECT state, queue_time, exec_time > 0 FROM stv_wlm_query_state"
    assert connection.execute(running).fetchall() == [("Running", 0, True)]
    kept = connection.execute("SELECT COUNT(*) FROM stl_query WHERE endtime IS NULL").fetchone()
    assert kept == (0,)


def test_disk_is_shown_to_superusers_and_monitors_alone(connect_psycopg):
    admin = connect_psycopg(autocommit=True)
    shown = "SELECT SUM(used) > 0, SUM(used) <= SUM(capacity) FROM stv_partitions"
    assert admin.execute(shown).fetchall() == [(True, True)]
    loader = connect_psycopg(user="lochan_loader", password=LOADER_PASSWORD, autocommit=True)
    assert loader.execute(shown).fetchall() == [(True, True)]
    admin.execute("CREATE USER passer_by PASSWORD 'Walks-Along-1'")
    try:
        passer_by = connect_psycopg(user="passer_by", password="Walks-Along-1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="stv_partitions"):
            passer_by.execute(shown)
    finally:
        admin.execute("DROP USER passer_by")

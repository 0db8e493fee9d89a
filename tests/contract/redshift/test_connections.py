import re
import subprocess
import threading
import time

import psycopg
import pytest
import redshift_connector

pytestmark = pytest.mark.postgres


def test_every_client_connects_with_its_defaults_and_gets_an_answer(client):
    assert client.run("SELECT 1 AS one, NULL AS nothing, 'ü' AS text") == [("1", None, "ü")]


def test_version_is_redshifts(client):
    ((version,),) = client.run("SELECT version()")
    assert version.startswith(
        "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 "
        "(Red Hat 3.4.2-6.fc3), Redshift 1.0."
    )


def test_server_version_and_padb_version_are_reported(connect_psycopg):
    info = connect_psycopg().info
    assert info.parameter_status("server_version") == "8.0.2"
    assert info.parameter_status("padb_version") == "1.0.75388"
    assert info.parameter_status("standard_conforming_strings") is None


def test_wrong_password_is_refused(connect_psycopg, connect_redshift_connector):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed for user"):
        connect_psycopg(password="wrong")
    with pytest.raises(redshift_connector.Error, match="password authentication failed for user"):
        connect_redshift_connector(password="wrong")


def test_unknown_user_is_refused_like_a_wrong_password(connect_psycopg):
    with pytest.raises(psycopg.OperationalError, match='failed for user "nobody_here"'):
        connect_psycopg(user="nobody_here")


def test_backends_superuser_cannot_log_in(connect_psycopg):
    with pytest.raises(psycopg.OperationalError, match='failed for user "postgres"'):
        connect_psycopg(user="postgres", password="postgres")


def test_unencrypted_connection_is_refused(connect_psycopg):
    with pytest.raises(psycopg.OperationalError, match="takes encrypted connections only"):
        connect_psycopg(sslmode="disable", sslrootcert="")


def test_unknown_database_is_named(connect_psycopg):
    with pytest.raises(psycopg.OperationalError, match='database "nowhere" does not exist'):
        connect_psycopg(dbname="nowhere")


def test_user_made_by_sql_logs_in(connect_psycopg):
    admin = connect_psycopg(autocommit=True)
    admin.execute("CREATE USER reporter PASSWORD 'Read-Only-5'")
    try:
        reader = connect_psycopg(user="reporter", password="Read-Only-5")
        assert reader.execute("SELECT current_user").fetchone() == ("reporter",)
    finally:
        admin.execute("DROP USER reporter")


def test_query_group_may_be_a_startup_option(connect_psycopg):
    connection = connect_psycopg(options="-c query_group=etl")
    assert connection.execute("SHOW query_group").fetchone() == ("etl",)


def test_running_query_can_be_cancelled(connect_psycopg):
    connection, watcher = connect_psycopg(), connect_psycopg(autocommit=True)
    running = (
        "SELECT count(*) FROM stv_recents "
        f"WHERE status = 'Running' AND pid = {connection.info.backend_pid}"
    )

    def cancel_once_running() -> None:
        while watcher.execute(running).fetchone() == (0,):
            time.sleep(0.01)
        connection.cancel_safe(timeout=10)

    canceller = threading.Thread(target=cancel_once_running)
    canceller.start()
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(60)")
    canceller.join()
    connection.rollback()
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ("--port={port}", r"Port \d+ on 127.0.0.1 cannot be listened on: Address already in use"),
        ("--backend-port=1", r"PostgreSQL does not answer on .*\.s\.PGSQL\.1"),
        ("--key=/nonexistent", "with the key /nonexistent cannot be loaded"),
        ("--users=/nonexistent", "The users' file /nonexistent cannot be read"),
    ],
)
def test_failed_start_says_why(server, server_arguments, server_environment, replaced, sentence):
    arguments = [*server_arguments, "--control-port=0", replaced.format(port=server.port)]
    outcome = subprocess.run(
        arguments, env=server_environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    assert re.search(sentence, outcome.stderr)

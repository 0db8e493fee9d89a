"""The real services, started by the library as `lochan up` does, on free ports."""

import os
import threading
import urllib.error
import urllib.request
from dataclasses import replace

import boto3
import psutil
import psycopg
import pytest
import redshift_connector

from lochan.stack.credentials import load_credentials
from lochan.stack.errors import StackError
from lochan.stack.home import Home
from lochan.stack.processes import find_members
from lochan.stack.records import read_services, read_stack
from lochan.stack.redshift_shell import run_statements
from lochan.stack.settings import Ports, Settings
from lochan.stack.stack import environment, start, stop
from lochan.stack.status import all_ready, read_status

pytestmark = pytest.mark.stack

SERVICES = ["localstack", "redshift-backend", "redshift", "rds-backend", "rds", "x-api"]
SERVICES += ["prefect", "worker"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("stack") / "home"
    chosen = Settings.from_environment(os.environ, ports=Ports.free())
    return replace(chosen, home=home)


@pytest.fixture(scope="module")
def running(settings):
    started = start(settings, services=SERVICES)
    yield started
    started.stop()


def test_everything_asked_for_is_ready(running, settings):
    statuses = read_status(settings)
    assert [status.name for status in statuses if status.state != "ready"] == []
    assert sorted(status.name for status in statuses) == sorted(SERVICES)
    assert all_ready(statuses)


def test_nothing_listens_beyond_loopback(running, settings):
    members = find_members(read_stack(Home(settings.home)).stack_id)
    listening = {
        connection.laddr.ip
        for process in members
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_s3_keeps_an_object(running):
    values = running.environment
    s3 = boto3.client(
        "s3",
        endpoint_url=values["AWS_ENDPOINT_URL"],
        aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
        region_name=values["AWS_DEFAULT_REGION"],
    )
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="dt=2026-11-20/page", Body=b"rows")
    assert s3.get_object(Bucket="kept", Key="dt=2026-11-20/page")["Body"].read() == b"rows"


def test_rds_takes_the_printed_login_and_no_other(running):
    values = running.environment
    login = {
        "host": values["RDS_HOST"],
        "port": int(values["RDS_PORT"]),
        "dbname": values["RDS_DATABASE"],
        "user": values["RDS_USER"],
    }
    with psycopg.connect(**login, password=values["RDS_PASSWORD"]) as connection:
        connection.execute("create table books (isbn text)")
        assert connection.execute("select current_user").fetchone() == ("rds",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**login, password="another")


def test_rds_proves_who_it_is_and_refuses_whoever_does_not_encrypt(running, monkeypatch):
    values = running.environment
    monkeypatch.setenv("SSL_CERT_FILE", values["SSL_CERT_FILE"])
    login = {
        "host": values["RDS_HOST"],
        "port": int(values["RDS_PORT"]),
        "dbname": values["RDS_DATABASE"],
        "user": values["RDS_USER"],
        "password": values["RDS_PASSWORD"],
    }
    with psycopg.connect(**login, sslmode="verify-full", sslrootcert="system") as connection:
        lines = connection.execute("select repeat('x', 100000) from generate_series(1, 100)")
        assert sum(len(line) for (line,) in lines) == 10_000_000
    with pytest.raises(psycopg.OperationalError, match='RDS refuses user "rds" without TLS'):
        psycopg.connect(**login, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match='user "postgres" is reserved'):
        psycopg.connect(**{**login, "user": "postgres"})


def test_rds_cancels_a_statement(running):
    values = running.environment
    with psycopg.connect(
        host=values["RDS_HOST"],
        port=int(values["RDS_PORT"]),
        dbname=values["RDS_DATABASE"],
        user=values["RDS_USER"],
        password=values["RDS_PASSWORD"],
    ) as connection:
        canceled = threading.Event()

        def cancel():
            while not canceled.wait(0.05):
                connection.cancel_safe()

        canceling = threading.Thread(target=cancel)
        canceling.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("select pg_sleep(60)")
        canceled.set()
        canceling.join()


def test_redshift_takes_the_printed_login_over_tls(running, monkeypatch):
    values = running.environment
    monkeypatch.setenv("SSL_CERT_FILE", values["SSL_CERT_FILE"])
    with redshift_connector.connect(
        host=values["REDSHIFT_HOST"],
        port=int(values["REDSHIFT_PORT"]),
        database=values["REDSHIFT_DATABASE"],
        user=values["REDSHIFT_USER"],
        password=values["REDSHIFT_PASSWORD"],
    ) as connection:
        cursor = connection.cursor()
        cursor.execute("select current_user")
        assert list(cursor.fetchone()) == ["lochan_loader"]


def test_redshift_takes_the_passwords_that_its_control_planes_give(running, monkeypatch):
    values = running.environment
    for name in ("SSL_CERT_FILE", *(name for name in values if name.startswith("AWS_"))):
        monkeypatch.setenv(name, values[name])
    serverless, provisioned = boto3.client("redshift-serverless"), boto3.client("redshift")
    serverless.create_namespace(namespaceName="sales")
    serverless.create_workgroup(workgroupName="reports", namespaceName="sales")
    endpoint = serverless.get_workgroup(workgroupName="reports")["workgroup"]["endpoint"]
    given = serverless.get_credentials(workgroupName="reports")
    with redshift_connector.connect(
        host=endpoint["address"],
        port=endpoint["port"],
        database="dev",
        user=given["dbUser"],
        password=given["dbPassword"],
        sslmode="verify-full",
    ) as connection:
        assert connection.cursor().execute("select current_user").fetchone() == ["root"]
    provisioned.create_cluster(
        ClusterIdentifier="sales",
        NodeType="ra3.large",
        MasterUsername="boss",
        ManageMasterPassword=True,
    )
    # The driver itself asks for the password, and for the cluster's address.
    with redshift_connector.connect(
        iam=True,
        cluster_identifier="sales",
        db_user=values["REDSHIFT_USER"],
        database="dev",
        sslmode="verify-full",
    ) as connection:
        assert connection.cursor().execute("select current_user").fetchone() == [
            values["REDSHIFT_USER"]
        ]


def test_statements_from_the_command_line_answer_one_by_one(running, settings):
    statements = "create temp table t (a int) sortkey (a); select 1 as a, null as b"
    created, selected = run_statements(settings, statements)
    assert (created.tag, created.rows) == ("CREATE TABLE", ())
    assert (selected.columns, selected.rows) == (("a", "b"), ((1, None),))


def test_a_refused_statement_is_one_sentence(running, settings):
    with pytest.raises(StackError, match='relation "nowhere" does not exist'):
        list(run_statements(settings, "select * from nowhere"))


def test_the_x_api_takes_the_stacks_token_and_no_other(running, settings):
    url = f"{running.environment['X_API_URL']}/2/tweets/search/recent?query=data"
    token = load_credentials(Home(settings.home)).x_api.token
    assert ask(url, token) == 200
    with pytest.raises(urllib.error.HTTPError) as refusal:
        ask(url, "another")
    assert refusal.value.code == 401


def ask(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as response:
        return response.status


def test_prefect_keeps_its_database_in_the_stacks_home(running, settings):
    url = f"{running.environment['PREFECT_API_URL']}/admin/settings"
    with urllib.request.urlopen(url) as response:
        assert str(settings.home) in response.read().decode()


def test_a_second_start_starts_nothing(running, settings):
    assert start(settings, services=SERVICES).started == ()


def test_a_killed_service_is_the_only_one_started_again(running, settings):
    before = {record.name: record.process for record in read_services(Home(settings.home))}
    killed = psutil.Process(before["x-api"].pid)
    killed.kill()
    killed.wait()
    assert start(settings, services=SERVICES).started == ("x-api",)
    after = {record.name: record.process for record in read_services(Home(settings.home))}
    assert {name for name in before if before[name] != after[name]} == {"x-api"}


def test_stop_leaves_nothing_and_the_next_stack_is_clean(running, settings):
    stack = read_stack(Home(settings.home))
    assert stop(settings)
    assert find_members(stack.stack_id) == []
    assert not stack.sockets.exists()
    again = start(settings, services=["rds"])
    values = environment(settings)
    with psycopg.connect(
        host=values["RDS_HOST"],
        port=int(values["RDS_PORT"]),
        dbname=values["RDS_DATABASE"],
        user=values["RDS_USER"],
        password=values["RDS_PASSWORD"],
    ) as connection:
        found = connection.execute("select to_regclass('books')").fetchone()
    again.stop()
    assert found == (None,)

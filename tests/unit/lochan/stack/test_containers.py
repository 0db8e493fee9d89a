"""The two homes of a stack in containers, made without any container."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from lochan.stack.addresses import CONTAINER_HOSTS
from lochan.stack.containers import make_homes
from lochan.stack.errors import StackError, StackNotUpError
from lochan.stack.home import Home
from lochan.stack.records import StackRecord, read_stack, write_stack
from lochan.stack.settings import Ports
from lochan.stack.stack import environment, start, stop
from lochan.stack.status import read_status

PUBLISHED = Ports(localstack=14566, redshift=15439, rds=15433, x_api=18321, prefect=14200)


@pytest.fixture
def caller(settings, tmp_path):
    """Settings of somebody outside the containers."""
    return replace(settings, home=tmp_path / "caller")


@pytest.fixture
def answering():
    """Give the port of a server that answers for LocalStack."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_services_find_one_another_by_name_on_the_usual_ports(settings, caller):
    make_homes(settings, caller.home, PUBLISHED)
    record = read_stack(Home(settings.home))
    assert (record.hosts, record.ports) == (CONTAINER_HOSTS, Ports())


def test_the_caller_finds_them_on_loopback_where_they_are_published(settings, caller):
    make_homes(settings, caller.home, PUBLISHED)
    record = read_stack(Home(caller.home))
    assert (record.hosts.localstack, record.hosts.redshift) == ("127.0.0.1", "localhost")
    assert record.ports == PUBLISHED
    assert record.stack_id == read_stack(Home(settings.home)).stack_id


def test_the_caller_gets_passwords_and_trust_but_no_key_and_no_token(settings, caller):
    make_homes(settings, caller.home, PUBLISHED)
    inner, outer = Home(settings.home), Home(caller.home)
    assert outer.credentials.read_text() == inner.credentials.read_text()
    assert outer.credentials.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in outer.certificates.iterdir()} == {"authority.crt", "bundle.crt"}
    assert inner.token.exists()
    assert not outer.token.exists()


def test_a_second_time_changes_no_password_and_no_certificate(settings, caller):
    make_homes(settings, caller.home, Ports())
    before = [path.read_bytes() for path in sorted(settings.home.rglob("*")) if path.is_file()]
    make_homes(settings, caller.home, PUBLISHED)
    after = [path.read_bytes() for path in sorted(settings.home.rglob("*")) if path.is_file()]
    assert after == before
    assert read_stack(Home(caller.home)).ports == PUBLISHED


def test_a_port_that_nobody_could_know_is_refused(settings, caller):
    with pytest.raises(StackError, match="port cannot be 0"):
        make_homes(settings, caller.home, replace(PUBLISHED, rds=0))


def test_a_home_with_a_stack_of_processes_is_left_alone(settings, caller):
    home = Home(caller.home)
    home.open()
    write_stack(home, StackRecord("id", Ports(), home.root / "sockets"))
    with pytest.raises(StackError, match="without containers: `make down` ends it"):
        make_homes(settings, caller.home, PUBLISHED)
    assert read_stack(home).stack_id == "id"


def test_a_home_that_may_not_be_written_is_explained(settings, caller, monkeypatch):
    caller.home.mkdir()

    def refuse(path, mode):
        if path == caller.home:
            raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(StackError, match="LOCHAN_UID and LOCHAN_GID"):
        make_homes(settings, caller.home, PUBLISHED)


def test_a_stack_whose_containers_are_gone_is_not_up(settings, caller):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # taken, and nobody listens
        published = replace(PUBLISHED, localstack=silent.getsockname()[1])
        make_homes(settings, caller.home, published)
        with pytest.raises(StackNotUpError):
            environment(caller)


def test_tools_and_deployments_are_told_different_addresses(settings, caller, answering):
    make_homes(settings, caller.home, replace(PUBLISHED, localstack=answering))
    names = ("AWS_ENDPOINT_URL", "REDSHIFT_HOST", "REDSHIFT_PORT", "RDS_HOST", "X_API_URL")
    tools, deployed = environment(caller), environment(caller, inside=True)
    assert [tools[name] for name in names] == [
        f"http://127.0.0.1:{answering}", "localhost", "15439", "127.0.0.1", "http://127.0.0.1:18321",
    ]  # fmt: skip
    assert [deployed[name] for name in names] == [
        f"http://127.0.0.1:{answering}", "redshift", "5439", "rds", "http://x-api:8321",
    ]  # fmt: skip
    assert deployed["LOCHAN_ROOT"] == str(settings.project)


def test_containers_are_not_started_or_ended_as_processes(settings, caller, answering):
    make_homes(settings, caller.home, replace(PUBLISHED, localstack=answering))
    with pytest.raises(StackError, match="`docker compose up` and `docker compose down`"):
        start(caller)
    with pytest.raises(StackError, match="`docker compose up` and `docker compose down`"):
        stop(caller)


def test_a_status_asks_what_containers_publish(settings, caller, answering, web):
    make_homes(settings, caller.home, replace(PUBLISHED, localstack=answering, x_api=answering))
    [status] = read_status(caller, {"web": web, "web-backend": web})
    assert (status.name, status.state, status.pid) == ("web", "not answering", None)

import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from lochan.postgres import (
    PostgresCluster,
    PostgresError,
    binary,
    create_cluster,
    is_ready,
    server_command,
    socket_dsn,
)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(cluster: PostgresCluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not is_ready(cluster):
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server did not answer within 30 s"
        time.sleep(0.05)


@pytest.mark.postgres
def test_cluster_below_a_private_folder_runs_and_keeps_passwords_for_tcp(tmp_path, free_port):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(prefix="lochan-") as sockets:
        cluster = PostgresCluster(private / "data", Path(sockets), free_port, "127.0.0.1")
        create_cluster(cluster, password="s3cret")
        assert not is_ready(cluster)
        process = subprocess.Popen(server_command(cluster), stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(cluster, process)
            with psycopg.connect(socket_dsn(cluster)) as connection:
                assert connection.execute("select 'É' < 'a', upper('é')").fetchone() == (False, "É")
            with psycopg.connect(
                host="127.0.0.1", port=free_port, user="postgres", password="s3cret"
            ) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(host="127.0.0.1", port=free_port, user="postgres", password="wrong")
        finally:
            process.terminate()
            process.wait(30)
    assert private.stat().st_mode & 0o777 == 0o700


def test_create_cluster_refuses_a_folder_that_holds_something(tmp_path):
    (tmp_path / "precious").touch()
    with pytest.raises(PostgresError, match="is not empty"):
        create_cluster(PostgresCluster(tmp_path, Path("/tmp"), 5432))


def test_socket_path_that_is_too_long_is_refused_before_anything_starts(tmp_path):
    cluster = PostgresCluster(tmp_path / "data", Path("/tmp/" + "x" * 100), 5432)
    with pytest.raises(PostgresError, match="has 119 bytes and the system allows 107"):
        server_command(cluster)


def test_binary_that_the_wheel_lacks_is_named():
    with pytest.raises(PostgresError, match="no_such_program is missing"):
        binary("no_such_program")

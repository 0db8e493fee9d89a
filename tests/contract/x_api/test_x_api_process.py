"""The server as a process of its own, read by the pipeline's client over a real socket."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tasks.twitter.x_api import Patience, XApi
from tasks.twitter.x_errors import Forbidden, RateLimitDeadline, Unauthorized, Unavailable

ROOT = Path(__file__).parents[3]
TOKEN = "a-token-of-the-tests"
Start = Callable[..., str]


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps([TOKEN]))
    path.chmod(0o600)
    return path


@pytest.fixture
def start(tokens: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a server with these X_API_* values; the answer is its URL."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_server(**environment: str) -> str:
        port = _free_port()
        environment |= {"X_API_TOKENS_FILE": str(tokens), "PYTHONPATH": str(ROOT / "localstack")}
        command = [sys.executable, "-m", "lochan.x_api", "--port", str(port)]
        with (tmp_path / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=tmp_path, env=os.environ | environment, stdout=log, stderr=log
            )
        processes.append(process)
        _wait_until_ready(f"http://127.0.0.1:{port}", process)
        return f"http://127.0.0.1:{port}"

    yield start_server
    for process in processes:
        process.terminate()
        assert process.wait(20) in (0, -15)
    if (tmp_path / "server.log").exists():
        assert TOKEN not in (tmp_path / "server.log").read_text()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/health").json() == {"status": "ready"}:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not become ready.")


def read(url: str, endpoint: str, token: str = TOKEN, **parameters: str) -> list[str]:
    """The ids of all pages of an endpoint, read with little patience."""
    patience = Patience(attempts=3, longest_pause_seconds=0.05, deadline_seconds=20)
    with XApi(url, token, credential_name="the secret", patience=patience) as api:
        pages = list(api.fetch_pages(endpoint, parameters))
    return [row["id"] for page in pages for row in (page.document or {}).get("data", [])]


def test_generated_pages_are_read_in_full_and_the_same_again(start: Start) -> None:
    url = start(X_API_NOW="2026-11-20T12:00:00Z")
    day = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}
    ids = read(url, "search_recent", query="loch", **day)
    assert len(set(ids)) == 200
    assert read(url, "search_recent", query="loch", **day) == ids
    again = start(X_API_NOW="2026-11-20T12:00:00Z")
    assert read(again, "search_recent", query="loch", **day) == ids
    assert read(url, "followers", id="12000000")
    assert read(url, "users_by", usernames="heron0") == ["12000000"]


def test_another_seed_is_another_world(start: Start) -> None:
    day = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}
    one, other = (start(X_API_NOW="2026-11-20T12:00:00Z", X_API_SEED=seed) for seed in "12")
    assert not set(read(one, "search_recent", query="l", **day)) & set(
        read(other, "search_recent", query="l", **day)
    )


def test_faults_on_the_way_are_survived(start: Start) -> None:
    faults = "search_recent:1:503,search_recent:3:truncated,search_recent:5:not-json"
    url = start(X_API_NOW="2026-11-20T12:00:00Z", X_API_FAULTS=faults)
    day = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}
    assert len(set(read(url, "search_recent", query="loch", **day))) == 200


def test_a_body_that_is_always_cut_off_is_one_sentence(start: Start) -> None:
    url = start(X_API_FAULTS=",".join(f"users:{nth}:truncated" for nth in (1, 2, 3)))
    with pytest.raises(Unavailable, match="did not answer in 3 attempts"):
        read(url, "users", ids="12000000")


def test_a_limit_is_waited_for_by_the_clock(start: Start) -> None:
    url = start(X_API_LIMITS="users=1", X_API_LIMIT_SECONDS="2")
    assert read(url, "users", ids="12000000") == ["12000000"]
    assert read(url, "users", ids="12000000") == ["12000000"]


def test_a_limit_beyond_the_deadline_is_not_waited_for(start: Start) -> None:
    url = start(X_API_LIMITS="users=1")
    read(url, "users", ids="12000000")
    with pytest.raises(RateLimitDeadline):
        read(url, "users", ids="12000000")


def test_refusals_name_the_secret(start: Start) -> None:
    url = start(X_API_FORBIDDEN="followers")
    with pytest.raises(Unauthorized, match="the bearer token in the secret"):
        read(url, "users", token="wrong", ids="12000000")
    with pytest.raises(Forbidden, match="the secret may not read followers"):
        read(url, "followers", id="12000000")


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(Unavailable, match="ConnectError"):
        read(f"http://127.0.0.1:{_free_port()}", "users", ids="1")


def test_a_server_without_tokens_says_what_is_missing(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT / "localstack"), "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [sys.executable, "-m", "lochan.x_api", "--port", "0"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.startswith("X_API_TOKENS_FILE is not set: let it name a file")
    assert "Traceback" not in ended.stderr


def test_the_server_listens_on_loopback_alone(start: Start) -> None:

    url = start()
    port = int(url.rsplit(":", 1)[1])
    addresses = {
        item.laddr.ip
        for item in psutil.net_connections("tcp")
        if item.status == psutil.CONN_LISTEN and item.laddr.port == port
    }
    assert addresses == {"127.0.0.1"}

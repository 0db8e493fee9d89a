"""Every flow with its input: it asks for no more than it may, and leaves no secret behind.

A stack makes each of its secrets anew and at random, so each is its own canary: found in a log, a
table, an object or an argument, it can only have leaked there. A marker that is planted in all of
these places shows that the search would find it.
"""

from __future__ import annotations

import gzip
import json
import secrets
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import chain
from pathlib import Path
from socket import SocketKind
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import psycopg
import pytest

from lochan.stack.certificates import key_file
from lochan.stack.home import Home
from lochan.stack.processes import find_members
from lochan.stack.records import read_stack
from tests.e2e.permissions import call_as, find_refused, read_requests
from tests.e2e.test_deployments import DEADLINE_SECONDS, Prefect, deploy, orchestrate
from tests.e2e.traces import find_places, leave_behind, read_files

if TYPE_CHECKING:
    from tests.e2e.conftest import Platform

pytestmark = pytest.mark.stack

WRONG_TOKEN = f"wrong{secrets.token_hex(16)}"
CLOUD_KEY = f"pnu_{secrets.token_hex(18)}"
# With the key of the role that their Glue jobs run as.
FLOWS = {
    "tweets_to_redshift": "glue-twitter",
    "books_to_redshift": "glue-books",
    "sync_missing_partitions": "glue-academy",
    "catalog_to_redshift": "glue-lake",
    "repartition_by_event_time": "glue-anpr",
    "monitor_platform": None,
}
# The only files that may hold a secret, each readable by its owner alone.
PRIVATE_FILES = {
    f"file {path}"
    for path in (
        "credentials.json",
        "token",
        "tls/server.key",
        "state/redshift/users.json",
        "state/x-api/tokens.json",
    )
}


@pytest.fixture
def failing_webhook() -> Iterator[tuple[str, threading.Event]]:
    """The URL of a service that refuses what it is sent, and whether it was sent anything."""
    called = threading.Event()

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(500)
            called.set()

        def log_message(self, format: str, *args: object) -> None:
            """Keep requests out of the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{secrets.token_hex(16)}", called
    server.shutdown()
    server.server_close()


def gather_canaries(home: Path) -> dict[str, str]:
    """The secrets of a stack by their names; of the certificate's key the line in its middle."""
    files = Home(home)
    made = json.loads(files.credentials.read_text())
    return {
        "password of Redshift": made["redshift"]["password"],
        "password of Redshift's administrator": made["redshift_admin"]["password"],
        "password of RDS": made["rds"]["password"],
        "token of the X API": made["x_api"]["token"],
        "token of the stack": files.token.read_text(),
        "key of the certificate": key_file(files).read_text().splitlines()[2],
    }


def be_refused_by_the_x_api(platform: Platform) -> str:
    """Collect with a token that the X API does not know; returns what was printed."""
    arn = platform.values["X_API_SECRET_ARN"]
    stored = platform.client("secretsmanager")
    right = stored.get_secret_value(SecretId=arn)["SecretString"]
    stored.put_secret_value(SecretId=arn, SecretString=json.dumps({"token": WRONG_TOKEN}))
    try:
        done = platform.run_flow("collect_tweets", PREFECT_LOGGING_LEVEL="DEBUG")
    finally:
        stored.put_secret_value(SecretId=arn, SecretString=right)
    assert done.code == 1
    assert "401 Unauthorized" in done.output + done.errors
    return done.output + done.errors


@dataclass(frozen=True)
class Ran:
    """An environment after every flow: what they printed, asked AWS for, and kept of Prefect."""

    platform: Platform
    prefect_home: Path
    printed: str
    requests: Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ran(bare_platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the flows with a key of Prefect Cloud in their environment, and a home of their own."""
    platform = bare_platform.environment("security")
    home = tmp_path_factory.mktemp("prefect")
    printed, requests = be_refused_by_the_x_api(platform), {}
    for flow in FLOWS:
        call_as(platform, "sample").sample(flow)
        before = max(request["number"] for request in read_requests(platform))
        done = call_as(platform, "flow").run_flow(
            flow, PREFECT_HOME=str(home), PREFECT_API_KEY=CLOUD_KEY
        )
        assert done.code == 0, done.errors
        printed += done.output + done.errors
        requests[flow] = read_requests(platform, before)
    return Ran(platform, home, printed, requests)


def fail_on_the_worker(platform: Platform, webhook: str, called: threading.Event) -> str:
    """Deploy with a webhook that refuses, and let a run fail; returns what deploying printed."""
    applied = orchestrate(platform, "apply", NOTIFY_WEBHOOK_URL=webhook)
    _, deployed = deploy(platform)
    prefect = Prefect(platform.values["PREFECT_API_URL"])
    parameters = {"fail_on": "warning", "warehouse": {"disk_warning_percent": 0.001}}
    run_id = prefect.start("monitor_platform", {"parameters": parameters})
    prefect.wait_for_state(run_id, {"FAILED"})
    assert called.wait(DEADLINE_SECONDS), "no automation called the webhook"
    removed = orchestrate(platform, "remove")
    return deployed + "".join(done.output + done.errors for done in (applied, removed))


def plant(platform: Platform, marker: str) -> None:
    """Put a marker wherever a secret might leak to."""
    s3, bucket = platform.client("s3"), platform.values["TEMP_BUCKET"]
    s3.put_object(Bucket=bucket, Key="planted.gz", Body=gzip.compress(marker.encode()))
    platform.query("CREATE SCHEMA planted")
    platform.query(f"CREATE TABLE planted.rows AS SELECT '{marker}'::VARCHAR AS text")
    platform.query_rds(f"CREATE TABLE planted AS SELECT '{marker}'::TEXT AS text")
    logs = platform.client("logs")
    logs.create_log_group(logGroupName="/planted")
    logs.create_log_stream(logGroupName="/planted", logStreamName="run")
    event = {"timestamp": int(time.time() * 1000), "message": marker}
    logs.put_log_events(logGroupName="/planted", logStreamName="run", logEvents=[event])
    platform.client("glue").create_job(
        Name="planted",
        Role="arn:aws:iam::000000000000:role/planted",
        Command={"Name": "glueetl", "ScriptLocation": "s3://planted/planted.py"},
        GlueVersion="5.1",
        DefaultArguments={"--planted": marker},
    )
    artifact = {"key": "planted", "type": "markdown", "data": marker}
    url = f"{platform.values['PREFECT_API_URL']}/artifacts/"
    httpx.post(url, json=artifact, timeout=30).raise_for_status()


@pytest.mark.parametrize(("flow", "family"), FLOWS.items())
def test_no_flow_asks_for_more_than_its_roles_allow(
    ran: Ran, flow: str, family: str | None
) -> None:
    requests = ran.requests[flow]
    own = [each for each in requests if "app/flow" in each["user_agent"]]
    assert own, "it asked AWS for nothing: its requests cannot be told apart"
    if family is not None:
        assert len(own) < len(requests), "no job of it was seen"
    assert find_refused(ran.platform, family, requests) == set()


def test_no_secret_is_anywhere_but_where_it_belongs(
    ran: Ran, failing_webhook: tuple[str, threading.Event]
) -> None:
    platform, (webhook, called) = ran.platform, failing_webhook
    printed = ran.printed + fail_on_the_worker(platform, webhook, called)
    canaries = gather_canaries(platform.home) | {
        "path of the webhook": webhook.rpartition("/")[2],
        "key of Prefect Cloud": CLOUD_KEY,
        "refused token": WRONG_TOKEN,
    }
    kept = read_files(ran.prefect_home)
    places = chain(leave_behind(platform), kept, [("what was printed", printed.encode())])
    found = find_places(canaries, places)
    assert {one for one in found if one[1] not in PRIVATE_FILES} == set()
    assert {place for _, place in found} == PRIVATE_FILES


def find_bound_sockets(platform: Platform) -> Iterator[tuple[str, str]]:
    """What any process of the stack listens on, TCP and UDP, with the process's name."""
    stack = read_stack(Home(platform.home))
    assert stack is not None
    for process in find_members(stack.stack_id):
        for socket in process.net_connections(kind="inet"):
            if socket.status == psutil.CONN_LISTEN or (
                socket.type == SocketKind.SOCK_DGRAM and not socket.raddr
            ):
                yield process.name(), socket.laddr.ip.removeprefix("::ffff:")


def test_nothing_listens_beyond_loopback(bare_platform: Platform) -> None:
    bound = set(find_bound_sockets(bare_platform))
    beyond = {one for one in bound if not ip_address(one[1]).is_loopback}
    assert beyond == set()
    # Spark's JVM among them, whose ports are many and chosen by itself.
    assert {"java"} <= {name for name, _ in bound}


def test_a_refused_statement_leaves_its_password_in_no_log(bare_platform: Platform) -> None:
    password = f"Aa1{secrets.token_hex(16)}"
    statement = f"ALTER USER nobody_of_ours PASSWORD '{password}'"
    with pytest.raises(psycopg.Error, match="nobody_of_ours"):
        bare_platform.query(statement)
    with pytest.raises(psycopg.Error, match="nobody_of_ours"):
        bare_platform.query_rds(statement)
    with pytest.raises(psycopg.Error, match="AND_MORE is not supported"):
        bare_platform.query(f"{statement} and_more")
    assert find_places({"password": password}, read_files(bare_platform.home)) == set()


def test_the_files_that_hold_secrets_are_their_owners_alone(bare_platform: Platform) -> None:
    home = bare_platform.home
    modes = {place: (home / place.removeprefix("file ")).stat().st_mode for place in PRIVATE_FILES}
    assert {place for place, mode in modes.items() if stat.S_IMODE(mode) != 0o600} == set()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    # Spark writes its gateway's secret into a file of this name, which the worker takes away.
    assert list(home.rglob("gateway")) == []


def test_the_search_finds_what_is_planted(platform: Platform) -> None:
    marker = f"planted{secrets.token_hex(16)}"
    plant(platform, marker)
    found = {place for _, place in find_places({"marker": marker}, leave_behind(platform))}
    assert {
        f"object s3://{platform.values['TEMP_BUCKET']}/planted.gz",
        "table REDSHIFT planted.rows",
        "table RDS public.planted",
        "log group /planted",
        "job planted",
        "statements in stl_query",
    } <= found
    platform.query("DROP SCHEMA planted CASCADE")
    platform.query_rds("DROP TABLE planted")
    platform.client("glue").delete_job(JobName="planted")
    # Prefect's database, or its journal.
    assert any(place.startswith("file state/prefect/") for place in found)


def test_a_log_that_tells_a_secret_would_be_found(bare_platform: Platform) -> None:
    log = Home(bare_platform.home).log("planted")
    log.write_text("login as rds:planted-in-a-log\n")
    found = find_places({"marker": "planted-in-a-log"}, read_files(bare_platform.home))
    log.unlink()
    assert found == {("marker", "file logs/planted.log")}

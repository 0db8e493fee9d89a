"""What the control planes say to the stand-in, and how its silence reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lochan.redshift.api.surroundings import Refused, StandIn, StandInUnreachable


class _Control(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.path, self.headers["Authorization"], body))
        status, answer = self.server.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def control() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Control)
    server.told, server.answer = [], (201, b"{}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def stand_in(control: Any, tmp_path: Path) -> StandIn:
    token = tmp_path / "token"
    token.write_text("secret\n")
    url = f"http://127.0.0.1:{control.server_port}/"
    return StandIn("localhost", 5439, "dev", url, token)


def test_password_is_handed_over_with_the_token(stand_in: StandIn, control: Any) -> None:
    stand_in.accept_password("ann", "pw", 900, creates=True)
    body = {"user": "ann", "password": "pw", "duration_seconds": 900, "auto_create": True}
    assert control.told == [("/passwords", "Bearer secret", body)]


def test_refusal_is_told_in_the_stand_ins_words(stand_in: StandIn, control: Any) -> None:
    control.answer = (400, b'{"message": "The user ann does not exist."}')
    with pytest.raises(Refused, match=r"^The user ann does not exist\.$"):
        stand_in.accept_password("ann", "pw", 900, creates=False)
    control.answer = (500, b"broken")
    with pytest.raises(Refused, match=r"^broken \(status 500\)$"):
        stand_in.accept_password("ann", "pw", 900, creates=False)


def test_stand_in_that_is_away_is_named_with_what_to_do(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    away = StandIn("localhost", 5439, "dev", "http://127.0.0.1:1", token)
    with pytest.raises(StandInUnreachable, match=r"127\.0\.0\.1:1 does not answer") as caught:
        away.accept_password("ann", "pw", 900, creates=True)
    assert (caught.value.code, caught.value.status) == ("ServiceUnavailable", 503)


def test_process_without_a_stack_says_so() -> None:
    with pytest.raises(StandInUnreachable, match="LOCHAN_REDSHIFT_CONTROL_URL"):
        StandIn("localhost", 5439, "dev").accept_password("ann", "pw", 900, creates=True)

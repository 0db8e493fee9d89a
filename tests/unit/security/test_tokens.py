"""A refused token is in no error and no log, whatever is answered and however much is logged."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tasks.twitter.x_api import Patience, XApi
from tasks.twitter.x_errors import XApiError

TOKEN = "canary-of-a-bearer-token"


class Echo(BaseHTTPRequestHandler):
    """Refuses, and tells all it was sent, as debugging proxies do."""

    def do_GET(self) -> None:
        status = int(self.path.split("query=")[1].split("&")[0])
        body = json.dumps({"detail": f"You sent {dict(self.headers)}."}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep requests out of the test's output."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_refusal_does_not_tell_the_token(
    url: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    patience = Patience(attempts=2, deadline_seconds=1)
    with (
        XApi(url, TOKEN, patience=patience, sleep=lambda _: None) as client,
        pytest.raises(XApiError) as refusal,
    ):
        client.fetch_page("search_recent", {"query": str(status)})
    chain: list[BaseException | None] = [refusal.value, refusal.value.__cause__]
    assert TOKEN not in "".join(f"{one!r} {one}" for one in chain)
    assert caplog.records, "nothing was logged, so nothing was searched"
    assert TOKEN not in caplog.text

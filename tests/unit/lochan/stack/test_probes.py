import http.server
import threading

import pytest

from lochan.stack.credentials import Login
from lochan.stack.errors import NotReadyError
from lochan.stack.ports import choose_free_ports
from lochan.stack.probes import log_in, request_json
from lochan.stack.settings import Ports

PAGES = {"/ready": (200, "{}"), "/text": (200, "hi")}


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, text = {"/ready": (200, "{}"), "/text": (200, "hi")}.get(
            self.path, (503, "warming")
        )
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        return


@pytest.fixture
def port():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_an_answer_is_returned(port):
    assert request_json(port, "/ready") == {}


def test_a_proxy_of_the_environment_is_not_asked(port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert request_json(port, "/ready") == {}


@pytest.mark.parametrize(
    ("path", "told"), [("/warm", "answers 503: warming"), ("/text", "answers no JSON: hi")]
)
def test_another_answer_is_told(port, path, told):
    with pytest.raises(NotReadyError, match=told):
        request_json(port, path)


def test_a_closed_port_is_told():
    port = choose_free_ports(Ports.free()).rds
    with pytest.raises(NotReadyError, match=f"port {port} does not answer"):
        request_json(port, "/")
    with pytest.raises(NotReadyError, match=f"port {port} refuses ada"):
        log_in(Login("ada", "x"), port=port, database="rds")

import socket
import ssl
import stat
import threading

import certifi
import pytest

from lochan.stack.certificates import (
    authority_file,
    bundle_file,
    certificate_file,
    key_file,
    make_certificates,
)
from lochan.stack.home import Home


@pytest.fixture
def home(tmp_path):
    opened = Home(tmp_path / "home")
    opened.open()
    return opened


def shake_hands(home, trusted, name):
    """Connect over TLS to a server that shows the stack's certificate; return its subject."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate_file(home), key_file(home))
    client = ssl.create_default_context(cafile=trusted)
    # The default of Python 3.13: it insists on key identifiers and usages.
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    left, right = socket.socketpair()
    accepting = threading.Thread(target=accept, args=(server, left))
    accepting.start()
    try:
        with right, client.wrap_socket(right, server_hostname=name) as secured:
            return dict(pair[0] for pair in secured.getpeercert()["subject"])
    finally:
        accepting.join()


def accept(context, connection):
    try:
        with connection, context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)
    except (ssl.SSLError, OSError):
        return  # the client refused: the test sees its side


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "redshift", "rds", "localstack"])
def test_clients_that_trust_the_bundle_accept_every_name(home, name):
    make_certificates(home, {})
    assert shake_hands(home, bundle_file(home), name) == {"commonName": "localhost"}


def test_another_name_is_refused(home):
    make_certificates(home, {})
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(home, authority_file(home), "example.com")


def test_clients_that_do_not_trust_the_authority_refuse(home):
    make_certificates(home, {})
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(home, certifi.where(), "localhost")


def test_the_bundle_keeps_what_the_caller_trusts(home, tmp_path):
    own = tmp_path / "company.pem"
    own.write_text("-----BEGIN CERTIFICATE-----\nof the company\n-----END CERTIFICATE-----\n")
    make_certificates(home, {"SSL_CERT_FILE": str(own)})
    bundle = bundle_file(home).read_text()
    assert bundle == own.read_text() + authority_file(home).read_text()


def test_a_second_call_keeps_the_certificates(home):
    make_certificates(home, {})
    first = certificate_file(home).read_bytes()
    make_certificates(home, {})
    assert certificate_file(home).read_bytes() == first


def test_only_the_owner_reads_the_key(home):
    make_certificates(home, {})
    assert stat.S_IMODE(key_file(home).stat().st_mode) == 0o600

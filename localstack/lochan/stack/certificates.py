"""A certificate authority for one stack, and the certificate that its servers show."""

import datetime
import ipaddress
from collections.abc import Mapping
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lochan.stack.home import Home
from lochan.stack.records import write_private

# The loopback names, and the services by which containers know one another.
SERVER_NAMES = ("localhost", "localstack", "redshift", "rds", "glue-worker", "x-api", "prefect")
SERVER_ADDRESSES = ("127.0.0.1", "::1")
_VALID_DAYS = 365


def make_certificates(home: Home, environ: Mapping[str, str]) -> None:
    """Make the authority, the server's key and certificate, and the bundle, unless there.

    The authority's key is never written: nobody can sign a second certificate with it.
    """
    if bundle_file(home).exists():
        return
    home.certificates.mkdir(mode=0o700, exist_ok=True)
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _sign_authority(authority_key)
    server = _sign_server(server_key, authority, authority_key)
    write_private(key_file(home), _pem_of_key(server_key))
    authority_pem, server_pem = _pem(authority), _pem(server)
    authority_file(home).write_text(authority_pem, encoding="ascii")
    certificate_file(home).write_text(server_pem + authority_pem, encoding="ascii")
    write_private(bundle_file(home), _trusted_elsewhere(environ) + authority_pem)


def authority_file(home: Home) -> Path:
    """Name the stack's own authority."""
    return home.certificates / "authority.crt"


def certificate_file(home: Home) -> Path:
    """Name the certificate chain that servers show."""
    return home.certificates / "server.crt"


def key_file(home: Home) -> Path:
    """Name the servers' private key."""
    return home.certificates / "server.key"


def bundle_file(home: Home) -> Path:
    """Name the bundle of everything that clients should trust."""
    return home.certificates / "bundle.crt"


def _trusted_elsewhere(environ: Mapping[str, str]) -> str:
    """Read what the caller trusts already, so that clients reach the world as before."""
    path = Path(environ.get("SSL_CERT_FILE") or certifi.where())
    return path.read_text(encoding="utf-8").rstrip() + "\n"


def _sign_authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("Lochan stack authority")
    usage = _key_usage(digital_signature=False, signs_certificates=True)
    return (
        _begin(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _sign_server(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in SERVER_ADDRESSES]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    usage = _key_usage(digital_signature=True, signs_certificates=False)
    return (
        _begin(_name("localhost"), authority.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(usage, critical=True)
        .sign(authority_key, hashes.SHA256())
    )


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, digital_signature: bool, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")

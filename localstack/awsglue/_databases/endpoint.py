"""Databases as the options of a script name them: by a connection, or by URL, user and password.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-jdbc-home.html
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awsglue._databases.connection import JdbcConnection, read_connection
from awsglue._databases.jdbc_url import JdbcUrl, parse_jdbc_url
from awsglue._refusals import as_flag, not_implemented

OPTIONS = frozenset(
    {"url", "user", "password", "connectionName", "useConnectionProperties", "database"}
)


@dataclass(frozen=True)
class Endpoint:
    """A database and a login; enforce_ssl asks for encryption with the host's name verified."""

    url: JdbcUrl
    user: str
    password: str = field(repr=False)
    enforce_ssl: bool = False

    @property
    def vendor(self) -> str:
        """Which database it is: redshift or postgresql."""
        return self.url.vendor


def endpoint_of_options(
    call: str, vendor: str, options: Mapping[str, Any], catalog_id: str | None = None
) -> Endpoint:
    """Return the database that options name; ValueError says what is missing."""
    if name := options.get("connectionName"):
        if "useConnectionProperties" in options and not as_flag(options["useConnectionProperties"]):
            raise not_implemented(call, "useConnectionProperties false beside connectionName")
        endpoint = endpoint_of_connection(
            read_connection(str(name), catalog_id), str(options.get("database", ""))
        )
    else:
        endpoint = _endpoint_of_url(call, options)
    if endpoint.vendor != vendor:
        raise ValueError(
            f"{call}: the connection type is {vendor!r}, but the URL is one of {endpoint.vendor}."
        )
    return endpoint


def endpoint_of_connection(connection: JdbcConnection, database: str = "") -> Endpoint:
    """Return the database of a connection, or another one of the same server."""
    if connection.certificate:
        raise not_implemented(
            f"the connection {connection.name!r}",
            "CUSTOM_JDBC_CERT",
            "Add the authority to the bundle that SSL_CERT_FILE names.",
        )
    url = parse_jdbc_url(connection.url)
    return _checked(
        Endpoint(
            url.with_database(database or url.database),
            connection.user,
            connection.password,
            connection.enforce_ssl,
        )
    )


def _endpoint_of_url(call: str, options: Mapping[str, Any]) -> Endpoint:
    if not options.get("url"):
        raise ValueError(
            f"{call}: connection_options must have 'connectionName' with "
            "'useConnectionProperties': 'true', or 'url', 'user' and 'password'."
        )
    url = parse_jdbc_url(str(options["url"]))
    login = [options.get(name) or url.parameters.get(name) for name in ("user", "password")]
    if None in login:
        raise ValueError(f"{call}: connection_options have a 'url' but no 'user' and 'password'.")
    named = url.with_database(str(options.get("database") or url.database))
    verifies = url.parameters.get("sslmode", "").lower() == "verify-full"
    return _checked(Endpoint(named, str(login[0]), str(login[1]), verifies))


def _checked(endpoint: Endpoint) -> Endpoint:
    if not endpoint.url.database:
        raise ValueError(f"The URL {endpoint.url.server} names no database.")
    return endpoint


def trusted_authorities() -> str | None:
    """Return the file of certificates that SSL_CERT_FILE names, if it does."""
    return os.environ.get("SSL_CERT_FILE") or None

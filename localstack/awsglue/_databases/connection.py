"""Connections of the Data Catalog that lead to databases.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from awsglue._databases.jdbc_url import parse_jdbc_url
from awsglue._refusals import as_flag, not_implemented
from awsglue._sources.catalog import catalog_request


@dataclass(frozen=True)
class JdbcConnection:
    """A connection as a job uses it: where the database is, and who logs in."""

    name: str
    url: str
    user: str
    password: str = field(repr=False)
    enforce_ssl: bool = False
    certificate: str = ""
    skip_certificate_validation: bool = False
    certificate_string: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return what extract_jdbc_conf returns; url lacks the database, fullUrl has it.

        https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
        """
        parsed = parse_jdbc_url(self.url)
        return {
            "user": self.user,
            "password": self.password,
            "vendor": parsed.vendor,
            "enforceSSL": _flag_text(self.enforce_ssl),
            "customJDBCCert": self.certificate,
            "skipCustomJDBCCertValidation": _flag_text(self.skip_certificate_validation),
            "customJDBCCertString": self.certificate_string,
            "url": parsed.server,
            "fullUrl": self.url,
        }


def read_connection(name: str, catalog_id: str | None = None) -> JdbcConnection:
    """Return a JDBC connection with its login, from Secrets Manager where SECRET_ID names it.

    Raises the Glue API's own error when there is no such connection, ValueError when it does not
    lead to a database.
    """
    glue: Any = boto3.client("glue")
    found = glue.get_connection(Name=name, **catalog_request(catalog_id))["Connection"]
    properties = found.get("ConnectionProperties", {})
    if not properties.get("JDBC_CONNECTION_URL"):
        raise ValueError(
            f"The connection {name!r} leads to no database: it has no JDBC_CONNECTION_URL."
        )
    user, password = _read_login(name, properties)
    return JdbcConnection(
        name=name,
        url=properties["JDBC_CONNECTION_URL"],
        user=user,
        password=password,
        enforce_ssl=as_flag(properties.get("JDBC_ENFORCE_SSL", False)),
        certificate=properties.get("CUSTOM_JDBC_CERT", ""),
        skip_certificate_validation=as_flag(
            properties.get("SKIP_CUSTOM_JDBC_CERT_VALIDATION", False)
        ),
        certificate_string=properties.get("CUSTOM_JDBC_CERT_STRING", ""),
    )


def _read_login(name: str, properties: Mapping[str, str]) -> tuple[str, str]:
    """Return user and password, those of the secret before those in the connection."""
    if secret_id := properties.get("SECRET_ID"):
        return _read_secret(name, secret_id)
    if "ENCRYPTED_PASSWORD" in properties and "PASSWORD" not in properties:
        raise not_implemented(
            f"the connection {name!r}", "ENCRYPTED_PASSWORD", "Name a secret in SECRET_ID."
        )
    if not properties.get("USERNAME"):
        raise ValueError(f"The connection {name!r} has neither SECRET_ID nor USERNAME.")
    return properties["USERNAME"], properties.get("PASSWORD", "")


def _read_secret(name: str, secret_id: str) -> tuple[str, str]:
    secrets: Any = boto3.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=secret_id).get("SecretString", "")
    try:
        values = json.loads(text)
        return str(values["username"]), str(values["password"])
    except (ValueError, KeyError, TypeError):
        # The cause would hold the secret's text.
        raise ValueError(
            f"The secret {secret_id!r} of the connection {name!r} must be JSON with the keys "
            "username and password."
        ) from None


def _flag_text(flag: bool) -> str:
    return "true" if flag else "false"

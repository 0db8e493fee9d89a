"""Connections of the catalog, and the databases that a script's options name.

The keys of extract_jdbc_conf are those that AWS documents:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

import json

import boto3
import pytest

from awsglue._databases.connection import read_connection
from awsglue._databases.endpoint import endpoint_of_connection, endpoint_of_options
from awsglue._databases.jdbc_url import parse_jdbc_url
from awsglue.context import GlueContext

URL = "jdbc:redshift://cluster.example:5439/dev"


def connect(glue, **properties):
    glue.create_connection(
        ConnectionInput={
            "Name": "warehouse",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {"JDBC_CONNECTION_URL": URL, **properties},
        }
    )


def test_extract_jdbc_conf_returns_the_documented_keys(glue):
    connect(glue, USERNAME="loader", PASSWORD="Secret-1", JDBC_ENFORCE_SSL="true")
    assert GlueContext.extract_jdbc_conf(None, "warehouse") == {
        "user": "loader",
        "password": "Secret-1",
        "vendor": "redshift",
        "enforceSSL": "true",
        "customJDBCCert": "",
        "skipCustomJDBCCertValidation": "false",
        "customJDBCCertString": "",
        "url": "jdbc:redshift://cluster.example:5439",
        "fullUrl": "jdbc:redshift://cluster.example:5439/dev",
    }


def test_a_secret_holds_the_login(glue):
    secret = json.dumps({"username": "from_secret", "password": "Secret-2"})
    arn = boto3.client("secretsmanager").create_secret(Name="login", SecretString=secret)["ARN"]
    connect(glue, SECRET_ID=arn, JDBC_ENFORCE_SSL="FALSE")
    connection = read_connection("warehouse")
    assert (connection.user, connection.password) == ("from_secret", "Secret-2")
    assert not connection.enforce_ssl


def test_a_secret_of_another_form_is_refused_without_its_text(glue):
    boto3.client("secretsmanager").create_secret(Name="login", SecretString="plain-text-secret")
    connect(glue, SECRET_ID="login")
    with pytest.raises(ValueError, match="must be JSON with the keys username and password") as no:
        read_connection("warehouse")
    assert "plain-text-secret" not in str(no.value)
    assert no.value.__cause__ is None


def test_a_password_is_not_shown(glue):
    connect(glue, USERNAME="loader", PASSWORD="Secret-1")
    connection = read_connection("warehouse")
    assert "Secret-1" not in repr(connection) + repr(endpoint_of_connection(connection))


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "has neither SECRET_ID nor USERNAME"),
        ({"USERNAME": "u", "ENCRYPTED_PASSWORD": "x"}, "with ENCRYPTED_PASSWORD is not implement"),
    ],
)
def test_a_connection_without_login_is_refused(glue, properties, message):
    connect(glue, **properties)
    with pytest.raises((ValueError, NotImplementedError), match=message):
        read_connection("warehouse")


def test_a_connection_to_no_database_is_refused(glue):
    glue.create_connection(
        ConnectionInput={
            "Name": "warehouse",
            "ConnectionType": "NETWORK",
            "ConnectionProperties": {},
        }
    )
    with pytest.raises(ValueError, match="'warehouse' leads to no database"):
        read_connection("warehouse")


def test_the_options_may_name_another_database_of_the_connection(glue):
    connect(glue, USERNAME="loader", PASSWORD="p")
    options = {"connectionName": "warehouse", "useConnectionProperties": "true", "database": "qa"}
    assert endpoint_of_options("read", "redshift", options).url.database == "qa"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jdbc:redshift://h/dev", ("redshift", "h", 5439, "dev", {})),
        ("jdbc:postgresql://h/app", ("postgresql", "h", 5432, "app", {})),
        ("jdbc:postgresql://[::1]:6000/app", ("postgresql", "[::1]", 6000, "app", {})),
        (
            "jdbc:redshift://h:1/d?user=a&password=b%26c",
            ("redshift", "h", 1, "d", {"user": "a", "password": "b&c"}),
        ),
        ("jdbc:redshift://h:1/d;ssl=false", ("redshift", "h", 1, "d", {"ssl": "false"})),
    ],
)
def test_a_jdbc_url_has_its_parts(text, expected):
    url = parse_jdbc_url(text)
    assert (url.vendor, url.host, url.port, url.database, dict(url.parameters)) == expected


@pytest.mark.parametrize(
    "text", ["jdbc:mysql://h/d", "redshift://h/d", "jdbc:redshift:iam://h/d", "jdbc:redshift://"]
)
def test_another_url_is_refused(text):
    with pytest.raises(ValueError, match="is no JDBC URL that Lochan can use"):
        parse_jdbc_url(f"{text}?password=hidden")


def test_login_in_the_url_counts():
    endpoint = endpoint_of_options("read", "redshift", {"url": f"{URL}?user=a&password=b"})
    assert (endpoint.user, endpoint.password) == ("a", "b")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "must have 'connectionName'"),
        ({"url": URL}, "have a 'url' but no 'user' and 'password'"),
        ({"url": "jdbc:redshift://h", "user": "u", "password": "p"}, "names no database"),
        (
            {"url": "jdbc:postgresql://h/d", "user": "u", "password": "p"},
            "the connection type is 'redshift', but the URL is one of postgresql",
        ),
    ],
)
def test_options_that_name_no_database_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        endpoint_of_options("read", "redshift", options)

from __future__ import annotations

import json
from typing import Any

import pytest

from lochan.glue.crawler.data_stores import DataStore, open_session, read_data_store
from lochan.glue.crawler.errors import UnusableTarget

URL = "jdbc:redshift://warehouse.example.com:5439/dev"


class OneConnection:
    """Glue with the connection `c`: moto's loses the type."""

    class exceptions:
        class EntityNotFoundException(Exception):
            pass

    def __init__(self, kind: str, properties: dict[str, str]) -> None:
        self.connection = {"ConnectionType": kind, "ConnectionProperties": properties}

    def get_connection(self, *, Name: str) -> dict[str, Any]:
        if Name != "c":
            raise self.exceptions.EntityNotFoundException(Name)
        return {"Connection": {"Name": "c", **self.connection}}


def connect(lake: Any, properties: dict[str, str], kind: str = "JDBC") -> DataStore:
    return read_data_store(OneConnection(kind, properties), lake.secrets, "c")


def test_connection_with_a_password(lake: Any) -> None:
    properties = {"JDBC_CONNECTION_URL": URL, "USERNAME": "u", "PASSWORD": "p"}
    store = connect(lake, properties)
    assert store == DataStore("c", "redshift", "warehouse.example.com", 5439, "dev", "u", "p")
    assert store.tls_mode == "verify-full"
    assert "'p'" not in repr(store)


def test_connection_with_a_secret(lake: Any) -> None:
    secret = json.dumps({"username": "u", "password": "p"})
    arn = lake.secrets.create_secret(Name="s", SecretString=secret)["ARN"]
    store = connect(
        lake, {"JDBC_CONNECTION_URL": "jdbc:postgresql://[::1]/books", "SECRET_ID": arn}
    )
    assert store == DataStore("c", "postgresql", "::1", 5432, "books", "u", "p")
    assert store.tls_mode == "prefer"


@pytest.mark.parametrize(
    ("options", "enforce", "mode"),
    [("", "false", "prefer"), ("", "true", "verify-full"), ("?ssl=true", "false", "verify-full")],
)
def test_postgresql_encrypts_where_it_is_told(
    lake: Any, options: str, enforce: str, mode: str
) -> None:
    url = f"jdbc:postgresql://db:5432/books{options}"
    properties = {"JDBC_CONNECTION_URL": url, "USERNAME": "u", "PASSWORD": "p"}
    assert connect(lake, {**properties, "JDBC_ENFORCE_SSL": enforce}).tls_mode == mode


def test_missing_connection(lake: Any) -> None:
    with pytest.raises(UnusableTarget, match="The connection ghost does not exist"):
        read_data_store(OneConnection("JDBC", {}), lake.secrets, "ghost")


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({}, r"JDBC_CONNECTION_URL None: crawls reach jdbc:redshift://host:port/database"),
        ({"JDBC_CONNECTION_URL": "jdbc:mysql://h/d"}, "'jdbc:mysql://h/d'"),
        ({"JDBC_CONNECTION_URL": f"{URL}?tcpKeepAlive=true"}, "the option tcpKeepAlive=true"),
        ({"JDBC_CONNECTION_URL": URL}, "no SECRET_ID.*must have USERNAME and PASSWORD"),
        ({"JDBC_CONNECTION_URL": URL, "CUSTOM_JDBC_CERT": "s3://c"}, "property CUSTOM_JDBC_CERT"),
        ({"JDBC_CONNECTION_URL": URL, "SECRET_ID": "ghost"}, "secret ghost .* cannot be read"),
        ({"JDBC_CONNECTION_URL": URL, "SECRET_ID": "text"}, "secret text .* is not a JSON object"),
        ({"JDBC_CONNECTION_URL": URL, "SECRET_ID": "half"}, "password is missing"),
    ],
)
def test_connection_that_cannot_be_used(
    lake: Any, properties: dict[str, str], complaint: str
) -> None:
    lake.secrets.create_secret(Name="text", SecretString="hunter2")
    lake.secrets.create_secret(Name="half", SecretString='{"username": "u"}')
    with pytest.raises(UnusableTarget, match=complaint):
        connect(lake, properties)


def test_connection_of_another_type(lake: Any) -> None:
    with pytest.raises(UnusableTarget, match="of the type KAFKA"):
        connect(lake, {}, "KAFKA")


def test_unreachable_host_is_named() -> None:
    store = DataStore("c", "postgresql", "127.0.0.1", 1, "books", "u", "hidden")
    with pytest.raises(UnusableTarget, match=r"c cannot open the database books at 127\.0\.0\.1:1"):
        open_session(store)

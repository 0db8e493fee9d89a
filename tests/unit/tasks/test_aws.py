from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tasks import redaction
from tasks.aws import SecretUnreadable, create_client, read_secret
from tasks.redaction import redact


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # "p" is a password here, and half the letters of what other tests would show.
    monkeypatch.setattr(redaction, "_HIDDEN", redaction._Hidden())
    factory = logging.getLogRecordFactory()
    with mock_aws():
        yield
    logging.setLogRecordFactory(factory)


def make_secret(text: str) -> str:
    return create_client("secretsmanager").create_secret(Name="s", SecretString=text)["ARN"]


def test_secret_fields_are_read_in_the_asked_order(secrets: None) -> None:
    arn = make_secret(json.dumps({"username": "u", "password": "p"}))
    assert read_secret(arn, "password", "username") == ("p", "u")


@pytest.mark.parametrize("text", ["hunter2", "[]", '{"username": "u"}'])
def test_a_secret_of_another_shape_is_named_but_not_shown(secrets: None, text: str) -> None:
    arn = make_secret(text)
    with pytest.raises(SecretUnreadable) as failure:
        read_secret(arn, "username", "password")
    assert str(failure.value) == (
        f"The secret {arn} has to be a JSON object with username, password."
    )


def test_clients_go_where_the_endpoint_value_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert create_client("glue").meta.endpoint_url == "http://127.0.0.1:1"


def test_what_is_read_is_hidden_in_logs_but_for_names_of_users(secrets: None) -> None:
    arn = make_secret(json.dumps({"username": "u-7Qz", "password": "p-k7Qz"}))
    read_secret(arn, "username", "password")
    assert redact("login of u-7Qz with p-k7Qz failed") == "login of u-7Qz with *** failed"

"""A password in a stored secret and in a database that only remembers it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infrastructure.resource import Refused
from infrastructure.rotation import Database, Login, hash_md5, make_password, rotate

OLD = {"username": "loader", "password": "Old1"}


@dataclass
class Remembering:
    """A database with one user; `fails_after_change` dies as a killed rotation would."""

    password: str = "Old1"
    fails_after_change: bool = False
    changes: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return Database(self.accepts, self.change)

    def accepts(self, login: Login) -> bool:
        return login.password == self.password

    def change(self, login: Login, password: str) -> None:
        assert login.password == self.password
        self.password = password
        self.changes.append(password)
        if self.fails_after_change:
            self.fails_after_change = False
            raise ConnectionError("killed")


@pytest.fixture
def secretsmanager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client(
            "secretsmanager",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture
def arn(secretsmanager: Any) -> str:
    created = secretsmanager.create_secret(Name="lochan/t/redshift", SecretString=json.dumps(OLD))
    return str(created["ARN"])


def stored(secretsmanager: Any, arn: str) -> dict[str, str]:
    # moto takes the newest version for the current one, unless the stage is named.
    found = secretsmanager.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")
    return dict(json.loads(found["SecretString"]))


def test_rotation_changes_secret_and_database_alike(secretsmanager: Any, arn: str) -> None:
    server = Remembering()
    rotate(secretsmanager, arn, server.database)
    now = stored(secretsmanager, arn)
    assert now["username"] == "loader"
    assert now["password"] == server.password != "Old1"


def test_rotation_again_gives_another_password(secretsmanager: Any, arn: str) -> None:
    server = Remembering()
    rotate(secretsmanager, arn, server.database)
    rotate(secretsmanager, arn, server.database)
    assert len(set(server.changes)) == 2
    assert stored(secretsmanager, arn)["password"] == server.changes[1]


def test_rotation_that_was_killed_is_finished_by_the_next(secretsmanager: Any, arn: str) -> None:
    server = Remembering(fails_after_change=True)
    with pytest.raises(ConnectionError):
        rotate(secretsmanager, arn, server.database)
    assert stored(secretsmanager, arn)["password"] == "Old1"
    rotate(secretsmanager, arn, server.database)
    assert len(server.changes) == 1
    assert stored(secretsmanager, arn)["password"] == server.changes[0]


def test_rotation_refuses_where_nobody_knows_the_password(secretsmanager: Any, arn: str) -> None:
    with pytest.raises(Refused, match="nothing was changed") as refused:
        rotate(secretsmanager, arn, Remembering(password="Other1").database)
    assert stored(secretsmanager, arn) == OLD
    assert "Old1" not in str(refused.value)


def test_passwords_are_what_redshift_takes() -> None:
    """https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html"""
    made = [make_password() for _ in range(50)]
    assert len(set(made)) == 50
    for password in made:
        assert 8 <= len(password) <= 64
        assert password.isalnum() and password.isascii()
        assert any(map(str.isupper, password))
        assert any(map(str.islower, password))
        assert any(map(str.isdigit, password))


def test_hash_is_that_of_the_documentation() -> None:
    """r_CREATE_USER.html: md5('ez' || 'user1') is 153c434b4b77c89e6b94f12c5393af5b."""
    assert hash_md5("user1", "ez") == "md5153c434b4b77c89e6b94f12c5393af5b"


def test_a_login_does_not_show_its_password() -> None:
    assert repr(Login("loader", "Old1")) == "Login('loader')"

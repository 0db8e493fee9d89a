"""What a verification refuses before it spends anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.aws import verify
from tests.aws.account import Unverified, expect, read_account, wait_for
from tests.aws.costs import Prices, Usage
from tests.aws.verify import check_account

ROOT = Path(__file__).resolve().parents[3]
VALUES = (
    *("LOCHAN_ENVIRONMENT", "AWS_DEFAULT_REGION", "LANDING_BUCKET", "PROCESSED_BUCKET"),
    *("TEMP_BUCKET", "GLUE_CRAWLER_ROLE_ARN", "REDSHIFT_HOST", "REDSHIFT_PORT"),
    *("REDSHIFT_DATABASE", "REDSHIFT_SECRET_ARN", "REDSHIFT_COPY_ROLE_ARN", "RDS_HOST"),
    *("ASSETS_BUCKET", "GLUE_LAKE_ROLE_ARN", "REDSHIFT_UNLOAD_ROLE_ARN", "RDS_PORT"),
    *("RDS_DATABASE", "RDS_SECRET_ARN", "X_API_URL", "X_API_SECRET_ARN"),
)


class Sts:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111111111111"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services that a client was made for; everything but sts fails when it is used."""
    made: list[str] = []

    def client(service: str) -> Any:
        made.append(service)
        return Sts() if service == "sts" else None

    monkeypatch.setattr(verify.boto3, "client", client)
    for name in VALUES:
        monkeypatch.setenv(name, "1")
    return made


def test_another_account_than_stated_is_refused() -> None:
    with pytest.raises(Unverified, match="of account 111111111111 and ACCOUNT says 222222222222"):
        check_account(Sts(), "222222222222")


def test_the_stated_account_is_taken() -> None:
    assert check_account(Sts(), "111111111111") is None


def test_without_an_account_nothing_is_done(asked: list[str]) -> None:
    done = CliRunner().invoke(verify.main, [])
    assert done.exit_code == 2
    assert "--account" in done.output
    assert asked == []


def test_before_it_spends_it_says_how_much_and_asks(asked: list[str]) -> None:
    """(1800 + 3600) / 3600 * 0.44 + 14400 / 3600 * 0.375 = 2.16 USD."""
    done = CliRunner().invoke(verify.main, ["--account", "111111111111"], input="n\n")
    assert done.exit_code == 1
    assert "Spend up to about 2.16 USD in account 111111111111?" in done.output
    assert asked == ["sts"]


@pytest.mark.parametrize("name", ["REDSHIFT_HOST", "REDSHIFT_UNLOAD_ROLE_ARN"])
def test_values_that_are_missing_are_named(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    done = CliRunner().invoke(verify.main, ["--account", "111111111111", "--yes"])
    assert done.exit_code == 1
    assert f"Not set in the environment: {name}" in done.output
    assert asked == ["sts"]


class QuietFlow:
    """A flow that holds, uses nothing and leaves nothing."""

    def __init__(self, account: object) -> None:
        """Take whatever account."""

    def check(self) -> None:
        """Find everything right."""

    def tidy_up(self) -> None:
        """Find nothing to take away."""

    def measure(self) -> Usage:
        return Usage(0, 0, None)

    def find_left(self) -> list[str]:
        return ["nothing"]


def test_a_broken_contract_is_told_and_the_others_are_checked_all_the_same(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check_one(account: object) -> None:
        expect("one", 1, 2)

    def check_other(account: object) -> None:
        expect("other", 2, 2)

    monkeypatch.setattr(verify, "CONTRACTS", (check_one, check_other))
    monkeypatch.setattr(verify, "FlowVerification", QuietFlow)
    with pytest.raises(Unverified, match="1 of 2 contracts"):
        verify.verify(read_account(os.environ, None), Prices())
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["FAIL check_one: one: 1 instead of 2.", "ok   other"]
    assert said[-2:] == ["It left:", "  nothing"]


def test_what_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.aws.account.PATIENCE_SECONDS", -1)
    with pytest.raises(Unverified, match=r"^The crawler c was waited for -1 s in vain\.$"):
        wait_for("The crawler c", lambda: None)


def test_make_asks_for_the_account() -> None:
    environment = {**os.environ, "ACCOUNT": ""}
    done = subprocess.run(
        ["make", "-o", "install", "verify-aws"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "State the account: make verify-aws ACCOUNT=123456789012" in done.stderr

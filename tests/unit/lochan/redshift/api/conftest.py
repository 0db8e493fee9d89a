"""Both control planes over one state, whose neighbours the test plays."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import pytest

from lochan.redshift.api.provisioned import operations as provisioned
from lochan.redshift.api.provisioned.errors import InvalidParameterValue
from lochan.redshift.api.serverless import operations as serverless
from lochan.redshift.api.serverless.errors import ValidationException
from lochan.redshift.api.service import RedshiftService
from lochan.redshift.api.state import Accounts
from lochan.redshift.api.surroundings import StandIn, Subnet

ACCOUNT = "123456789012"
REGION = "eu-central-1"
SUBNETS = [Subnet(f"subnet-{zone}", "vpc-1", f"eu-central-1{zone}") for zone in "abc"]
OTHER_SUBNET = Subnet("subnet-x", "vpc-2", "eu-central-1a")
Call = Callable[..., dict[str, Any]]


@dataclass
class PlayedNeighbours:
    """Secrets Manager and EC2 as far as Redshift asks them."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def create_secret(self, name: str, description: str, value: str, key: str | None) -> str:
        arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"
        self.secrets[arn] = {"name": name, "value": json.loads(value), "key": key}
        return arn

    def change_secret(self, arn: str, value: str | None, key: str | None) -> None:
        if value is not None:
            self.secrets[arn]["value"] = json.loads(value)
        if key is not None:
            self.secrets[arn]["key"] = key

    def delete_secret(self, arn: str) -> None:
        del self.secrets[arn]

    def find_subnets(self, ids: Sequence[str] | None) -> list[Subnet]:
        return [
            subnet for subnet in (*SUBNETS, OTHER_SUBNET) if subnet.id in (ids or ["subnet-a"])
        ] + ([] if ids is not None else SUBNETS[1:])

    def name_caller(self) -> tuple[str, str]:
        return "IAM", "ann"


@dataclass(frozen=True)
class PlayedStandIn(StandIn):
    """A stand-in that remembers which passwords it was told to take."""

    accepted: list[tuple[str, str, int, bool]] = field(default_factory=list)

    def accept_password(self, user: str, password: str, seconds: int, *, creates: bool) -> None:
        self.accepted.append((user, password, seconds, creates))


@pytest.fixture
def neighbours() -> PlayedNeighbours:
    return PlayedNeighbours()


@pytest.fixture
def stand_in() -> PlayedStandIn:
    return PlayedStandIn("warehouse.local", 5440, "dev")


@pytest.fixture
def accounts(neighbours: PlayedNeighbours, stand_in: PlayedStandIn) -> Accounts:
    return Accounts(stand_in, lambda account, region: neighbours)


@pytest.fixture
def call_serverless(accounts: Accounts) -> Call:
    """Call Redshift Serverless."""
    return _make_call(
        "redshift-serverless",
        serverless.OPERATIONS,
        serverless.REFUSED_MEMBERS,
        accounts,
        ValidationException,
    )


@pytest.fixture
def call_redshift(accounts: Accounts) -> Call:
    """Call provisioned Redshift."""
    return _make_call(
        "redshift",
        provisioned.OPERATIONS,
        provisioned.REFUSED_MEMBERS,
        accounts,
        InvalidParameterValue,
    )


def _make_call(name: str, operations: Any, refused: Any, accounts: Accounts, misfit: Any) -> Call:
    model = botocore.session.get_session().get_service_model(name)
    service = RedshiftService(model, operations, accounts, misfit, refused)
    return lambda operation, **request: service.call(ACCOUNT, REGION, operation, request)

"""Log groups against botocore's own model: moto gives none a key that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infrastructure.log_groups import LogGroup
from infrastructure.planning import apply

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"
SPEC = {"name": "/group", "retention_days": 30}
NAME = {"logGroupName": "/group"}


@pytest.fixture
def logs() -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client(
        "logs", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def find(stubber: Stubber, **group: Any) -> None:
    groups = [{**NAME, **group}] if group else []
    stubber.add_response(
        "describe_log_groups", {"logGroups": groups}, {"logGroupNamePrefix": "/group"}
    )


def verbs(group: LogGroup) -> list[str]:
    return [step.verb for step in apply([group])]


def test_group_is_made_with_its_key(logs: tuple[Any, Stubber]) -> None:
    client, stubber = logs
    find(stubber)
    stubber.add_response("create_log_group", {}, {**NAME, "kmsKeyId": KEY})
    stubber.add_response("put_retention_policy", {}, {**NAME, "retentionInDays": 30})
    assert verbs(LogGroup(client, SPEC, KEY)) == ["make"]


def test_group_that_glue_made_in_the_meantime_is_given_the_key(logs: tuple[Any, Stubber]) -> None:
    client, stubber = logs
    find(stubber)
    stubber.add_client_error("create_log_group", "ResourceAlreadyExistsException")
    stubber.add_response("associate_kms_key", {}, {**NAME, "kmsKeyId": KEY})
    stubber.add_response("put_retention_policy", {}, {**NAME, "retentionInDays": 30})
    assert verbs(LogGroup(client, SPEC, KEY)) == ["make"]


def test_only_what_differs_is_set(logs: tuple[Any, Stubber]) -> None:
    client, stubber = logs
    find(stubber, retentionInDays=30)
    stubber.add_response("associate_kms_key", {}, {**NAME, "kmsKeyId": KEY})
    assert verbs(LogGroup(client, SPEC, KEY)) == ["change"]
    find(stubber, retentionInDays=7, kmsKeyId=KEY)
    stubber.add_response("put_retention_policy", {}, {**NAME, "retentionInDays": 30})
    assert verbs(LogGroup(client, SPEC, KEY)) == ["change"]
    find(stubber, retentionInDays=30, kmsKeyId=KEY)
    assert verbs(LogGroup(client, SPEC, KEY)) == []


def test_key_that_is_not_declared_is_taken_away(logs: tuple[Any, Stubber]) -> None:
    client, stubber = logs
    find(stubber, retentionInDays=30, kmsKeyId=KEY)
    stubber.add_response("disassociate_kms_key", {}, NAME)
    assert verbs(LogGroup(client, SPEC)) == ["change"]

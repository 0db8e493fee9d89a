"""The keys of log groups that are there already.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def logs(localstack: Any, make_client: Callable[..., Any]) -> Any:
    return make_client("logs", localstack.endpoint)


def read_key(logs: Any) -> str | None:
    [group] = logs.describe_log_groups(logGroupNamePrefix="/of-the-keys")["logGroups"]
    key: str | None = group.get("kmsKeyId")
    return key


def test_group_is_given_a_key_and_loses_it(logs: Any) -> None:
    logs.create_log_group(logGroupName="/of-the-keys")
    logs.associate_kms_key(logGroupName="/of-the-keys", kmsKeyId=KEY)
    assert read_key(logs) == KEY
    logs.disassociate_kms_key(logGroupName="/of-the-keys")
    assert read_key(logs) is None
    logs.delete_log_group(logGroupName="/of-the-keys")


def test_missing_group_is_not_found(logs: Any) -> None:
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.associate_kms_key(logGroupName="/ghost", kmsKeyId=KEY)


def test_group_that_is_named_otherwise_is_refused(logs: Any) -> None:
    query = "arn:aws:logs:us-east-1:000000000000:query-result:*"
    with pytest.raises(ClientError, match="by logGroupName, and not by resource_identifier"):
        logs.associate_kms_key(resourceIdentifier=query, kmsKeyId=KEY)

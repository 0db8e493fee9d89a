from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tasks.academy.names import Names

NAMES = Names(
    "raw-data",
    "raw",
    "processed",
    {"users": "users", "user_followers": "followers", "tweets": "tweets"},
)


@pytest.fixture
def names() -> Names:
    return NAMES


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Clients of an AWS with the buckets raw-data and zone, and both databases."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made: dict[str, Any] = {}

        def client(service: str) -> Any:
            return made.setdefault(service, boto3.client(service, region_name="us-east-1"))

        for bucket in ("raw-data", "zone"):
            client("s3").create_bucket(Bucket=bucket)
        for database in ("raw", "processed"):
            client("glue").create_database(DatabaseInput={"Name": database})
        yield client


@pytest.fixture
def s3(clients: Any) -> Any:
    return clients("s3")

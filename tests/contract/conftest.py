"""What the contract tests of several subjects take of the stack: S3, and Redshift's login."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from lochan.stack.pytest_plugin import TestStack


@pytest.fixture(scope="session")
def s3(lochan_stack: TestStack) -> Any:
    """The stack's S3."""
    environment = lochan_stack.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


@pytest.fixture(scope="session")
def redshift_login(lochan_stack: TestStack) -> dict[str, Any]:
    """What `tasks.redshift.connect` takes to reach the stack's Redshift."""
    environment = lochan_stack.environment
    return {
        "host": environment["REDSHIFT_HOST"],
        "port": int(environment["REDSHIFT_PORT"]),
        "database": environment["REDSHIFT_DATABASE"],
        "user": environment["REDSHIFT_USER"],
        "password": environment["REDSHIFT_PASSWORD"],
    }

"""The one place where AWS clients and secrets come from."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from prefect_aws import AwsCredentials

from tasks.redaction import hide

# Fields of secrets that logs may show: they stand in every error of a database.
_OPEN = ("username",)


class SecretUnreadable(Exception):
    """A secret does not hold what is asked of it; names the secret, never its content."""


@cache
def _credentials() -> AwsCredentials:
    return AwsCredentials()


def create_client(service: str) -> Any:
    """Create a boto3 client; endpoint, region and credentials are the standard AWS_* values."""
    return _credentials().get_client(service)


def read_secret(arn: str, *names: str) -> tuple[str, ...]:
    """Read the named fields of a JSON secret; all but names of users are hidden in logs."""
    text = create_client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    try:
        fields = json.loads(text)
        found = tuple(str(fields[name]) for name in names)
    except (ValueError, KeyError, TypeError):
        wanted = ", ".join(names)
        raise SecretUnreadable(f"The secret {arn} has to be a JSON object with {wanted}.") from None
    hide(*(value for name, value in zip(names, found, strict=True) if name not in _OPEN))
    return found

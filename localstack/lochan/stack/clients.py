"""AWS clients of the stack for the commands, from values alone, as any client is made."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from lochan.stack.errors import StackError
from lochan.stack.settings import Settings
from lochan.stack.stack import environment

AWS_ERRORS = (BotoCoreError, ClientError)
# Any role does here: the stack checks none, and says so in its documentation.
ROLE = "arn:aws:iam::000000000000:role/lochan-command"


def open_clients(settings: Settings, *services: str) -> tuple[Any, ...]:
    """Return a client of the stack that is up for each named AWS service."""
    values = _require(environment(settings), "AWS_ENDPOINT_URL", "localstack")
    session = boto3.Session(
        aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=values["AWS_SECRET_ACCESS_KEY"],
        region_name=values["AWS_DEFAULT_REGION"],
    )
    client: Any = session.client
    return tuple(client(name, endpoint_url=values["AWS_ENDPOINT_URL"]) for name in services)


def _require(values: Mapping[str, str], name: str, service: str) -> Mapping[str, str]:
    if name not in values:
        raise StackError(f"The stack was started without {service}: `lochan up` adds it.")
    return values


def tell(error: BotoCoreError | ClientError, doing: str) -> StackError:
    """Put a client's error into a sentence."""
    details: Mapping[str, Any] = getattr(error, "response", {}).get("Error", {})
    text = f"{details['Code']}: {details['Message']}" if details else str(error)
    return StackError(f"{doing} failed: {text}")

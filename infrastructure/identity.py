"""Roles with the least they need, and secrets whose values come from a file, never from code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.changes import Change, Refused
from infrastructure.resources import Place, Resources

POLICY_NAME = "lochan"


def ensure_roles(iam: Any, resources: Resources) -> Iterator[Change]:
    """Make the roles and keep their one inline policy as declared."""
    for spec in resources.section("roles").values():
        trust = _trust_policy(spec["service"], resources.place)
        if not _role_exists(iam, spec["name"]):
            iam.create_role(RoleName=spec["name"], AssumeRolePolicyDocument=json.dumps(trust))
            yield Change("made", "role", spec["name"])
        policy = {"Version": "2012-10-17", "Statement": [_allow(s) for s in spec["statements"]]}
        if _inline_policy(iam, spec["name"]) != policy:
            iam.put_role_policy(
                RoleName=spec["name"], PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy)
            )
            yield Change("set", "policy", spec["name"])


def ensure_secrets(
    secretsmanager: Any, resources: Resources, values: Mapping[str, Mapping[str, str]]
) -> Iterator[Change]:
    """Make missing secrets from the given values, and set those whose value differs.

    Raises Refused when a secret neither exists nor has a value.
    """
    for key, spec in resources.section("secrets").items():
        stored = _stored_secret(secretsmanager, spec["name"])
        if key not in values:
            if stored is None:
                raise Refused(_missing_secret(key, spec))
            continue
        wanted = {field: values[key][field] for field in spec["fields"]}
        if stored is None:
            secretsmanager.create_secret(Name=spec["name"], SecretString=json.dumps(wanted))
            yield Change("made", "secret", spec["name"])
        elif stored != wanted:
            secretsmanager.put_secret_value(SecretId=spec["name"], SecretString=json.dumps(wanted))
            yield Change("set", "secret", spec["name"])


def secret_arn(secretsmanager: Any, name: str) -> str:
    """Return a secret's ARN; Refused when there is no such secret."""
    try:
        return str(secretsmanager.describe_secret(SecretId=name)["ARN"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise Refused(f"The secret {name} does not exist: run `provision apply` first.") from None


def _missing_secret(key: str, spec: Mapping[str, Any]) -> str:
    fields = ", ".join(f'"{field}": "..."' for field in spec["fields"])
    return (
        f"The secret {spec['name']} does not exist and no value was given: pass "
        f'--secret-values FILE, a JSON file with {{"{key}": {{{fields}}}}}.'
    )


def _trust_policy(service: str, place: Place) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": place.account}},
            }
        ],
    }


def _allow(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {"Effect": "Allow", **statement}


def _role_exists(iam: Any, name: str) -> bool:
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def _inline_policy(iam: Any, name: str) -> Any:
    try:
        document = iam.get_role_policy(RoleName=name, PolicyName=POLICY_NAME)["PolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return document


def _stored_secret(secretsmanager: Any, name: str) -> Any:
    try:
        return json.loads(secretsmanager.get_secret_value(SecretId=name)["SecretString"])
    except secretsmanager.exceptions.ResourceNotFoundException:
        return None

"""Secrets: their values come from a file that a person names, never from code, and are not shown.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.resource import Attributes, Hidden, Refused

RECOVERY_DAYS = 7


@dataclass(frozen=True)
class Secret:
    """A secret of one key's; without `value` the stored one is kept."""

    secretsmanager: Any
    key: str
    spec: Mapping[str, Any]
    key_arn: str
    value: Mapping[str, str] | None
    kind: str = "secret"
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Return the secret's name."""
        return str(self.spec["name"])

    def declare(self) -> Attributes:
        """Return the key that encrypts it, and its value where one was given."""
        attributes: dict[str, Any] = {"key": self.key_arn}
        if self.value is not None:
            attributes["value"] = Hidden({name: self.value[name] for name in self.spec["fields"]})
        return attributes

    def read(self) -> Attributes | None:
        """Return the same as found; a secret that waits for its deletion is none."""
        found = _describe(self.secretsmanager, self.name)
        if found is None or "DeletedDate" in found:
            return None
        stored = self.secretsmanager.get_secret_value(SecretId=self.name)["SecretString"]
        return {"key": found.get("KmsKeyId"), "value": Hidden(json.loads(stored))}

    def create(self) -> None:
        """Make it, or take it back from its deletion; Refused without a value."""
        if _describe(self.secretsmanager, self.name) is not None:
            self.secretsmanager.restore_secret(SecretId=self.name)
            self.update(frozenset(self.declare()))
        elif self.value is None:
            raise Refused(self._ask_for_value())
        else:
            self.secretsmanager.create_secret(
                Name=self.name, KmsKeyId=self.key_arn, SecretString=self._text()
            )

    def update(self, attributes: frozenset[str]) -> None:
        """Encrypt it with the declared key, and put in the value."""
        if "key" in attributes:
            self.secretsmanager.update_secret(SecretId=self.name, KmsKeyId=self.key_arn)
        if "value" in attributes:
            self.secretsmanager.put_secret_value(SecretId=self.name, SecretString=self._text())

    def count_data(self) -> str | None:
        """Say nothing: it can be taken back for a week."""
        return None

    def delete(self) -> None:
        """Delete it in a week."""
        self.secretsmanager.delete_secret(SecretId=self.name, RecoveryWindowInDays=RECOVERY_DAYS)

    def _text(self) -> str:
        return json.dumps(self.declare()["value"].value)

    def _ask_for_value(self) -> str:
        fields = ", ".join(f'"{field}": "..."' for field in self.spec["fields"])
        return (
            f"The secret {self.name} does not exist and no value was given: pass "
            f'--secret-values FILE, a JSON file with {{"{self.key}": {{{fields}}}}}.'
        )


def find_secret_arn(secretsmanager: Any, name: str) -> str:
    """Return a secret's ARN; Refused when there is no such secret."""
    found = _describe(secretsmanager, name)
    if found is None:
        raise Refused(f"The secret {name} does not exist: run `provision apply` first.")
    return str(found["ARN"])


def _describe(secretsmanager: Any, name: str) -> Any:
    try:
        return secretsmanager.describe_secret(SecretId=name)
    except secretsmanager.exceptions.ResourceNotFoundException:
        return None

"""The key that encrypts an environment's data, known by its alias.

https://docs.aws.amazon.com/kms/latest/developerguide/overview.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.policies import build_policy, normalize
from infrastructure.resource import Attributes

# The one name that a key's policy may have (API_PutKeyPolicy).
POLICY_NAME = "default"
_LIVING = frozenset({"Creating", "Enabled", "Disabled"})


@dataclass(frozen=True)
class Key:
    """A symmetric key that is rotated every year."""

    kms: Any
    spec: Mapping[str, Any]
    kind: str = "key"
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Return the alias."""
        return str(self.spec["alias"])

    def find_arn(self) -> str | None:
        """Return the ARN of the key that the alias names, or None."""
        for page in self.kms.get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                if alias["AliasName"] == self.name and "TargetKeyId" in alias:
                    return self._describe(alias["TargetKeyId"])
        return None

    def declare(self) -> Attributes:
        """Return rotation and policy."""
        policy = normalize(build_policy(self.spec["statements"]))
        return {"rotation": self.spec["rotation"], "policy": policy}

    def read(self) -> Attributes | None:
        """Return rotation and policy as found."""
        arn = self.find_arn()
        if arn is None:
            return None
        document = self.kms.get_key_policy(KeyId=arn, PolicyName=POLICY_NAME)["Policy"]
        rotation = self.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
        return {"rotation": rotation, "policy": normalize(json.loads(document))}

    def create(self) -> None:
        """Make a key and give it its alias; an alias that led to a dying key is moved."""
        policy = json.dumps(build_policy(self.spec["statements"]))
        made = self.kms.create_key(Description=self.spec["description"], Policy=policy)
        arn = made["KeyMetadata"]["Arn"]
        if self.spec["rotation"]:
            self.kms.enable_key_rotation(KeyId=arn)
        self.kms.create_alias(AliasName=self.name, TargetKeyId=arn)

    def update(self, attributes: frozenset[str]) -> None:
        """Set the policy again, and turn rotation on."""
        arn = self.find_arn()
        if "policy" in attributes:
            policy = json.dumps(build_policy(self.spec["statements"]))
            self.kms.put_key_policy(KeyId=arn, PolicyName=POLICY_NAME, Policy=policy)
        if "rotation" in attributes:
            self.kms.enable_key_rotation(KeyId=arn)

    def count_data(self) -> str | None:
        """Say nothing: what it encrypts answers for itself."""
        return None

    def delete(self) -> None:
        """Take the alias away and let the key die after the days that are declared."""
        key_id = (self.find_arn() or "").rpartition("/")[2]
        self.kms.delete_alias(AliasName=self.name)
        self.kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=self.spec["deletion_days"])

    def _describe(self, key_id: str) -> str | None:
        found = self.kms.describe_key(KeyId=key_id)["KeyMetadata"]
        return str(found["Arn"]) if found["KeyState"] in _LIVING else None

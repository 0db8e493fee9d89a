"""Roles: who may take them, and the one inline policy of each; nothing is attached to them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.policies import build_policy, build_trust, normalize
from infrastructure.resource import Attributes

POLICY_NAME = "lochan"


@dataclass(frozen=True)
class Role:
    """A role and its policy."""

    iam: Any
    spec: Mapping[str, Any]
    kind: str = "role"
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Return the role's name."""
        return str(self.spec["name"])

    def declare(self) -> Attributes:
        """Return its description, who may take it and what it may do."""
        return {
            "description": self.spec["description"],
            "trust": normalize(build_trust(self.spec["trust"])),
            "policy": normalize(build_policy(self.spec["statements"])),
            "attached_policies": [],
        }

    def read(self) -> Attributes | None:
        """Return the same as found."""
        try:
            role = self.iam.get_role(RoleName=self.name)["Role"]
        except self.iam.exceptions.NoSuchEntityException:
            return None
        return {
            "description": role.get("Description"),
            "trust": normalize(role["AssumeRolePolicyDocument"]),
            "policy": normalize(self._read_policy()),
            "attached_policies": self._list_attached(),
        }

    def create(self) -> None:
        """Make the role, then let it do what it may."""
        self.iam.create_role(
            RoleName=self.name,
            Description=self.spec["description"],
            AssumeRolePolicyDocument=json.dumps(build_trust(self.spec["trust"])),
        )
        self._put_policy()

    def update(self, attributes: frozenset[str]) -> None:
        """Set what differs, and detach what somebody attached."""
        if "description" in attributes:
            self.iam.update_role(RoleName=self.name, Description=self.spec["description"])
        if "trust" in attributes:
            self.iam.update_assume_role_policy(
                RoleName=self.name, PolicyDocument=json.dumps(build_trust(self.spec["trust"]))
            )
        if "policy" in attributes:
            self._put_policy()
        if "attached_policies" in attributes:
            self._detach_all()

    def count_data(self) -> str | None:
        """Say nothing: a role holds no data."""
        return None

    def delete(self) -> None:
        """Take everything from the role, then delete it."""
        self._detach_all()
        if self._read_policy() is not None:
            self.iam.delete_role_policy(RoleName=self.name, PolicyName=POLICY_NAME)
        self.iam.delete_role(RoleName=self.name)

    def _put_policy(self) -> None:
        self.iam.put_role_policy(
            RoleName=self.name,
            PolicyName=POLICY_NAME,
            PolicyDocument=json.dumps(build_policy(self.spec["statements"])),
        )

    def _read_policy(self) -> Any:
        try:
            found = self.iam.get_role_policy(RoleName=self.name, PolicyName=POLICY_NAME)
        except self.iam.exceptions.NoSuchEntityException:
            return None
        return found["PolicyDocument"]

    def _list_attached(self) -> list[str]:
        found = self.iam.list_attached_role_policies(RoleName=self.name)["AttachedPolicies"]
        return sorted(policy["PolicyArn"] for policy in found)

    def _detach_all(self) -> None:
        for arn in self._list_attached():
            self.iam.detach_role_policy(RoleName=self.name, PolicyArn=arn)

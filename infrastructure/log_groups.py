"""Log groups, so that what is logged is not kept for ever, and encrypted by the environment's key.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.resource import Attributes


@dataclass(frozen=True)
class LogGroup:
    """A log group, how long it keeps what it is told, and with which key."""

    logs: Any
    spec: Mapping[str, Any]
    key_arn: str | None = None
    kind: str = "log group"

    @property
    def name(self) -> str:
        """Return the group's name."""
        return str(self.spec["name"])

    @property
    def is_shared(self) -> bool:
        """Tell whether it is the account's."""
        return bool(self.spec.get("shared", False))

    def declare(self) -> Attributes:
        """Return retention and key."""
        return {"retention_days": self.spec["retention_days"], "key": self.key_arn}

    def read(self) -> Attributes | None:
        """Return retention and key as found; None for ever, and for AWS's own key."""
        for page in self.logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=self.name
        ):
            for group in page["logGroups"]:
                if group["logGroupName"] == self.name:
                    retention = group.get("retentionInDays")
                    return {"retention_days": retention, "key": group.get("kmsKeyId")}
        return None

    def create(self) -> None:
        """Make the group; Glue may have made it in the meantime."""
        key = {"kmsKeyId": self.key_arn} if self.key_arn else {}
        try:
            self.logs.create_log_group(logGroupName=self.name, **key)
        except self.logs.exceptions.ResourceAlreadyExistsException:
            self.update(frozenset({"key"}))
        self.update(frozenset({"retention_days"}))

    def update(self, attributes: frozenset[str]) -> None:
        """Set what differs; what was logged before keeps the key that it had."""
        if "retention_days" in attributes:
            self.logs.put_retention_policy(
                logGroupName=self.name, retentionInDays=self.spec["retention_days"]
            )
        if "key" in attributes and self.key_arn:
            self.logs.associate_kms_key(logGroupName=self.name, kmsKeyId=self.key_arn)
        elif "key" in attributes:
            self.logs.disassociate_kms_key(logGroupName=self.name)

    def count_data(self) -> str | None:
        """Say nothing: logs expire by themselves."""
        return None

    def delete(self) -> None:
        """Delete the group."""
        self.logs.delete_log_group(logGroupName=self.name)

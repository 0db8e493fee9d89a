"""Log groups, so that what is logged is not kept for ever.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from infrastructure.resource import Attributes


@dataclass(frozen=True)
class LogGroup:
    """A log group and how long it keeps what it is told."""

    logs: Any
    spec: Mapping[str, Any]
    kind: str = "log group"

    @property
    def name(self) -> str:
        """Return the group's name."""
        return str(self.spec["name"])

    @property
    def is_shared(self) -> bool:
        """Tell whether it is the account's: Glue's own groups are."""
        return bool(self.spec.get("shared", False))

    def declare(self) -> Attributes:
        """Return the retention."""
        return {"retention_days": self.spec["retention_days"]}

    def read(self) -> Attributes | None:
        """Return the retention as found; None for ever."""
        for page in self.logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=self.name
        ):
            for group in page["logGroups"]:
                if group["logGroupName"] == self.name:
                    return {"retention_days": group.get("retentionInDays")}
        return None

    def create(self) -> None:
        """Make the group; Glue may have made it in the meantime."""
        with suppress(self.logs.exceptions.ResourceAlreadyExistsException):
            self.logs.create_log_group(logGroupName=self.name)
        self.update(frozenset(self.declare()))

    def update(self, _: frozenset[str]) -> None:
        """Set the retention."""
        self.logs.put_retention_policy(
            logGroupName=self.name, retentionInDays=self.spec["retention_days"]
        )

    def count_data(self) -> str | None:
        """Say nothing: logs expire by themselves."""
        return None

    def delete(self) -> None:
        """Delete the group."""
        self.logs.delete_log_group(logGroupName=self.name)

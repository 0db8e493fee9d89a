"""How Glue's crawlers and jobs encrypt what they write: to S3, to CloudWatch Logs, as bookmarks.

https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.resource import Attributes


@dataclass(frozen=True)
class SecurityConfiguration:
    """A security configuration, all of whose parts have the same key."""

    glue: Any
    spec: Mapping[str, Any]
    key_arn: str
    kind: str = "encryption"
    is_shared: bool = False

    @property
    def name(self) -> str:
        """Return the configuration's name."""
        return str(self.spec["name"])

    def declare(self) -> Attributes:
        """Return what is encrypted how, and with which key."""
        return {
            "S3Encryption": [self._part("S3EncryptionMode", "s3")],
            "CloudWatchEncryption": self._part("CloudWatchEncryptionMode", "logs"),
            "JobBookmarksEncryption": self._part("JobBookmarksEncryptionMode", "bookmarks"),
        }

    def read(self) -> Attributes | None:
        """Return the same as found."""
        try:
            found = self.glue.get_security_configuration(Name=self.name)
        except self.glue.exceptions.EntityNotFoundException:
            return None
        encryption: Attributes = found["SecurityConfiguration"]["EncryptionConfiguration"]
        return encryption

    def create(self) -> None:
        """Make it."""
        self.glue.create_security_configuration(
            Name=self.name, EncryptionConfiguration=dict(self.declare())
        )

    def update(self, _: frozenset[str]) -> None:
        """Delete it and make it anew: Glue changes none. Whoever starts in between fails."""
        self.delete()
        self.create()

    def count_data(self) -> str | None:
        """Say nothing: it is a definition."""
        return None

    def delete(self) -> None:
        """Delete it; what it encrypted stays so."""
        self.glue.delete_security_configuration(Name=self.name)

    def _part(self, mode: str, part: str) -> dict[str, str]:
        return {mode: self.spec[part], "KmsKeyArn": self.key_arn}

"""What provisioning says it did."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """Provisioning cannot go on; the text names the resource and the way out."""


@dataclass(frozen=True)
class Change:
    """One resource that was made, changed or uploaded."""

    verb: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.verb:<9}{self.kind:<11}{self.name}"

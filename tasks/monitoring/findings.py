"""What watching a part of the platform yields: findings, and what cannot be known yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

LONGEST_TEXT = 300


class Severity(IntEnum):
    """How bad a finding is: to know, to look at, to act on."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be; `kind` is one of a few words, `subject` a name.

    `occurrence` tells apart what befell the same subject twice: a run's id, a table's version.
    """

    severity: Severity
    kind: str
    subject: str
    text: str
    occurrence: str = ""

    @property
    def identity(self) -> str:
        """What stays while the finding lasts, though its text counts hours."""
        parts = (self.severity.name.lower(), self.kind, self.subject, self.occurrence)
        return " | ".join(part for part in parts if part)

    def as_row(self) -> dict[str, str]:
        """Return a row of the findings table."""
        return {
            "severity": self.severity.name.lower(),
            "kind": self.kind,
            "subject": self.subject,
            "finding": self.text,
        }


@dataclass(frozen=True)
class Watched:
    """What was looked at (`3 jobs, 12 runs`), what was found, and what nobody can know yet."""

    seen: str
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()


def shorten(text: str, limit: int = LONGEST_TEXT) -> str:
    """Put a text on one line and cut it where it is too long to be read."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def count(number: int, noun: str) -> str:
    """Say how many: `1 job`, `2 jobs`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

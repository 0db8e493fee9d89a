"""Judge tables of the catalog: what crawls changed in them, deprecated and removed.

https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.monitoring.findings import Finding, Severity, shorten

_LONGEST_TYPE = 60


@dataclass(frozen=True)
class TableVersion:
    """The columns of a table at one time, partition keys included, in their order."""

    version: str
    updated: datetime
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CatalogTable:
    """A table with its versions of the time that is looked at and the one before, newest first."""

    name: str
    versions: tuple[TableVersion, ...]
    deprecated: bool = False


def judge_table(table: CatalogTable) -> list[Finding]:
    """Name the columns that were added, removed and retyped, and whether the table is in use."""
    findings = []
    if table.deprecated:
        text = "its crawler finds no data for it any more"
        findings.append(Finding(Severity.WARNING, "table deprecated", table.name, text))
    newest, oldest = table.versions[0], table.versions[-1]
    changes = list(_compare(dict(oldest.columns), dict(newest.columns)))
    if changes:
        severity = max(severity for severity, _ in changes)
        told = "; ".join(text for _, text in changes)
        text = f"version {oldest.version} to {newest.version}: {told}"
        findings.append(Finding(severity, "schema changed", table.name, text, newest.version))
    return findings


def judge_gone(
    remembered: Mapping[str, datetime], present: Iterable[str], since: datetime
) -> list[Finding]:
    """Name the tables that were there lately and are no longer; `remembered` says until when."""
    gone = sorted(set(remembered) - set(present))
    return [
        Finding(
            Severity.CRITICAL,
            "table gone",
            name,
            f"the catalog had it until {remembered[name]:%Y-%m-%d %H:%M}Z",
        )
        for name in gone
        if remembered[name] >= since
    ]


def remember(
    remembered: Mapping[str, datetime], present: Sequence[str], now: datetime, keep: timedelta
) -> dict[str, datetime]:
    """Return when each table was last there; those gone for longer than `keep` are forgotten."""
    kept = {name: seen for name, seen in remembered.items() if seen >= now - keep}
    return {**kept, **dict.fromkeys(present, now)}


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[Severity, str]]:
    for name, kind in after.items():
        if name not in before:
            yield Severity.INFO, f"added {name} {_shown(kind)}"
    for name, kind in before.items():
        if name not in after:
            yield Severity.WARNING, f"removed {name} {_shown(kind)}"
        elif after[name] != kind:
            yield (
                Severity.WARNING,
                f"retyped {name} from {_shown(kind)} to {_shown(after[name])}",
            )


def _shown(kind: str) -> str:
    return shorten(kind, _LONGEST_TYPE)

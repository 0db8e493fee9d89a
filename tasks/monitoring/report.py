"""What a look at the platform found, as a person reads it: in a terminal and in Prefect's UI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.artifacts import publish_counts
from tasks.monitoring.findings import Finding, Severity, Watched, count
from tasks.monitoring.load import TableSize
from tasks.monitoring.telling import Telling

_COLOURS = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_LABEL_WIDTH = 11


@dataclass(frozen=True)
class MonitorReport:
    """What was watched, by part of the platform, and the sizes of Redshift's largest tables.

    `told_before` counts the findings that would have failed the run, had they been new.
    """

    watched: Mapping[str, Watched]
    table_sizes: tuple[TableSize, ...] = ()
    told_before: int = 0

    @property
    def findings(self) -> list[Finding]:
        """All findings, the worst first."""
        found = [finding for part in self.watched.values() for finding in part.findings]
        return sorted(found, key=lambda one: (-one.severity, one.kind, one.subject))

    @property
    def unknown(self) -> list[str]:
        """What nobody can tell yet."""
        return [text for part in self.watched.values() for text in part.unknown]

    def summarise(self, telling: Telling | None = None) -> str:
        """Say in one sentence what was found: how much of each severity, and the worst of it.

        What is told now comes before what was told already.
        """
        findings = self.findings
        counts = [
            f"{number} {severity.name.lower()}"
            for severity in sorted(Severity, reverse=True)
            if (number := sum(one.severity is severity for one in findings))
        ]
        if not counts:
            return "All is well."
        worst = telling.now[0] if telling else findings[0]
        if telling and telling.before:
            counts.append(f"{count(len(telling.before), 'finding')} told before")
        return f"{', '.join(counts)}; {worst.kind}: {worst.subject}: {worst.text}"


def draw_report(report: MonitorReport) -> RenderableType:
    """Draw the report within 80 columns."""
    lines = [*_describe_watched(report), "", *_describe_unknown(report)]
    if not report.findings:
        return Group("", *map(Text, lines), Text("All is well."))
    drawn: list[RenderableType] = [*map(Text, lines), _draw_findings(report.findings)]
    if report.told_before:
        told = count(report.told_before, "finding")
        drawn.append(Text(f"Told before, so that the run does not fail: {told}."))
    return Group("", *drawn)


def publish_report(report: MonitorReport) -> None:
    """Publish the report as artifacts of the flow run."""
    publish_counts(
        "monitor-platform-findings",
        [finding.as_row() for finding in report.findings],
        report.summarise(),
    )
    watched = [{"part": name, "seen": part.seen} for name, part in report.watched.items()]
    unknown = [{"part": "not known yet", "seen": text} for text in report.unknown]
    publish_counts("monitor-platform-watched", [*watched, *unknown], "What was looked at")
    sizes = [size.as_row() for size in report.table_sizes]
    publish_counts("monitor-platform-tables", sizes, "Redshift's largest tables")


def _describe_watched(report: MonitorReport) -> Iterator[str]:
    for name, part in report.watched.items():
        yield f"{name:<{_LABEL_WIDTH}}{part.seen}"
    if report.table_sizes:
        largest = report.table_sizes[0]
        yield f"{'largest':<{_LABEL_WIDTH}}{largest.name}, {largest.size:,} MB"


def _describe_unknown(report: MonitorReport) -> Iterator[str]:
    if report.unknown:
        yield f"Not known yet ({count(len(report.unknown), 'thing')}):"
        yield from (f"  {text}" for text in report.unknown)
        yield ""


def _draw_findings(findings: list[Finding]) -> Table:
    drawn = Table(width=80)
    drawn.add_column("severity", width=8)
    drawn.add_column("what", width=16)
    drawn.add_column("finding", overflow="fold")
    for finding in findings:
        drawn.add_row(
            Text(finding.severity.name.lower(), style=_COLOURS[finding.severity]),
            Text(finding.kind),
            Text(f"{finding.subject}: {finding.text}"),
        )
    return drawn

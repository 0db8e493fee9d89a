"""`lochan doctor`."""

import sys

import click
from rich.console import Console
from rich.text import Text

from lochan.stack.doctor import Finding, examine
from lochan.stack.settings import current_settings


@click.command("doctor")
def command() -> None:
    """Check this machine, and say what to do."""
    console = Console()
    ills = 0
    for finding in examine(current_settings()):
        ills += not finding.is_well
        console.print(_describe(finding), soft_wrap=True)
    if ills:
        sys.exit(1)


def _describe(finding: Finding) -> Text:
    mark = ("✓ ", "green") if finding.is_well else ("✗ ", "red")
    line = Text.assemble(mark, f"{finding.subject}: {finding.fact}")
    return line if finding.is_well else line.append(f"\n    {finding.remedy}")

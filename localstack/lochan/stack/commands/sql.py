"""`lochan sql`."""

import csv
import sys

import click
from rich.console import Console
from rich.table import Table

from lochan.stack.redshift_shell import Result, run_statements
from lochan.stack.settings import current_settings


@click.command("sql")
@click.option("-c", "--command", "text", default=None, help="Statements; default: standard input.")
def command(text: str | None) -> None:
    """Run statements on Redshift; CSV where not a terminal."""
    statements = text if text is not None else sys.stdin.read()
    console = Console()
    for result in run_statements(current_settings(), statements):
        if console.is_terminal:
            _show(console, result)
        else:
            _write_csv(result)


def _show(console: Console, result: Result) -> None:
    if result.columns:
        table = Table(*result.columns, box=None, padding=(0, 2, 0, 0))
        for row in result.rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        console.print(table, markup=False)
    console.print(result.tag, highlight=False, style="dim")


def _write_csv(result: Result) -> None:
    if result.columns:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(result.columns)
        writer.writerows(result.rows)
    else:
        click.echo(result.tag)

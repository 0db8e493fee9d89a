"""`lochan job run`."""

import sys
from pathlib import Path

import click

from lochan.stack.job_run import run_script
from lochan.stack.settings import current_settings


@click.group("job")
def command() -> None:
    """Run a Glue script of your own."""


@command.command(
    "run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(script: Path, arguments: tuple[str, ...]) -> None:
    """Run SCRIPT with --name value ARGUMENTS on the warm Spark; exit 0 if it succeeds."""
    outcome = run_script(current_settings(), script, arguments, _write)
    click.echo(
        f"{outcome['JobRunState']} after {outcome.get('ExecutionTime', 0)} s: {outcome['Id']}",
        err=True,
    )
    if outcome["JobRunState"] != "SUCCEEDED":
        raise click.ClickException(outcome.get("ErrorMessage") or "The run gave no reason.")


def _write(group: str, text: str) -> None:
    click.echo(text.rstrip("\n"), file=sys.stderr if group.endswith("error") else sys.stdout)

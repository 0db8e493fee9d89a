"""`lochan env`."""

import click

from lochan.stack.environment import format_exports
from lochan.stack.settings import current_settings
from lochan.stack.stack import environment


@click.command("env")
def command() -> None:
    """Print the `export` lines that tools need, nothing else."""
    click.echo(format_exports(environment(current_settings())), nl=False)

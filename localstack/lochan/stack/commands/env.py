"""`lochan env`."""

import click

from lochan.stack.environment import format_exports
from lochan.stack.settings import current_settings
from lochan.stack.stack import environment


@click.command("env")
@click.option(
    "--inside",
    is_flag=True,
    help="Name folder and addresses as the stack's services see them, to write deployments.",
)
def command(inside: bool) -> None:
    """Print the `export` lines that tools need, nothing else."""
    click.echo(format_exports(environment(current_settings(), inside=inside)), nl=False)

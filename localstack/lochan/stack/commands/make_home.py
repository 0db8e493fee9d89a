"""`lochan make-home`."""

from dataclasses import replace
from pathlib import Path

import click

from lochan.stack.containers import make_homes
from lochan.stack.settings import Ports, current_settings


@click.command("make-home")
@click.option(
    "--caller",
    type=click.Path(path_type=Path),
    required=True,
    help="The caller's LOCHAN_HOME, which gets passwords and certificates.",
)
@click.option(
    "--published",
    type=(click.Choice([name.replace("_", "-") for name in vars(Ports())]), int),
    multiple=True,
    metavar="SERVER PORT",
    help="The port of a server on the caller's loopback, where it is not the usual one.",
)
def command(caller: Path, published: tuple[tuple[str, int], ...]) -> None:
    """Make the secrets of a stack in containers."""
    chosen = {server.replace("-", "_"): port for server, port in published}
    make_homes(current_settings(), caller, replace(Ports(), **chosen))

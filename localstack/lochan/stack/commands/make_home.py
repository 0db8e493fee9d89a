"""`lochan make-home`."""

from dataclasses import replace
from pathlib import Path

import click

from lochan.stack.containers import make_homes
from lochan.stack.errors import StackError
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
    multiple=True,
    metavar="SERVER=PORT",
    help="The port of a server on the caller's loopback, where it is not the usual one.",
)
def command(caller: Path, published: tuple[str, ...]) -> None:
    """Make the secrets of a stack in containers."""
    make_homes(current_settings(), caller, _parse_ports(published))


def _parse_ports(published: tuple[str, ...]) -> Ports:
    pairs = (option.partition("=") for option in published)
    chosen = {name.replace("-", "_"): port for name, _, port in pairs}
    wrong = [name for name, port in chosen.items() if name not in vars(Ports())]
    wrong += [port for port in chosen.values() if not port.isdecimal()]
    if wrong:
        known = ", ".join(name.replace("_", "-") for name in vars(Ports()))
        raise StackError(f"--published takes SERVER=PORT, servers being {known}: not {wrong[0]}.")
    return replace(Ports(), **{name: int(port) for name, port in chosen.items()})

"""`lochan init`."""

import click
from rich.console import Console

from lochan.stack.init import prepare_everything
from lochan.stack.progress import show_progress
from lochan.stack.settings import current_settings


@click.command("init")
@click.argument("steps", nargs=-1, metavar="[STEP]...")
def command(steps: tuple[str, ...]) -> None:
    """Make and fetch, once, what lets `up` start fast."""
    console = Console(stderr=True)
    with show_progress(console) as report:
        prepare_everything(current_settings(), report, steps)

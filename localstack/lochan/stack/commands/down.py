"""`lochan down`."""

import click
from rich.console import Console

from lochan.stack.progress import show_progress
from lochan.stack.settings import current_settings
from lochan.stack.stack import stop


@click.command("down")
def command() -> None:
    """End what `up` started, and remove the stack's state."""
    settings = current_settings()
    console = Console(stderr=True)
    with show_progress(console) as report:
        was_up = stop(settings, report=report)
    if was_up:
        console.print("The stack is down; its logs stay.", highlight=False)
    else:
        console.print(f"No stack is up in {settings.home}.", highlight=False, soft_wrap=True)

"""`lochan logs`."""

from pathlib import Path

import click

from lochan.stack.errors import StackError
from lochan.stack.home import Home
from lochan.stack.log_files import follow_logs, read_tail
from lochan.stack.settings import current_settings


@click.command("logs")
@click.argument("service", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with each line that is added.")
@click.option("-n", "--lines", default=50, show_default=True, help="Begin with this many lines.")
def command(service: str | None, follow: bool, lines: int) -> None:
    """Show the log of one service, or of all of them."""
    home = Home(current_settings().home)
    logs = _select_logs(home, service)
    source = follow_logs(logs, lines) if follow else _tails(logs, lines)
    try:
        for log, line in source:
            click.echo(line if service else f"{log.stem}: {line}")
    except KeyboardInterrupt:
        return


def _select_logs(home: Home, service: str | None) -> list[Path]:
    present = sorted(home.logs.glob("*.log"))
    if not present:
        raise StackError(f"There are no logs in {home.logs}: start a stack with `lochan up`.")
    if service is None:
        return present
    if home.log(service) not in present:
        names = ", ".join(log.stem for log in present)
        raise StackError(f"There is no log of a service named {service}: choose from {names}.")
    return [home.log(service)]


def _tails(logs: list[Path], lines: int) -> list[tuple[Path, str]]:
    return [(log, line) for log in logs for line in read_tail(log, lines)]

"""`lochan status`."""

import sys

import click
from rich.console import Console
from rich.table import Table

from lochan.stack.errors import StackNotUpError
from lochan.stack.log_files import quote_tail
from lochan.stack.settings import current_settings
from lochan.stack.status import DEAD, READY, ServiceStatus, all_ready, read_status

_MEGABYTE = 1024 * 1024
_STYLES = {READY: "green", DEAD: "red"}


@click.command("status")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit code tells.")
def command(quiet: bool) -> None:
    """Show what each service does; exit 1 if one is not ready."""
    try:
        statuses = read_status(current_settings())
    except StackNotUpError:
        if quiet:
            sys.exit(1)
        raise
    if not quiet:
        _show(statuses)
    if not all_ready(statuses):
        sys.exit(1)


def _show(statuses: list[ServiceStatus]) -> None:
    console = Console()
    console.print(_tabulate(statuses))
    for status in statuses:
        explanation = _explain(status)
        if explanation:
            console.print(explanation, highlight=False, markup=False, soft_wrap=True)


def _tabulate(statuses: list[ServiceStatus]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("service", "state"):
        table.add_column(column, no_wrap=True)
    for column in ("pid", "port", "up for", "memory"):
        table.add_column(column, justify="right", no_wrap=True)
    for status in statuses:
        style = _STYLES.get(status.state, "yellow")
        table.add_row(status.name, f"[{style}]{status.state}[/]", *_figures(status))
    return table


def _figures(status: ServiceStatus) -> tuple[str, str, str, str]:
    if status.state == DEAD or status.pid is None:
        return "-", _port(status), "-", "-"
    memory = f"{status.memory_bytes / _MEGABYTE:.0f} MB"
    return str(status.pid), _port(status), _duration(status.uptime_seconds), memory


def _port(status: ServiceStatus) -> str:
    return "-" if status.port is None else str(status.port)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _explain(status: ServiceStatus) -> str:
    if status.state == DEAD:
        return f"{status.name} has died; `lochan up` starts it again. {quote_tail(status.log)}"
    if status.state == READY:
        return ""
    return f"{status.name} runs but does not answer: {status.reason}"

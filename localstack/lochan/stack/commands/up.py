"""`lochan up`."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console

from lochan.stack.environment import parse_environment_file
from lochan.stack.progress import show_progress
from lochan.stack.settings import Settings
from lochan.stack.stack import RunningStack, select_services, start


@click.command("up")
@click.option("--services", metavar="A,B", help="Start only these, and what they require.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="NAME=value lines that flow runs see beside the stack's own.",
)
def command(services: str | None, env_file: Path | None) -> None:
    """Start every service and wait until each answers."""
    settings = _settings(env_file)
    console = Console(stderr=True)
    began = time.monotonic()
    try:
        with show_progress(console) as report:
            stack = start(settings, services=select_services(services), report=report)
    except KeyboardInterrupt:
        raise click.ClickException("Interrupted: what was started has been ended.") from None
    _tell(console, stack, time.monotonic() - began)


def _settings(env_file: Path | None) -> Settings:
    extra = parse_environment_file(env_file) if env_file else {}
    return Settings.from_environment(os.environ, worker_environment=extra)


def _tell(console: Console, stack: RunningStack, seconds: float) -> None:
    if not stack.started:
        console.print("The stack is up already, and everything answers.", highlight=False)
        return
    console.print(f"The stack is up: {seconds:.1f} s.", highlight=False)
    for title, address in _addresses(stack.environment):
        console.print(f"  {title:9}{address}", highlight=False)
    console.print('  For any tool: eval "$(lochan env)"', highlight=False)


def _addresses(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    if "AWS_ENDPOINT_URL" in values:
        yield "AWS", values["AWS_ENDPOINT_URL"]
    if "REDSHIFT_HOST" in values:
        yield "Redshift", f"{values['REDSHIFT_HOST']}:{values['REDSHIFT_PORT']}"
    if "PREFECT_API_URL" in values:
        yield "Prefect", values["PREFECT_API_URL"].removesuffix("/api")

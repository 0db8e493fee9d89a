"""The command `lochan`: one module of `lochan.stack.commands` for each verb."""

import importlib
import signal
import sys
from types import FrameType
from typing import Any

import click

from lochan.stack.errors import StackError

COMMANDS = (
    "init",
    "up",
    "down",
    "status",
    "logs",
    "env",
    "doctor",
    "job",
    "sql",
    "crawl",
    "sample",
    "serve",
    "make-home",
)
_INTERRUPTED = 130  # what shells report for Ctrl-C: 128 + SIGINT


class _Verbs(click.Group):
    """Imports a verb's module only when it is asked for, and tells failures as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"lochan.stack.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StackError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(_describe(error)) from error


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lochan")
def verbs() -> None:
    """AWS Glue and Amazon Redshift on this machine: start it, use it, end it."""


def main() -> None:
    """Run the command line; a terminal that closes interrupts as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        verbs.main(prog_name="lochan", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        sys.exit(_INTERRUPTED)
    except click.exceptions.Exit as request:
        sys.exit(request.exit_code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _describe(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or error}{where}."


if __name__ == "__main__":
    main()

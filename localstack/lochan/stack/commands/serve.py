"""`lochan serve`."""

from pathlib import Path

import click

from lochan.stack.errors import StackError
from lochan.stack.home import Home
from lochan.stack.records import read_stack
from lochan.stack.serve import serve
from lochan.stack.services.registry import IN_CONTAINERS, check_names
from lochan.stack.settings import current_settings
from lochan.stack.site import open_site

# In a container of its own, whose /tmp is nobody else's.
_SIGN = Path("/tmp/answers")  # nosec B108


@click.command("serve")
@click.argument("names", nargs=-1, required=True, metavar="SERVICE...")
@click.option(
    "--sign",
    type=click.Path(path_type=Path),
    default=_SIGN,
    show_default=True,
    help="The file that is touched while the services answer.",
)
def command(names: tuple[str, ...], sign: Path) -> None:
    """Run services in the foreground, as containers do."""
    check_names(names, IN_CONTAINERS)
    settings = current_settings()
    if read_stack(Home(settings.home)) is None:
        raise StackError(f"There is no stack in {settings.home}: `lochan make-home` makes it.")
    site = open_site(settings)
    serve([IN_CONTAINERS[name](site) for name in names], sign)

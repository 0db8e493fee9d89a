"""One concrete stack: its settings with every open choice made."""

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lochan.stack.addresses import Hosts, Inside
from lochan.stack.credentials import Credentials, load_credentials, load_token
from lochan.stack.home import Home
from lochan.stack.ports import choose_free_ports
from lochan.stack.records import StackRecord, read_stack, write_stack
from lochan.stack.settings import Ports, Settings

SOCKETS_PREFIX = "lochan-"
_ID_BYTES = 8


@dataclass(frozen=True)
class Site:
    """What the services of one stack are built from."""

    settings: Settings
    stack: StackRecord
    credentials: Credentials

    @property
    def home(self) -> Home:
        """The stack's folder."""
        return Home(self.settings.home)

    @property
    def ports(self) -> Ports:
        """The ports that the stack really has."""
        return self.stack.ports

    @property
    def hosts(self) -> Hosts:
        """The hosts by which whoever holds this site reaches the servers."""
        return self.stack.hosts

    @property
    def inside(self) -> Inside:
        """The stack as its services see it, and as deployments and connections describe it."""
        return self.stack.inside or Inside(self.settings.project, self.ports, self.hosts)

    def state(self, service: str) -> Path:
        """Name the folder of a service's data."""
        return self.home.state / service


def open_site(settings: Settings) -> Site:
    """Return the site that the home describes, or choose and keep a new one."""
    home = Home(settings.home)
    stack = read_stack(home)
    if stack is None:
        # A socket's path may have 107 bytes, so it cannot be below just any home.
        sockets = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX))
        ports = choose_free_ports(settings.ports)
        stack = StackRecord(secrets.token_hex(_ID_BYTES), ports, sockets)
        write_stack(home, stack)
    load_token(home)
    return Site(settings, stack, load_credentials(home))

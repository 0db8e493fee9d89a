"""Where the servers of a stack are reached: by a caller, and by one another."""

from dataclasses import dataclass, field
from pathlib import Path

from lochan.stack.settings import HOST, Ports


@dataclass(frozen=True)
class Hosts:
    """The host of each server, as somebody who calls it names it."""

    localstack: str = HOST
    # Clients verify the certificate's name, and some of them take no address for one.
    redshift: str = "localhost"
    rds: str = HOST
    glue_worker: str = HOST
    x_api: str = HOST
    prefect: str = HOST


# Containers know one another by the names of their services.
CONTAINER_HOSTS = Hosts(
    localstack="localstack",
    redshift="redshift",
    rds="rds",
    glue_worker="glue-worker",
    x_api="x-api",
    prefect="prefect",
)


@dataclass(frozen=True)
class Inside:
    """A stack as its own services see it: their addresses, and the folder of the flows."""

    project: Path
    ports: Ports = field(default_factory=Ports)
    hosts: Hosts = field(default_factory=Hosts)

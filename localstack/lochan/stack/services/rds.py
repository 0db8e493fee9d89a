"""The services `rds-backend` and `rds`: PostgreSQL, and the TLS in front of it, that play RDS."""

import functools

import psycopg
from psycopg import sql

from lochan.postgres import PostgresCluster, socket_dsn
from lochan.stack.certificates import authority_file, certificate_file, key_file
from lochan.stack.credentials import Login
from lochan.stack.environment import RDS_DATABASE, service_environment
from lochan.stack.errors import NotReadyError
from lochan.stack.probes import log_in
from lochan.stack.service import Service
from lochan.stack.services.postgres_server import (
    POSTGRES_STOP,
    lay_out_cluster,
    postgres_command,
)
from lochan.stack.settings import Settings
from lochan.stack.site import Site

NAME = "rds"
BACKEND_NAME = "rds-backend"
# The backend listens on its socket alone; the number is only part of the socket's name.
_BACKEND_PORT = 5432
_SUPERUSER = "postgres"
# Everyone who comes through the gateway comes by the socket, so the socket asks for passwords.
# Only the stack itself, which may enter the socket's folder, is trusted: the gateway closes
# this user's door.
_ADMISSION = f"local all {_SUPERUSER} trust\nlocal all all scram-sha-256\n"


def rds_backend(site: Site) -> Service:
    """Build the PostgreSQL server that keeps the tables, reached by its socket only."""
    cluster = _cluster(site)
    return Service(
        name=BACKEND_NAME,
        command=postgres_command(cluster),
        environment=service_environment(site),
        working_directory=site.home.state,
        prepare=functools.partial(_prepare_cluster, site.settings, cluster),
        probe=functools.partial(create_owner, cluster, site.credentials.rds),
        stop=POSTGRES_STOP,
    )


def rds(site: Site) -> Service:
    """Build the service that listens on loopback for the user and database named `rds`."""
    return Service(
        name=NAME,
        command=_gateway_command(site),
        environment=service_environment(site),
        working_directory=site.home.state,
        ports=(site.ports.rds,),
        requires=(BACKEND_NAME,),
        probe=functools.partial(
            log_in,
            site.credentials.rds,
            port=site.ports.rds,
            database=RDS_DATABASE,
            authority=authority_file(site.home),
        ),
    )


def create_owner(cluster: PostgresCluster, login: Login) -> None:
    """Create the user and its database over the socket, unless they are there."""
    try:
        with psycopg.connect(socket_dsn(cluster), autocommit=True) as connection:
            _create_user(connection, login)
            _create_database(connection, login)
    except psycopg.OperationalError as error:
        raise NotReadyError(f"PostgreSQL does not answer on its socket: {error}") from error


def _cluster(site: Site) -> PostgresCluster:
    return PostgresCluster(
        data=site.state(BACKEND_NAME) / "data",
        socket_directory=site.stack.sockets / NAME,
        port=_BACKEND_PORT,
    )


def _prepare_cluster(settings: Settings, cluster: PostgresCluster) -> None:
    lay_out_cluster(settings, cluster)
    (cluster.data / "pg_hba.conf").write_text(_ADMISSION, encoding="ascii")


def _gateway_command(site: Site) -> tuple[str, ...]:
    cluster = _cluster(site)
    options = {
        "--host": site.settings.listen,
        "--port": site.ports.rds,
        "--backend-socket": cluster.socket_directory / f".s.PGSQL.{cluster.port}",
        "--certificate": certificate_file(site.home),
        "--key": key_file(site.home),
        "--closed-user": _SUPERUSER,
    }
    arguments = [str(word) for option in options.items() for word in option]
    return (str(site.settings.python), "-m", "lochan.rds", *arguments)


def _create_user(connection: psycopg.Connection, login: Login) -> None:
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (login.username,))
    if found.fetchone() is None:
        statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
        user = sql.Identifier(login.username)
        connection.execute(statement.format(user, sql.Literal(login.password)))


def _create_database(connection: psycopg.Connection, login: Login) -> None:
    found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (RDS_DATABASE,))
    if found.fetchone() is None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        database, owner = sql.Identifier(RDS_DATABASE), sql.Identifier(login.username)
        connection.execute(statement.format(database, owner))

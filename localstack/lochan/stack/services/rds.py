"""The service `rds`: a PostgreSQL server that plays Amazon RDS."""

import functools

import psycopg
from psycopg import sql

from lochan.postgres import PostgresCluster, socket_dsn
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
from lochan.stack.settings import HOST
from lochan.stack.site import Site

NAME = "rds"


def rds(site: Site) -> Service:
    """Build the service that listens on loopback for the user and database named `rds`."""
    login = site.credentials.rds
    cluster = PostgresCluster(
        data=site.state(NAME) / "data",
        socket_directory=site.stack.sockets / NAME,
        port=site.ports.rds,
        listen_addresses=HOST,
    )
    return Service(
        name=NAME,
        command=postgres_command(cluster),
        environment=service_environment(site),
        working_directory=site.home.state,
        ports=(site.ports.rds,),
        prepare=functools.partial(lay_out_cluster, site.settings, cluster),
        finish=functools.partial(create_owner, cluster, login),
        probe=functools.partial(log_in, login, port=site.ports.rds, database=RDS_DATABASE),
        stop=POSTGRES_STOP,
    )


def create_owner(cluster: PostgresCluster, login: Login) -> None:
    """Create the user and its database over the socket, unless they are there."""
    try:
        with psycopg.connect(socket_dsn(cluster), autocommit=True) as connection:
            _create_user(connection, login)
            _create_database(connection, login)
    except psycopg.OperationalError as error:
        raise NotReadyError(f"PostgreSQL does not answer on its socket: {error}") from error


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

"""Makes a PostgreSQL cluster into what stands behind Redshift: roles, database, compatibility.

Everything can run again on a cluster that has it already.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from lochan.redshift.wire.admin import SUPERUSER, open_admin
from lochan.redshift.wire.backend import BackendAddress, BackendConnection
from lochan.redshift.wire.copy.rejections import ensure_system_tables
from lochan.redshift.wire.sql.names import quote_identifier, quote_literal

SEARCH_PATH = '"$user", public, rs, pg_catalog'

# A superuser of Redshift rules the database, and not the machine that PostgreSQL runs on.
# What GRANT ROLE sys:monitor gives: the system views that only superusers see otherwise.
# https://docs.aws.amazon.com/redshift/latest/dg/r_roles-default.html
_MONITOR_ROLE = "pg_monitor"
_SUPERUSER_ROLES = (
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_maintain",
    "pg_monitor",
    "pg_signal_backend",
)


class StartError(Exception):
    """Why the server cannot start, as a sentence."""


@dataclass(frozen=True)
class User:
    """A user that exists from the start."""

    name: str
    password: str
    superuser: bool = False
    monitor: bool = False


def read_users(path: Path) -> tuple[User, ...]:
    """Read the users' file; raises StartError."""
    try:
        entries = json.loads(path.read_text())
        users = tuple(User(**entry) for entry in entries)
    except OSError as error:
        raise StartError(f"The users' file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise StartError(
            f"The users' file {path} is not a JSON list of objects with name, password, "
            f"superuser and monitor: {error}."
        ) from error
    if not users:
        raise StartError(f"The users' file {path} names no user.")
    return users


def prepare_cluster(address: BackendAddress, database: str, users: Sequence[User]) -> None:
    """Make roles and database, and install the compatibility schema; raises BackendError."""
    server = open_admin(address, "postgres")
    try:
        server.execute("SET password_encryption = 'md5'; SET md5_password_warnings = off")
        for user in users:
            _ensure_role(server, user)
        _ensure_memberships(server, users)
        _ensure_database(server, database, users)
    finally:
        server.close()
    connection = open_admin(address, database)
    try:
        _install_compatibility(connection)
    finally:
        connection.close()


def _ensure_role(server: BackendConnection, user: User) -> None:
    if user.name == SUPERUSER:
        raise StartError(f"The user name {SUPERUSER} is taken by PostgreSQL: choose another one.")
    role = quote_identifier(user.name)
    if not server.execute(
        f"SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = {quote_literal(user.name)}"
    ):
        server.execute(f"CREATE ROLE {role}")
    rights = "CREATEROLE CREATEDB" if user.superuser else "NOCREATEROLE NOCREATEDB"
    server.execute(f"ALTER ROLE {role} LOGIN {rights} PASSWORD {quote_literal(user.password)}")
    if user.monitor:
        server.execute(f"GRANT {_MONITOR_ROLE} TO {role}")
    if user.superuser:
        server.execute(f"GRANT {', '.join(_SUPERUSER_ROLES)} TO {role}")
        # What a superuser makes others own stays in its reach.
        server.execute(f"ALTER ROLE {role} SET createrole_self_grant = 'set, inherit'")


def _ensure_memberships(server: BackendConnection, users: Sequence[User]) -> None:
    """A superuser may do what each of the ordinary users may."""
    for superuser in (user for user in users if user.superuser):
        for user in (user for user in users if not user.superuser):
            server.execute(
                f"GRANT {quote_identifier(user.name)} TO {quote_identifier(superuser.name)}"
            )


def _ensure_database(server: BackendConnection, database: str, users: Sequence[User]) -> None:
    name = quote_identifier(database)
    owner = quote_identifier(next((user for user in users if user.superuser), users[0]).name)
    known = server.execute(
        f"SELECT 1 FROM pg_catalog.pg_database WHERE datname = {quote_literal(database)}"
    )
    if not known:
        server.execute(f"CREATE DATABASE {name} OWNER {owner}")
        # SNAPSHOT, the default of new clusters and workgroups:
        # https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
        server.execute(
            f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"
        )
    for setting in (
        f"search_path = {SEARCH_PATH}",
        "password_encryption = 'md5'",
        "md5_password_warnings = off",
        "timezone = 'UTC'",
    ):
        server.execute(f"ALTER DATABASE {name} SET {setting}")
    for user in users:
        server.execute(
            f"GRANT CREATE, TEMPORARY ON DATABASE {name} TO {quote_identifier(user.name)}"
        )


def _install_compatibility(connection: BackendConnection) -> None:
    """Run the SQL of compatibility/ in the order of its files' names, unless it ran before."""
    scripts = _read_scripts()
    version = hashlib.sha256("".join(scripts).encode()).hexdigest()
    installed = connection.execute(
        "SELECT pg_catalog.obj_description(pg_catalog.to_regnamespace('rs'), 'pg_namespace')"
    )
    if installed == [(version,)]:
        return
    connection.execute("BEGIN; SET LOCAL search_path = pg_catalog")
    ensure_system_tables(connection)
    for script in scripts:
        connection.execute(script)
    connection.execute(f"COMMENT ON SCHEMA rs IS {quote_literal(version)}")
    connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC; COMMIT")


def _read_scripts() -> list[str]:
    folder = resources.files("lochan.redshift.wire") / "compatibility"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    return [file.read_text() for file in files]

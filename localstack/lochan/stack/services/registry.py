"""Every service of a stack, in the order in which people are shown them."""

from collections.abc import Callable, Iterable

from lochan.stack.errors import StackError
from lochan.stack.service import Service
from lochan.stack.services.glue_worker import glue_worker
from lochan.stack.services.localstack import localstack
from lochan.stack.services.prefect_server import has_prefect, prefect_server
from lochan.stack.services.prefect_services import prefect_services
from lochan.stack.services.prefect_worker import prefect_worker
from lochan.stack.services.rds import rds, rds_backend
from lochan.stack.services.redshift import redshift, redshift_backend
from lochan.stack.services.x_api import x_api
from lochan.stack.site import Site

Builder = Callable[[Site], Service]

SERVICES: dict[str, Builder] = {
    "localstack": localstack,
    "redshift-backend": redshift_backend,
    "redshift": redshift,
    "rds-backend": rds_backend,
    "rds": rds,
    "glue-worker": glue_worker,
    "x-api": x_api,
    "prefect": prefect_server,
    "worker": prefect_worker,
}
# What a container may run besides: parts of a server that is one process elsewhere.
IN_CONTAINERS: dict[str, Builder] = {**SERVICES, "prefect-services": prefect_services}
# The services that need the extra `prefect` of the distribution.
OF_PREFECT = frozenset({"prefect", "prefect-services", "worker"})


def build_services(
    site: Site, names: Iterable[str] | None, builders: dict[str, Builder] | None = None
) -> list[Service]:
    """Build the named services and those that they require; all that are installed for None."""
    builders = SERVICES if builders is None else builders
    built: dict[str, Service] = {}
    for name in _installed(builders) if names is None else names:
        _build_with_requirements(site, name, builders, built)
    return [built[name] for name in builders if name in built]


def check_names(names: Iterable[str], builders: dict[str, Builder]) -> None:
    """Refuse a service that does not exist, naming those that do."""
    unknown = [name for name in names if name not in builders]
    if unknown:
        raise StackError(
            f"There is no service named {', '.join(unknown)}: choose from {', '.join(builders)}."
        )
    extra = [name for name in names if name not in _installed(builders)]
    if extra:
        raise StackError(
            f"Prefect is not installed, which {', '.join(extra)} needs: "
            "pip install 'lochan[prefect]'."
        )


def _installed(builders: dict[str, Builder]) -> list[str]:
    return [name for name in builders if name not in OF_PREFECT or has_prefect()]


def _build_with_requirements(
    site: Site, name: str, builders: dict[str, Builder], built: dict[str, Service]
) -> None:
    if name not in built:
        built[name] = builders[name](site)
        for required in built[name].requires:
            _build_with_requirements(site, required, builders, built)

"""What each service of a stack is doing now."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from lochan.stack.errors import NotReadyError
from lochan.stack.processes import find_process
from lochan.stack.records import ServiceRecord
from lochan.stack.service import Service
from lochan.stack.services.registry import SERVICES, Builder, build_services
from lochan.stack.settings import Settings
from lochan.stack.site import Site
from lochan.stack.stack import open_running_site

READY, SILENT, DEAD = "ready", "not answering", "dead"


@dataclass(frozen=True)
class ServiceStatus:
    """One row of `lochan status`; memory is that of the service and all its descendants."""

    name: str
    state: str
    pid: int | None  # of a container, the engine knows it
    port: int | None
    uptime_seconds: float
    memory_bytes: int
    log: Path
    reason: str = ""


def read_status(
    settings: Settings, builders: dict[str, Builder] | None = None
) -> list[ServiceStatus]:
    """Ask every service of the stack at once; refuse where no stack is up."""
    site, records = open_running_site(settings)
    if site.stack.inside is not None:
        return _ask_containers(site, SERVICES if builders is None else builders)
    known = {record.name: record for record in records}
    services = build_services(site, known, builders)
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        return list(pool.map(lambda service: _examine(known[service.name], service), services))


def all_ready(statuses: Sequence[ServiceStatus]) -> bool:
    """Tell whether nothing is dead or silent."""
    return all(status.state == READY for status in statuses)


def _ask_containers(site: Site, builders: dict[str, Builder]) -> list[ServiceStatus]:
    """Ask what containers publish; a database behind a server is in its server's container."""
    services = [build(site) for name, build in builders.items() if not name.endswith("-backend")]
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        return list(pool.map(lambda service: _ask_container(site, service), services))


def _ask_container(site: Site, service: Service) -> ServiceStatus:
    state, reason = _answer(service)
    port = service.ports[0] if service.ports else None
    return ServiceStatus(
        service.name, state, None, port, 0.0, 0, site.home.log(service.name), reason
    )


def _examine(record: ServiceRecord, service: Service) -> ServiceStatus:
    state, reason = _ask(record, service)
    return ServiceStatus(
        name=record.name,
        state=state,
        pid=record.process.pid,
        port=record.port,
        uptime_seconds=0.0 if state == DEAD else time.time() - record.started_at,
        memory_bytes=_memory(record),
        log=record.log,
        reason=reason,
    )


def _ask(record: ServiceRecord, service: Service) -> tuple[str, str]:
    if not record.is_alive:
        return DEAD, ""
    return _answer(service)


def _answer(service: Service) -> tuple[str, str]:
    try:
        service.probe()
    except NotReadyError as error:
        return SILENT, str(error)
    return READY, ""


def _memory(record: ServiceRecord) -> int:
    process = find_process(record.process)
    if process is None:
        return 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_resident_bytes(member) for member in family)


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0

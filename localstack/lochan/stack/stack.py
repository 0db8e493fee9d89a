"""The stack as a library: start it, stop it, ask what it is."""

import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lochan.stack.certificates import make_certificates
from lochan.stack.containers import is_up_in_containers, refuse_containers
from lochan.stack.environment import deployment_environment, stack_environment
from lochan.stack.errors import StackNotUpError
from lochan.stack.home import Home
from lochan.stack.lock import exclusive_lock
from lochan.stack.ports import check_ports
from lochan.stack.processes import find_members, kill_processes
from lochan.stack.progress import Progress, Report, report_nothing
from lochan.stack.records import ServiceRecord, StackRecord, read_services, read_stack
from lochan.stack.service import Service
from lochan.stack.services.registry import SERVICES, Builder, build_services, check_names
from lochan.stack.settings import Settings
from lochan.stack.site import SOCKETS_PREFIX, Site, open_site
from lochan.stack.supervisor import Supervisor, end_services

# The variables that a stack without these services does not have.
_VARIABLE_PREFIXES = {
    "AWS_": "localstack",
    "REDSHIFT_": "redshift",
    "RDS_": "rds",
    "X_API_": "x-api",
    "PREFECT_": "prefect",
}


@dataclass(frozen=True)
class RunningStack:
    """A stack of which everything asked for answers."""

    settings: Settings
    environment: dict[str, str]
    started: tuple[str, ...]  # the services that this call started; empty: all ran already
    supervisor: Supervisor = field(repr=False)

    def stop(self, report: Report = report_nothing) -> None:
        """End the stack."""
        stop(self.settings, report=report)
        self.supervisor.collect()


def start(
    settings: Settings,
    *,
    services: Sequence[str] | None = None,
    report: Report = report_nothing,
    builders: dict[str, Builder] | None = None,
) -> RunningStack:
    """Start what does not run yet of the named services (default: all) and wait for all of them.

    Where one fails, or the call is interrupted, what this call started is ended.
    """
    check_names(services or (), SERVICES if builders is None else builders)
    home = Home(settings.home)
    refuse_containers(home)
    home.open()
    with _locked(home, report):
        home.open()  # a `down` that was waited for may have cleared it
        alive = _discard_stale_stack(home)
        site = open_site(settings)
        supervisor = Supervisor(home, site.stack.stack_id, report)
        try:
            wanted = build_services(site, services, builders)
            started = _bring_up(site, wanted, alive, supervisor)
        except BaseException:
            with _undisturbed():
                _undo(site, supervisor, keeps_others=bool(alive), report=report)
            raise
        return RunningStack(settings, environment(settings), started, supervisor)


def stop(settings: Settings, *, report: Report = report_nothing) -> bool:
    """End every service of the stack and remove its state; return whether there was a stack."""
    home = Home(settings.home)
    refuse_containers(home)
    if not _has_stack(home):
        return False
    with _locked(home, report):
        had_stack = _has_stack(home)  # another `down` may have been waited for
        _remove_stack(home, read_stack(home), read_services(home), report)
        home.lock.unlink(missing_ok=True)
    return had_stack


def environment(settings: Settings, *, inside: bool = False) -> dict[str, str]:
    """Name the variables of the services that the stack has, or those for deployments to them."""
    site, records = open_running_site(settings)
    variables = deployment_environment(site) if inside else stack_environment(site)
    present = {record.name for record in records} or set(SERVICES)  # containers leave no records
    return {
        name: value for name, value in variables.items() if _service_of(name) in present | {None}
    }


def open_running_site(settings: Settings) -> tuple[Site, list[ServiceRecord]]:
    """Return the site and the records of a stack that is up, or refuse.

    A stack in containers has no records: the container engine knows its processes.
    """
    home = Home(settings.home)
    stack, records = read_stack(home), read_services(home)
    is_up = any(record.is_alive for record in records) or is_up_in_containers(stack)
    if stack is None or not is_up:
        raise StackNotUpError(settings.home)
    return open_site(settings), records


def _bring_up(
    site: Site, wanted: Sequence[Service], alive: dict[str, ServiceRecord], supervisor: Supervisor
) -> tuple[str, ...]:
    missing = [service for service in wanted if service.name not in alive]
    check_ports({service.name: service.ports for service in missing})
    make_certificates(site.home, site.settings.inherited)
    supervisor.start(wanted, alive.values())
    return tuple(service.name for service in missing)


def _undo(site: Site, supervisor: Supervisor, *, keeps_others: bool, report: Report) -> None:
    """End what a failed start began; where it began everything, nothing of it remains."""
    if not keeps_others:
        _remove_stack(site.home, site.stack, supervisor.started, report)
        site.home.lock.unlink(missing_ok=True)
        supervisor.collect()
        return
    end_services(supervisor.started, report)
    supervisor.collect()
    for record in supervisor.started:
        kill_processes(find_members(site.stack.stack_id, record.name))
        (site.home.services / f"{record.name}.json").unlink(missing_ok=True)


def _has_stack(home: Home) -> bool:
    return home.stack.exists() or bool(read_services(home))


def _discard_stale_stack(home: Home) -> dict[str, ServiceRecord]:
    """Return the records of services that run; with none, remove what a dead stack left."""
    records = read_services(home)
    alive = {record.name: record for record in records if record.is_alive}
    stack = read_stack(home)
    if alive and stack is not None:
        return alive
    _remove_stack(home, stack, list(alive.values()), report_nothing)
    home.open()
    for log in home.logs.glob("*.log"):
        log.unlink()
    return {}


def _remove_stack(
    home: Home, stack: StackRecord | None, records: Sequence[ServiceRecord], report: Report
) -> None:
    """End the services, and the orphans of services that were killed; remove their state."""
    end_services(records, report)
    if stack is not None:
        kill_processes(find_members(stack.stack_id))
        _remove_sockets(stack)
    home.clear()


def _remove_sockets(stack: StackRecord) -> None:
    if stack.sockets.name.startswith(SOCKETS_PREFIX) and stack.sockets.exists():
        shutil.rmtree(stack.sockets)


def _service_of(variable: str) -> str | None:
    for prefix, service in _VARIABLE_PREFIXES.items():
        if variable.startswith(prefix):
            return service
    return None


@contextmanager
def _locked(home: Home, report: Report) -> Iterator[None]:
    def say_waiting() -> None:
        report(Progress("another lochan command", "waiting for it to finish"))

    with exclusive_lock(home.lock, on_wait=say_waiting):
        yield


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C not interrupt the ending of what was started."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def select_services(text: str | None) -> list[str] | None:
    """Read a list such as `localstack,redshift`; None or an empty text means all."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return names or None

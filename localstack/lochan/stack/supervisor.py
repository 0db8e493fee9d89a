"""Starts services side by side, waits until each answers, and ends them in reverse.

There is no daemon: a service is a process of its own session with its own log, so that it
outlives the command and the terminal that started it. What later commands need to know of it is
in its record.
"""

import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path

from lochan.stack.errors import NotReadyError, StackError
from lochan.stack.home import Home
from lochan.stack.log_files import quote_tail
from lochan.stack.processes import (
    SERVICE_VARIABLE,
    STACK_ID_VARIABLE,
    end_process,
    find_members,
    find_process,
    identify,
    kill_processes,
)
from lochan.stack.progress import Progress, Report
from lochan.stack.records import ServiceRecord, write_service
from lochan.stack.service import Service

_POLL_SECONDS = 0.1


class AbandonedError(StackError):
    """A start was given up because of another service, or because a person interrupted it."""


class Supervisor:
    """Starts and ends the services of one stack."""

    def __init__(self, home: Home, stack_id: str, report: Report) -> None:
        self._home = home
        self._stack_id = stack_id
        self._report = report
        self._abandoned = threading.Event()
        self._started: list[ServiceRecord] = []
        self._children: list[subprocess.Popen[bytes]] = []

    @property
    def started(self) -> Sequence[ServiceRecord]:
        """The services that this supervisor has spawned."""
        return tuple(self._started)

    def collect(self) -> None:
        """Take leave of ended children, which a program that goes on would keep as zombies."""
        for child in self._children:
            child.poll()

    def start(self, services: Sequence[Service], running: Iterable[ServiceRecord] = ()) -> None:
        """Start what is not running, and return when everything answers.

        Raises the first failure after every other start was given up; ends nothing itself.
        """
        alive = {record.name: record for record in running}
        answering = {service.name: threading.Event() for service in services}
        with ThreadPoolExecutor(max_workers=len(services) or 1) as pool:
            futures = [
                pool.submit(self._bring_up, service, alive.get(service.name), answering)
                for service in services
            ]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                if not all(future.done() for future in futures):
                    self._abandoned.set()
        _raise_first(futures)

    def _bring_up(
        self,
        service: Service,
        record: ServiceRecord | None,
        answering: dict[str, threading.Event],
    ) -> None:
        try:
            self._await_requirements(service, answering)
            if record is None:
                seconds: float | None = self._await_answer(service, self._spawn(service))
            else:
                self._await_answer(service, record)
                seconds = None
            self._report(Progress(service.name, "ready", seconds))
        except BaseException:
            self._abandoned.set()
            raise
        answering[service.name].set()

    def _await_requirements(self, service: Service, answering: dict[str, threading.Event]) -> None:
        if service.waits_by_itself:
            return
        for name in service.requires:
            while not answering[name].wait(_POLL_SECONDS):
                self._check_abandoned(service.name)

    def _spawn(self, service: Service) -> ServiceRecord:
        self._check_abandoned(service.name)
        self._report(Progress(service.name, "preparing"))
        service.prepare()
        self._check_abandoned(service.name)
        self._report(Progress(service.name, "starting"))
        log = self._home.log(service.name)
        # A service that died before may have left a JVM that keeps its port.
        kill_processes(find_members(self._stack_id, service.name))
        process = _launch(service, log, self._stack_id)
        self._children.append(process)
        record = ServiceRecord(
            name=service.name,
            process=identify(process.pid),
            port=service.ports[0] if service.ports else None,
            log=log,
            started_at=time.time(),
            requires=service.requires,
            stop=service.stop,
        )
        self._started.append(record)
        write_service(self._home, record)
        return record

    def _await_answer(self, service: Service, record: ServiceRecord) -> float:
        """Return how many seconds it took until the service answered."""
        began = time.monotonic()
        steps = [service.finish, service.probe]
        missing = "nothing was asked yet"
        while steps:
            self._check_abandoned(service.name)
            try:
                steps[0]()
            except NotReadyError as error:
                missing = str(error)
            else:
                del steps[0]
                continue
            _check_alive(record)
            if time.monotonic() - began > service.ready_within_seconds:
                raise _silent(service, record, missing)
            self._abandoned.wait(_POLL_SECONDS)
        return time.monotonic() - began

    def _check_abandoned(self, name: str) -> None:
        if self._abandoned.is_set():
            raise AbandonedError(f"The start of {name} was given up.")


def end_services(records: Sequence[ServiceRecord], report: Report) -> None:
    """End services, dependents before what they require."""
    left = list(records)
    while left:
        required = {name for record in left for name in record.requires}
        wave = [record for record in left if record.name not in required] or left
        with ThreadPoolExecutor(max_workers=len(wave)) as pool:
            list(pool.map(lambda record: _end_service(record, report), wave))
        left = [record for record in left if record not in wave]


def _end_service(record: ServiceRecord, report: Report) -> None:
    process = find_process(record.process)
    if process is not None:
        report(Progress(record.name, "ending"))
        end_process(process, record.stop)
        report(Progress(record.name, "ended"))


def _launch(service: Service, log: Path, stack_id: str) -> subprocess.Popen[bytes]:
    marks = {STACK_ID_VARIABLE: stack_id, SERVICE_VARIABLE: service.name}
    try:
        with log.open("ab") as output:
            return subprocess.Popen(
                service.command,
                env={**service.environment, **marks},
                cwd=service.working_directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise StackError(f"{service.name} could not be started: {error}.") from error


def _check_alive(record: ServiceRecord) -> None:
    if not record.is_alive:
        raise StackError(f"{record.name} ended while it was starting. {quote_tail(record.log)}")


def _silent(service: Service, record: ServiceRecord, missing: str) -> StackError:
    return StackError(
        f"{service.name} did not answer within {service.ready_within_seconds:.0f} s "
        f"({missing}). {quote_tail(record.log)}"
    )


def _raise_first(futures: Iterable["Future[None]"]) -> None:
    """Raise the cause of a failed start rather than the starts given up because of it."""
    failures = [error for future in futures if (error := future.exception()) is not None]
    causes = [error for error in failures if not isinstance(error, AbandonedError)]
    for failure in causes or failures:
        raise failure

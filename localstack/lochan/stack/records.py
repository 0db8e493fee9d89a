"""What `up` leaves in the home so that any later command knows the stack."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lochan.stack.addresses import Hosts, Inside
from lochan.stack.home import Home
from lochan.stack.processes import ProcessIdentity, StopPlan, find_process
from lochan.stack.settings import Ports


@dataclass(frozen=True)
class StackRecord:
    """A stack's identity: its id, where it is reached, and its short folder for sockets.

    `inside` is what the services of a stack in containers see, where that is something else.
    """

    stack_id: str
    ports: Ports
    sockets: Path
    hosts: Hosts = field(default_factory=Hosts)
    inside: Inside | None = None


@dataclass(frozen=True)
class ServiceRecord:
    """One started service: enough to find, show and end it without building it again."""

    name: str
    process: ProcessIdentity
    port: int | None
    log: Path
    started_at: float
    requires: tuple[str, ...]
    stop: StopPlan

    @property
    def is_alive(self) -> bool:
        """Tell whether the very process that was started still runs."""
        return find_process(self.process) is not None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def write_stack(home: Home, record: StackRecord) -> None:
    """Keep the identity of the stack."""
    write_private(home.stack, json.dumps(asdict(record), default=str, indent=2))


def read_stack(home: Home) -> StackRecord | None:
    """Return the identity of the stack, or None where none was started or its file is damaged."""
    facts = _read_object(home.stack)
    if facts is None:
        return None
    return StackRecord(
        stack_id=facts["stack_id"],
        ports=Ports(**facts["ports"]),
        sockets=Path(facts["sockets"]),
        hosts=Hosts(**facts["hosts"]),
        inside=_parse_inside(facts["inside"]),
    )


def write_service(home: Home, record: ServiceRecord) -> None:
    """Keep what is known of a started service."""
    path = home.services / f"{record.name}.json"
    write_private(path, json.dumps(asdict(record), default=str, indent=2))


def read_services(home: Home) -> list[ServiceRecord]:
    """List the records of all started services in the order in which they started."""
    found = (_read_object(path) for path in home.services.glob("*.json"))
    records = [_parse_service(facts) for facts in found if facts is not None]
    return sorted(records, key=lambda record: record.started_at)


def _parse_inside(facts: dict[str, Any] | None) -> Inside | None:
    if facts is None:
        return None
    project = Path(facts["project"])
    return Inside(project, Ports(**facts["ports"]), Hosts(**facts["hosts"]))


def _parse_service(facts: dict[str, Any]) -> ServiceRecord:
    stop = facts["stop"]
    return ServiceRecord(
        name=facts["name"],
        process=ProcessIdentity(**facts["process"]),
        port=facts["port"],
        log=Path(facts["log"]),
        started_at=facts["started_at"],
        requires=tuple(facts["requires"]),
        stop=StopPlan(**{**stop, "signals": tuple(stop["signals"])}),
    )


def _read_object(path: Path) -> dict[str, Any] | None:
    """Read a record; a file cut short by a full disk counts as absent."""
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return facts

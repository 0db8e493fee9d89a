"""What a service is: a command, its environment, and how it proves that it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lochan.stack.processes import StopPlan

# Raises NotReadyError, saying what is missing, until the service really answers.
Probe = Callable[[], None]


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Service:
    """One process of a stack, not started yet.

    `prepare` lays out files before the start and leaves those that are there. `finish` completes
    a start that only a running server can (a database user): it is retried like a probe, passes
    once, and may run again on a server that was completed before.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    working_directory: Path
    probe: Probe
    ports: tuple[int, ...] = ()
    requires: tuple[str, ...] = ()
    waits_by_itself: bool = False  # starts beside what it requires, and waits in its own process
    prepare: Callable[[], None] = _nothing
    finish: Probe = _nothing
    stop: StopPlan = field(default_factory=StopPlan)
    ready_within_seconds: float = 180.0

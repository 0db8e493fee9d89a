"""The states of runs and crawls, and the log of their changes that the Glue API follows."""

import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

# https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
RUN_TRANSITIONS: Mapping[str | None, tuple[str, ...]] = {
    None: ("STARTING",),
    "STARTING": ("RUNNING", "STOPPING", "FAILED", "ERROR"),
    "RUNNING": ("STOPPING", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR"),
    "STOPPING": ("STOPPED", "ERROR"),
    "STOPPED": (),
    "SUCCEEDED": (),
    "FAILED": (),
    "TIMEOUT": (),
    "ERROR": (),
}
# https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerHistory.html
CRAWL_TRANSITIONS: Mapping[str | None, tuple[str, ...]] = {
    None: ("RUNNING",),
    "RUNNING": ("STOPPING", "COMPLETED", "FAILED"),
    "STOPPING": ("STOPPED", "FAILED"),
    "STOPPED": (),
    "COMPLETED": (),
    "FAILED": (),
}
EVENTS_KEPT = 100_000


class IllegalTransition(RuntimeError):
    """A run or crawl was to change from a state from which it cannot."""


class EventLog:
    """All changes since the worker started, numbered; readers wait for new ones."""

    def __init__(self) -> None:
        self.instance = str(uuid.uuid4())
        self._events: deque[dict[str, Any]] = deque(maxlen=EVENTS_KEPT)
        self._last = 0
        self._changed = threading.Condition()
        self._closed = False

    def append(self, event: Mapping[str, Any]) -> None:
        """Add an event and wake the readers."""
        with self._changed:
            self._last += 1
            self._events.append({"seq": self._last, **event})
            self._changed.notify_all()

    def read(self, after: int, wait_seconds: float) -> list[dict[str, Any]]:
        """Return the events after a number; waits up to so long for one."""
        with self._changed:
            self._changed.wait_for(lambda: self._last > after or self._closed, wait_seconds)
            return [event for event in self._events if event["seq"] > after]

    def close(self) -> None:
        """Let no reader wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class StateMachine:
    """The state of one run or crawl; each change is checked and logged."""

    def __init__(
        self,
        kind: str,
        identifier: str,
        transitions: Mapping[str | None, tuple[str, ...]],
        events: EventLog,
    ) -> None:
        self._kind = kind
        self._identifier = identifier
        self._transitions = transitions
        self._events = events
        self._lock = threading.Lock()
        self._started_on = time.time()
        self.state: str | None = None

    def move(self, state: str, **details: Any) -> None:
        """Change the state. Raises IllegalTransition."""
        with self._lock:
            if state not in self._transitions[self.state]:
                raise IllegalTransition(
                    f"{self._kind} {self._identifier} cannot become {state}: it is {self.state}."
                )
            self._record(state, details)

    def move_if_possible(self, state: str, **details: Any) -> bool:
        """Change the state where that is legal and tell whether it was."""
        with self._lock:
            if state not in self._transitions[self.state]:
                return False
            self._record(state, details)
            return True

    def _record(self, state: str, details: Mapping[str, Any]) -> None:
        self.state = state
        has_ended = not self._transitions[state]
        self._events.append(
            {
                "kind": self._kind,
                "id": self._identifier,
                "state": state,
                "started_on": self._started_on,
                "completed_on": time.time() if has_ended else None,
                "error_message": None,
                **details,
            }
        )

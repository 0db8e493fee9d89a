"""Faults that a test orders: what X does on a bad day.

By header, for one request: `X-Lochan-Fault: 503`. By environment, for the nth request (from 1)
of an endpoint since the server's start: `X_API_FAULTS=search_recent:2:truncated,users:1:503`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from lochan.x_api.endpoints import BY_NAME

HEADER = "x-lochan-fault"


class Fault(Enum):
    """What goes wrong."""

    INTERNAL_ERROR = "500"
    UNAVAILABLE = "503"
    TOO_MANY_REQUESTS = "429"
    TRUNCATED = "truncated"  # the connection ends in the middle of the body
    NOT_JSON = "not-json"  # 200 with the page of some proxy
    SLOW = "slow"  # the right answer, late


@dataclass(frozen=True)
class PlannedFault:
    """A fault of the nth request of an endpoint."""

    endpoint: str
    nth: int
    fault: Fault


class Faults:
    """Says for each request whether, and how, it goes wrong."""

    def __init__(self, planned: Iterable[PlannedFault] = ()) -> None:
        self._planned = {(plan.endpoint, plan.nth): plan.fault for plan in planned}
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def next_fault(self, endpoint: str, ordered: str | None) -> Fault | None:
        """The fault of this request; `ordered` is the header's value."""
        with self._lock:
            self._seen[endpoint] += 1
            nth = self._seen[endpoint]
        if ordered is not None:
            return Fault(ordered)
        return self._planned.get((endpoint, nth))


def parse_faults(text: str) -> tuple[PlannedFault, ...]:
    """Read X_API_FAULTS."""
    return tuple(_parse_fault(part.strip()) for part in text.split(",") if part.strip())


def _parse_fault(part: str) -> PlannedFault:
    kinds = [fault.value for fault in Fault]
    endpoint, _, rest = part.partition(":")
    nth, _, kind = rest.partition(":")
    if endpoint not in BY_NAME or not nth.isdigit() or kind not in kinds:
        raise ValueError(
            f"X_API_FAULTS has {part!r}: write <endpoint>:<number of the request>:<fault>, with an "
            f"endpoint out of {', '.join(BY_NAME)} and a fault out of {', '.join(kinds)}."
        )
    return PlannedFault(endpoint, int(nth), Fault(kind))

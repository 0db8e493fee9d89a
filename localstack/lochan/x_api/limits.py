"""Rate limits: so many requests for each token and endpoint until the window resets.

https://docs.x.com/x-api/fundamentals/rate-limits
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lochan.x_api.endpoints import BY_NAME, Endpoint

WINDOW_SECONDS = 900


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit after a request, and whether that request may pass."""

    granted: bool
    limit: int
    remaining: int
    reset: int  # Unix seconds

    @property
    def headers(self) -> dict[str, str]:
        """The three headers that X sends with every answer."""
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(self.remaining),
            "x-rate-limit-reset": str(self.reset),
        }


@dataclass
class _Window:
    reset: float
    used: int = 0


class RateLimits:
    """Counts requests; a window opens with its first request and closes `seconds` later."""

    def __init__(
        self,
        limits: Mapping[str, int],
        *,
        clock: Callable[[], float],
        seconds: int = WINDOW_SECONDS,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._seconds = seconds
        self._windows: dict[tuple[str, str, int], _Window] = {}
        self._lock = threading.Lock()

    def take(self, token: str, endpoint: Endpoint) -> Allowance:
        """Count one request of a token, against both limits where there is one per second."""
        overridden = endpoint.name in self._limits
        limit = self._limits.get(endpoint.name, endpoint.limit)
        with self._lock:
            allowance = self._count(token, endpoint.name, limit, self._seconds)
            if allowance.granted and endpoint.burst and not overridden:
                burst = self._count(token, endpoint.name, endpoint.burst, 1)
                return allowance if burst.granted else burst
            return allowance

    def _count(self, token: str, name: str, limit: int, seconds: int) -> Allowance:
        now = self._clock()
        key = (token, name, seconds)
        window = self._windows.get(key)
        if window is None or now >= window.reset:
            window = self._windows[key] = _Window(now + seconds)
        granted = window.used < limit
        window.used += granted
        # Rounded up: whoever waits until then finds the window open.
        return Allowance(granted, limit, limit - window.used, math.ceil(window.reset))


def parse_limits(text: str) -> dict[str, int]:
    """Read `search_recent=100000,followers=15`; `*` stands for every endpoint not named."""
    limits: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        if (name != "*" and name not in BY_NAME) or not value.isdigit():
            known = ", ".join(("*", *BY_NAME))
            raise ValueError(
                f"X_API_LIMITS has {part!r}: write <endpoint>=<requests in a window>, separated by "
                f"commas, with an endpoint out of {known}."
            )
        limits[name] = int(value)
    everything = limits.pop("*", None)
    return limits if everything is None else dict.fromkeys(BY_NAME, everything) | limits

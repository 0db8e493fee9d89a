"""Starts what is due by the clock: scheduled triggers and crawlers, minute by minute.

After a time in which the machine slept, what was due meanwhile is started once.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from lochan.glue.api import crawler_schedules, firing
from lochan.glue.api.state import Accounts, utc_now

_LOG = logging.getLogger(__name__)
_MINUTE_SECONDS = 60


class Scheduler:
    """One thread for all accounts; it ends with `close`."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        now: Callable[[], datetime] = utc_now,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Take a clock, and how to wait some seconds, which tells whether to end."""
        self._accounts = accounts
        self._now = now
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait

    def start(self) -> None:
        """Begin to watch the clock; returns at once."""
        threading.Thread(target=self.run, name="glue-scheduler", daemon=True).start()

    def close(self) -> None:
        """Start nothing any more."""
        self._closed.set()

    def run(self) -> None:
        """Start what is due at the beginning of each minute, until closed."""
        last = self._now()
        while not self._wait(_seconds_to_next_minute(self._now())):
            current = self._now()
            self.start_due(last, current)
            last = max(last, current)

    def start_due(self, after: datetime, until: datetime) -> None:
        """Start what was due after a moment and until another, in every account."""
        for state in self._accounts.all():
            for start in (firing.fire_scheduled, crawler_schedules.start_due):
                try:
                    with state.lock:
                        start(state, after, until)
                except Exception:  # what is due next must not suffer from it
                    _LOG.exception("Schedules of account %s failed.", state.account)


def _seconds_to_next_minute(moment: datetime) -> float:
    return _MINUTE_SECONDS - moment.second - moment.microsecond / 1e6

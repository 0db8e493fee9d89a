"""Keeps Glue's state and the worker in step: one thread sends orders, one follows events.

Theory of operation. Handlers put orders into a queue and return at once, so that a worker that
is slow or away never holds up the API. Before a run is sent, it is marked with the worker's
instance; when events come from another instance, the worker was restarted, and what was given to
the old one is lost and fails. So it does when the worker has been away for a while.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lochan.glue.api.inbox import Inbox
from lochan.glue.api.worker_client import WorkerClient, WorkerRefused, WorkerUnreachable

_LOG = logging.getLogger(__name__)
_WAIT_SECONDS = 20


@dataclass(frozen=True)
class _Order:
    kind: str
    id: str
    send: Callable[[], None]
    is_start: bool


class WorkerLink:
    """Implements `state.Worker`; threads begin with the first order and end with `close`."""

    def __init__(
        self,
        client: WorkerClient,
        inbox: Inbox,
        *,
        patience_seconds: float = 10,
        pause_seconds: float = 0.5,
    ) -> None:
        self._client = client
        self._inbox = inbox
        self._patience_seconds = patience_seconds
        self._pause_seconds = pause_seconds
        self._orders: queue.Queue[_Order] = queue.Queue()
        self._lock = threading.Lock()
        self._is_started = False
        self._closed = threading.Event()

    def start_run(self, run_id: str, description: Mapping[str, Any]) -> None:
        """Run a job."""
        self._put(_Order("run", run_id, lambda: self._client.start_run(description), True))

    def stop_run(self, run_id: str) -> None:
        """Stop a run."""
        self._put(_Order("run", run_id, lambda: self._client.stop_run(run_id), False))

    def start_crawl(self, crawl_id: str, description: Mapping[str, Any]) -> None:
        """Run a crawler."""
        send = lambda: self._client.start_crawl(crawl_id, description)  # noqa: E731
        self._put(_Order("crawl", crawl_id, send, True))

    def stop_crawl(self, crawl_id: str) -> None:
        """Stop a crawl."""
        self._put(_Order("crawl", crawl_id, lambda: self._client.stop_crawl(crawl_id), False))

    def close(self) -> None:
        """Let the threads end; what was not sent stays unsent."""
        self._closed.set()

    def _put(self, order: _Order) -> None:
        with self._lock:
            if not self._is_started:
                self._is_started = True
                for name, body in (("orders", self._send_orders), ("events", self._follow_events)):
                    threading.Thread(target=body, name=f"glue-worker-{name}", daemon=True).start()
        self._orders.put(order)

    def _send_orders(self) -> None:
        while not self._closed.is_set():
            try:
                order = self._orders.get(timeout=self._pause_seconds)
            except queue.Empty:
                continue
            self._send(order)

    def _send(self, order: _Order) -> None:
        try:
            if order.is_start:
                instance = self._client.identify_instance()
                self._inbox.mark_sent(order.kind, order.id, instance)
            order.send()
        except (WorkerUnreachable, WorkerRefused) as error:
            _LOG.warning("%s", error)
            if order.is_start:  # what cannot be stopped was over, or its end is yet to be heard of
                self._inbox.fail(order.kind, order.id, str(error))

    def _follow_events(self) -> None:
        instance, after, away_since = "", 0, None
        while not self._closed.is_set():
            try:
                page = self._client.fetch_events(after, _WAIT_SECONDS)
            except (WorkerUnreachable, WorkerRefused) as error:
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > self._patience_seconds:
                    self._inbox.fail_all_sent(str(error))
                self._closed.wait(self._pause_seconds)
                continue
            away_since = None
            if page.instance != instance:
                instance, after = page.instance, 0
                self._inbox.fail_all_sent(self._describe_restart(), except_instance=instance)
                continue
            for event in page.events:
                self._inbox.apply(event)
                after = event.sequence

    def _describe_restart(self) -> str:
        return (
            f"The Glue worker at {self._client.url} was restarted while this was in progress, and"
            " nothing of it goes on: start it again."
        )

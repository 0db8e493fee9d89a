"""Brings news of the worker to the account and region that it concerns."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from lochan.glue.api import crawls, firing, job_runs
from lochan.glue.api.state import Accounts, GlueState
from lochan.glue.api.worker_events import WorkerEvent

_APPLY: Mapping[str, Callable[[GlueState, WorkerEvent], None]] = {
    "run": job_runs.apply,
    "crawl": crawls.apply,
}


class Inbox:
    """Runs and crawls have ids that are unique among all accounts, so every state is asked."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def apply(self, event: WorkerEvent) -> None:
        """Follow one event; ids that no state knows are those of a LocalStack before this one."""
        for state in self._accounts.all():
            with state.lock:
                _follow(state, event)

    def mark_sent(self, kind: str, id: str, instance: str) -> None:
        """Record which worker process is given a run or crawl."""
        for state in self._accounts.all():
            with state.lock:
                if kind == "run" and id in state.runs:
                    state.runs[id] = replace(state.runs[id], worker_instance=instance)
                elif kind == "crawl" and id in state.crawls:
                    state.crawls[id] = replace(state.crawls[id], worker_instance=instance)

    def fail(self, kind: str, id: str, sentence: str) -> None:
        """End a run or crawl that the worker did not take, with the reason."""
        for state in self._accounts.all():
            with state.lock:
                now = state.now()
                _follow(state, WorkerEvent(kind, id, "FAILED", completed=now, error=sentence))

    def fail_all_sent(self, sentence: str, *, except_instance: str | None = None) -> None:
        """End everything that was given to a worker, or to a worker other than this instance."""
        spared = (None, except_instance)
        for state in self._accounts.all():
            with state.lock:
                lost = [
                    (kind, item.id)
                    for kind, items in (("run", state.runs), ("crawl", state.crawls))
                    for item in items.values()
                    if item.is_active and item.worker_instance not in spared
                ]
            for kind, id in lost:
                self.fail(kind, id, sentence)


def _follow(state: GlueState, event: WorkerEvent) -> None:
    _APPLY[event.kind](state, event)
    firing.fire_conditional(state, event.id)

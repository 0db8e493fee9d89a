"""Chains that run inside Glue: a trigger starts a crawler, a crawl that succeeds starts a job.

Nothing of a flow run travels along a chain: StartTrigger takes a name and no arguments. So a run is
known by the trigger that started it and by not having been there before, and what it has to work
on, and for whom, it finds by itself.
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html (TriggerName)
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.glue import (
    ACTIVE_STATES,
    GlueFailure,
    JobRun,
    Patience,
    Sleep,
    Waits,
    await_run,
    describe_run,
    stop_crawler,
    stop_job_run,
)
from tasks.logs import announce_glue_run

# How long a conditional trigger may take to start its job after the crawl.
START_SECONDS = 120.0


@dataclass(frozen=True)
class TriggerChain:
    """The on-demand trigger, the crawler that it starts, the conditional trigger, its job."""

    trigger_name: str
    crawler_name: str
    job_trigger_name: str
    job_name: str


def run_chain(
    glue: Any,
    chain: TriggerChain,
    *,
    patience: Patience | None = None,
    sleep: Sleep = time.sleep,
) -> JobRun:
    """Start a chain, or take up the one that runs, and wait until its job has succeeded.

    Raises GlueFailure where the crawl or the run ends badly, or the deadline passes. Whatever
    interrupts the wait (cancellation, Ctrl-C, the deadline) stops the crawl and the run.
    """
    waits = Waits(patience or Patience(), time.monotonic())
    following = _Following(glue, chain, waits, sleep, seen=frozenset(_list_runs(glue, chain)))
    try:
        run_id = following.find_active() or following.start()
        announce_glue_run(chain.job_name, run_id)
        run = await_run(glue, chain.job_name, run_id, waits, sleep)
    except BaseException:
        following.stop()
        raise
    return describe_run(chain.job_name, run)


@dataclass(frozen=True)
class _Following:
    """One wait for a chain; `seen` are the runs that its trigger had started before."""

    glue: Any
    chain: TriggerChain
    waits: Waits
    sleep: Sleep
    seen: frozenset[str]

    def find_active(self) -> str | None:
        """Return the run of the chain that is going, if there is one."""
        runs = _list_runs(self.glue, self.chain)
        return next((run for run, state in runs.items() if state in ACTIVE_STATES), None)

    def start(self) -> str:
        """Start the chain, unless its crawler runs already, and return the job run's id."""
        before = self._crawler()
        if before["State"] == "READY":
            self.glue.start_trigger(Name=self.chain.trigger_name)
        self._await_crawl(before)
        return self._await_start()

    def stop(self) -> None:
        """Stop what the chain has going; what Glue starts even later, the next wait takes up."""
        stop_crawler(self.glue, self.chain.crawler_name)
        waits = Waits(Patience(deadline_seconds=START_SECONDS), time.monotonic())
        while self._crawler()["State"] != "READY":
            self.sleep(waits.next(f"Stopping the crawler {self.chain.crawler_name}"))
        for run_id, state in _list_runs(self.glue, self.chain).items():
            if state in ACTIVE_STATES:
                stop_job_run(self.glue, self.chain.job_name, run_id)

    def _crawler(self) -> Mapping[str, Any]:
        crawler: Mapping[str, Any] = self.glue.get_crawler(Name=self.chain.crawler_name)["Crawler"]
        return crawler

    def _await_crawl(self, before: Mapping[str, Any]) -> None:
        known = before.get("LastCrawl", {}).get("StartTime") if before["State"] == "READY" else None
        while True:
            crawler = self._crawler()
            last = crawler.get("LastCrawl", {})
            if crawler["State"] == "READY" and last.get("StartTime") not in (None, known):
                break
            self.sleep(self.waits.next(f"The crawler {self.chain.crawler_name}"))
        if last.get("Status") != "SUCCEEDED":
            reason = last.get("ErrorMessage") or "Glue gives no reason"
            raise GlueFailure(
                f"The crawler {self.chain.crawler_name} ended {last.get('Status')}: {reason}."
            )

    def _await_start(self) -> str:
        began = time.monotonic()
        while True:
            new = [run for run in _list_runs(self.glue, self.chain) if run not in self.seen]
            if new:
                return new[0]
            if time.monotonic() - began >= START_SECONDS:
                raise GlueFailure(
                    f"The trigger {self.chain.job_trigger_name} started no run of the job "
                    f"{self.chain.job_name} after the crawl of {self.chain.crawler_name}. Look "
                    "whether it is activated, and whether the job is at its limit of runs."
                )
            self.sleep(self.waits.next(f"The trigger {self.chain.job_trigger_name}"))


def _list_runs(glue: Any, chain: TriggerChain) -> dict[str, str]:
    """List the states of the runs that the chain's trigger started, newest first."""
    return {
        str(run["Id"]): str(run["JobRunState"])
        for page in glue.get_paginator("get_job_runs").paginate(JobName=chain.job_name)
        for run in page["JobRuns"]
        if run.get("TriggerName") == chain.job_trigger_name
    }

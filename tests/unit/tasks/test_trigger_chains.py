from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tasks.glue import GlueFailure, JobRun, Patience
from tasks.trigger_chains import TriggerChain, run_chain

CHAIN = TriggerChain("crawl-books", "export", "model-books", "model")


def run_of(run_id: str, state: str, trigger: str = "model-books") -> dict[str, Any]:
    return {"Id": run_id, "JobRunState": state, "TriggerName": trigger, "ExecutionTime": 7}


@dataclass
class Glue:
    """Answers as Glue does: each look at the crawler or at a run brings it a step further.

    `crawl` are the states that a started crawl goes through, the last its status; `run` those of
    the run that the conditional trigger starts where the crawl succeeded.
    """

    crawl: list[str] = field(default_factory=lambda: ["RUNNING", "STOPPING", "SUCCEEDED"])
    run: list[str] = field(default_factory=lambda: ["RUNNING", "SUCCEEDED"])
    runs: list[dict[str, Any]] = field(default_factory=list)
    going: bool = False
    crawls: int = 1
    last: str = "SUCCEEDED"
    started: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def get_crawler(self, Name: str) -> dict[str, Any]:
        assert Name == "export"
        if self.going and self.crawl[1:]:
            return self._crawler(self.crawl.pop(0))
        if self.going:
            self._end(self.crawl[0])
        return self._crawler("READY")

    def start_trigger(self, Name: str) -> None:
        self.started.append(Name)
        self.going = True

    def stop_crawler(self, Name: str) -> None:
        self.stopped.append(Name)
        self.crawl = ["CANCELLED"]

    def get_paginator(self, name: str) -> Glue:
        assert name == "get_job_runs"
        return self

    def paginate(self, JobName: str) -> list[dict[str, Any]]:
        return [{"JobRuns": [dict(run) for run in self.runs]}]

    def get_job_run(self, JobName: str, RunId: str) -> dict[str, Any]:
        found = next(run for run in self.runs if run["Id"] == RunId)
        if self.run:
            found["JobRunState"] = self.run.pop(0)
        return {"JobRun": dict(found)}

    def batch_stop_job_run(self, JobName: str, JobRunIds: list[str]) -> None:
        self.stopped += JobRunIds

    def _crawler(self, state: str) -> dict[str, Any]:
        return {
            "Crawler": {
                "State": state,
                "LastCrawl": {"Status": self.last, "StartTime": self.crawls},
            }
        }

    def _end(self, status: str) -> None:
        self.going, self.crawls, self.last = False, self.crawls + 1, status
        if status == "SUCCEEDED" and self.run:
            self.runs.insert(0, run_of("jr_new", "STARTING"))


def follow(glue: Glue, **options: Any) -> JobRun:
    return run_chain(glue, CHAIN, sleep=options.pop("sleep", lambda _: None), **options)


def test_the_run_that_the_chain_started_is_waited_for() -> None:
    glue = Glue(runs=[run_of("jr_old", "SUCCEEDED"), run_of("jr_hand", "RUNNING", "by-hand")])
    run = follow(glue)
    assert (run.run_id, run.state, run.execution_seconds) == ("jr_new", "SUCCEEDED", 7)
    assert glue.started == ["crawl-books"]
    assert glue.stopped == []


def test_a_run_of_the_chain_that_is_going_is_taken_up() -> None:
    glue = Glue(runs=[run_of("jr_other", "RUNNING")])
    assert follow(glue).run_id == "jr_other"
    assert glue.started == []


def test_a_crawl_that_is_going_is_taken_up() -> None:
    glue = Glue(going=True)
    assert follow(glue).run_id == "jr_new"
    assert glue.started == []


def test_a_crawl_that_fails_is_told_and_no_run_is_waited_for() -> None:
    glue = Glue(crawl=["RUNNING", "FAILED"])
    with pytest.raises(GlueFailure, match="The crawler export ended FAILED"):
        follow(glue)


def test_a_run_that_fails_is_told() -> None:
    with pytest.raises(GlueFailure, match="The run jr_new of job model ended FAILED"):
        follow(Glue(run=["RUNNING", "FAILED"]))


def test_a_trigger_that_starts_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.trigger_chains.START_SECONDS", 0.0)
    with pytest.raises(GlueFailure, match="The trigger model-books started no run"):
        follow(Glue(run=[]))


class Canceled(BaseException):
    """The flow is ended."""


@pytest.mark.parametrize(
    ("glue", "stopped"),
    [
        (Glue(crawl=["RUNNING"] * 9 + ["SUCCEEDED"]), ["export"]),
        (Glue(runs=[run_of("jr_other", "RUNNING")], run=["RUNNING"] * 9), ["export", "jr_other"]),
    ],
)
def test_whoever_stops_waiting_stops_the_crawl_and_the_run(glue: Glue, stopped: list[str]) -> None:
    def cancel(_: float) -> None:
        raise Canceled

    with pytest.raises(Canceled):
        follow(glue, sleep=cancel)
    assert glue.stopped == stopped


def test_the_deadline_stops_the_run() -> None:
    glue = Glue(runs=[run_of("jr_other", "RUNNING")], run=["RUNNING"] * 9)
    with pytest.raises(GlueFailure, match="The run jr_other of job model was not done"):
        follow(glue, patience=Patience(deadline_seconds=0))
    assert "jr_other" in glue.stopped

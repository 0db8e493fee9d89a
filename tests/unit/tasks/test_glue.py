from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tasks.glue import Crawl, GlueFailure, JobRun, Patience, run_crawler, run_job


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "operation")


class Glue:
    """Answers as Glue does, from a list of states that the run goes through."""

    def __init__(
        self, states: list[str], *, runs: list[dict[str, Any]] | None = None, busy: int = 0
    ):
        self.states = states
        self.runs = runs or []
        self.busy = busy
        self.started: list[dict[str, str]] = []
        self.stopped: list[str] = []

    def get_paginator(self, name: str) -> Glue:
        assert name == "get_job_runs"
        return self

    def paginate(self, JobName: str) -> list[dict[str, Any]]:
        return [{"JobRuns": self.runs}]

    def start_job_run(self, JobName: str, Arguments: dict[str, str]) -> dict[str, str]:
        if self.busy:
            self.busy -= 1
            raise error("ConcurrentRunsExceededException")
        self.started.append(Arguments)
        return {"JobRunId": "jr_1"}

    def get_job_run(self, JobName: str, RunId: str) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {
            "JobRun": {
                "Id": RunId,
                "JobRunState": state,
                "ExecutionTime": 7,
                "DPUSeconds": 14.0,
                "ErrorMessage": "ValueError: no" if state == "FAILED" else "",
            }
        }

    def batch_stop_job_run(self, JobName: str, JobRunIds: list[str]) -> None:
        self.stopped += JobRunIds


def run(glue: Glue, **changes: Any) -> JobRun:
    options = {
        "job_name": "job",
        "arguments": {"--a": "1"},
        "idempotency_key": "key",
        "sleep": lambda seconds: None,
    }
    return run_job(glue, **{**options, **changes})


def test_run_job_waits_for_success_and_tells_its_cost() -> None:
    glue = Glue(["STARTING", "RUNNING", "SUCCEEDED"])
    assert run(glue) == JobRun("job", "jr_1", "SUCCEEDED", 7, 14.0, "/aws-glue/jobs")
    assert glue.started == [{"--a": "1", "--idempotency_key": "key"}]
    assert glue.stopped == []


@pytest.mark.parametrize("state", ["STOPPED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"])
def test_run_job_raises_on_every_bad_end(state: str) -> None:
    with pytest.raises(GlueFailure, match=f"The run jr_1 of job job ended {state}: "):
        run(Glue([state]))


def test_run_job_tells_the_reason_and_the_log() -> None:
    with pytest.raises(
        GlueFailure, match=r"ValueError: no \(log group /aws-glue/jobs/error, log stream jr_1\)"
    ):
        run(Glue(["FAILED"]))


def test_run_job_takes_up_the_run_that_its_key_started() -> None:
    earlier = {"Id": "jr_0", "JobRunState": "RUNNING", "Arguments": {"--idempotency_key": "key"}}
    glue = Glue(["SUCCEEDED"], runs=[earlier])
    assert run(glue).run_id == "jr_0"
    assert glue.started == []


def test_run_job_starts_again_after_a_failed_run_of_the_same_key() -> None:
    earlier = {"Id": "jr_0", "JobRunState": "FAILED", "Arguments": {"--idempotency_key": "key"}}
    assert run(Glue(["SUCCEEDED"], runs=[earlier])).run_id == "jr_1"


def test_run_job_waits_while_too_many_runs_are_on() -> None:
    assert run(Glue(["SUCCEEDED"], busy=2)).run_id == "jr_1"


def test_run_job_stops_the_run_at_its_deadline() -> None:
    glue = Glue(["RUNNING"])
    with pytest.raises(GlueFailure, match="was not done at its deadline"):
        run(glue, patience=Patience(deadline_seconds=0))
    assert glue.stopped == ["jr_1"]


def test_run_job_stops_the_run_when_it_is_interrupted() -> None:
    glue = Glue(["RUNNING"])

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(glue, sleep=interrupt)
    assert glue.stopped == ["jr_1"]


class Crawler:
    """Answers as a crawler does, through the given states to its last crawl."""

    def __init__(self, states: list[str], last: dict[str, str], busy: int = 0):
        self.states, self.last, self.busy, self.stops = states, last, busy, 0

    def start_crawler(self, Name: str) -> None:
        if self.busy:
            self.busy -= 1
            raise error("CrawlerRunningException")

    def get_crawler(self, Name: str) -> dict[str, Any]:
        return {"Crawler": {"State": self.states.pop(0), "LastCrawl": self.last}}

    def stop_crawler(self, Name: str) -> None:
        self.stops += 1
        raise error("CrawlerNotRunningException")


SUCCESS = {"Status": "SUCCEEDED", "LogGroup": "/aws-glue/crawlers", "LogStream": "c"}


def test_run_crawler_waits_until_it_is_ready_again() -> None:
    crawler = Crawler(["RUNNING", "STOPPING", "READY"], SUCCESS, busy=1)
    done = run_crawler(crawler, crawler_name="c", sleep=lambda seconds: None)
    assert done == Crawl("c", "SUCCEEDED", "/aws-glue/crawlers", "c")


def test_run_crawler_raises_with_the_crawls_reason() -> None:
    crawler = Crawler(["READY"], {"Status": "FAILED", "ErrorMessage": "no such bucket"})
    with pytest.raises(GlueFailure, match="The crawler c ended FAILED: no such bucket"):
        run_crawler(crawler, crawler_name="c", sleep=lambda seconds: None)


def test_run_crawler_stops_the_crawl_when_it_is_interrupted() -> None:
    crawler = Crawler(["RUNNING"], SUCCESS)

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_crawler(crawler, crawler_name="c", sleep=interrupt)
    assert crawler.stops == 1

"""Schedules of triggers and crawlers, by a clock that the test turns."""

from datetime import UTC, datetime, timedelta

import pytest

from lochan.glue.api.errors import (
    InvalidInputException,
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from lochan.glue.api.scheduler import Scheduler

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAILY = "cron(15 12 * * ? *)"


class Clock:
    """A clock that runs by waiting only, until its last moment."""

    def __init__(self, moment, last):
        self.moment, self.last, self.waited = moment, last, []

    def now(self):
        return self.moment

    def wait(self, seconds):
        self.waited.append(seconds)
        self.moment += timedelta(seconds=seconds)
        return self.moment > self.last


@pytest.fixture
def clock(state):
    return Clock(NOON, NOON + timedelta(minutes=30))


@pytest.fixture
def run_clock(service, state, clock):
    """Let the clock run to a moment, and start what is due meanwhile."""
    state.now = clock.now
    scheduler = Scheduler(service.accounts, now=clock.now, wait=clock.wait)

    def run(**until):
        clock.last = NOON + timedelta(**until)
        scheduler.run()

    return run


@pytest.fixture
def nightly(call, job):
    call(
        "CreateTrigger",
        Name="nightly",
        Type="SCHEDULED",
        Schedule=DAILY,
        Actions=[{"JobName": job, "Arguments": {"--day": "x"}}],
        StartOnCreation=True,
    )
    return "nightly"


@pytest.fixture
def schedule(call, crawler):
    call("UpdateCrawler", Name=crawler, Schedule=DAILY)
    return crawler


def read_schedule(call, name):
    return call("GetCrawler", Name=name)["Crawler"].get("Schedule")


def test_trigger_does_not_fire_before_it_is_due(run_clock, nightly, worker):
    run_clock(minutes=14)
    assert worker.started_runs == {}


def test_trigger_fires_when_it_is_due_and_once(run_clock, call, nightly, job):
    run_clock(minutes=40)
    (run,) = call("GetJobRuns", JobName=job)["JobRuns"]
    assert (run["TriggerName"], run["Arguments"]) == (nightly, {"--day": "x"})
    assert run["StartedOn"] == NOON + timedelta(minutes=15)


def test_clock_is_read_at_the_beginning_of_each_minute(run_clock, clock):
    clock.moment = NOON + timedelta(seconds=20, milliseconds=500)
    run_clock(minutes=2)
    assert clock.waited == [39.5, 60, 60]


def test_what_was_due_while_the_machine_slept_starts_once(service, call, nightly, job, clock):
    scheduler = Scheduler(service.accounts)
    scheduler.start_due(NOON, NOON + timedelta(days=3))
    assert len(call("GetJobRuns", JobName=job)["JobRuns"]) == 1


def test_trigger_that_is_stopped_does_not_fire(run_clock, call, nightly, worker):
    call("StopTrigger", Name=nightly)
    run_clock(minutes=30)
    assert worker.started_runs == {}


def test_trigger_is_due_only_after_its_activation(service, call, job, worker, state):
    state.now = lambda: NOON + timedelta(minutes=20)
    call(
        "CreateTrigger",
        Name="late",
        Type="SCHEDULED",
        Schedule=DAILY,
        Actions=[{"JobName": job}],
        StartOnCreation=True,
    )
    Scheduler(service.accounts).start_due(NOON, NOON + timedelta(minutes=30))
    assert worker.started_runs == {}


def test_job_that_is_still_busy_is_seen_as_a_failed_run(run_clock, call, nightly, job):
    call("StartJobRun", JobName=job)
    run_clock(minutes=30)
    refused, _ = call("GetJobRuns", JobName=job)["JobRuns"]
    assert refused["JobRunState"] == "FAILED"
    assert "nightly could not start this: ConcurrentRunsExceeded" in refused["ErrorMessage"]


def test_crawler_starts_when_it_is_due(run_clock, call, schedule, worker):
    assert read_schedule(call, schedule) == {"ScheduleExpression": DAILY, "State": "SCHEDULED"}
    run_clock(minutes=30)
    assert len(worker.started_crawls) == 1


def test_crawler_with_a_schedule_from_the_start(call):
    targets = {"S3Targets": [{"Path": "s3://b/"}]}
    call("CreateCrawler", Name="c", Role="r", Targets=targets, Schedule=DAILY)
    assert read_schedule(call, "c") == {"ScheduleExpression": DAILY, "State": "SCHEDULED"}
    with pytest.raises(InvalidInputException, match="'often' is not valid"):
        call("CreateCrawler", Name="d", Role="r", Targets=targets, Schedule="often")
    assert call("ListCrawlers")["CrawlerNames"] == ["c"]


def test_schedule_that_is_stopped_starts_nothing_until_started_again(
    run_clock, call, schedule, worker
):
    call("StopCrawlerSchedule", CrawlerName=schedule)
    assert read_schedule(call, schedule)["State"] == "NOT_SCHEDULED"
    run_clock(minutes=30)
    assert worker.started_crawls == {}
    call("UpdateCrawlerSchedule", CrawlerName=schedule, Schedule="cron(45 12 * * ? *)")
    assert read_schedule(call, schedule)["State"] == "NOT_SCHEDULED"
    call("StartCrawlerSchedule", CrawlerName=schedule)
    run_clock(minutes=50)
    assert len(worker.started_crawls) == 1


def test_schedule_is_taken_away(run_clock, call, schedule, worker):
    call("UpdateCrawlerSchedule", CrawlerName=schedule)
    assert read_schedule(call, schedule) is None
    run_clock(minutes=30)
    assert worker.started_crawls == {}


def test_update_of_a_crawler_keeps_its_schedule(call, schedule):
    call("UpdateCrawler", Name=schedule, TablePrefix="raw_")
    assert read_schedule(call, schedule)["ScheduleExpression"] == DAILY


def test_crawl_that_was_not_started_says_why(run_clock, call, schedule):
    call("StartCrawler", Name=schedule)
    run_clock(minutes=30)
    refused, _ = call("ListCrawls", CrawlerName=schedule)["Crawls"]
    assert refused["ErrorMessage"].startswith("The crawl due at 2026-11-20 12:15 UTC was not")


def test_schedule_in_a_state_that_does_not_allow_it(call, crawler):
    with pytest.raises(NoScheduleException, match="no schedule"):
        call("StartCrawlerSchedule", CrawlerName=crawler)
    with pytest.raises(SchedulerNotRunningException, match="not in force"):
        call("StopCrawlerSchedule", CrawlerName=crawler)
    call("UpdateCrawlerSchedule", CrawlerName=crawler, Schedule=DAILY)
    with pytest.raises(SchedulerRunningException, match="in force already"):
        call("StartCrawlerSchedule", CrawlerName=crawler)

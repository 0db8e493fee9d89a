import json
from datetime import timedelta

import pytest

from lochan.glue.api import crawls
from lochan.glue.api.errors import (
    CrawlerNotRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.worker_events import WorkerEvent


@pytest.fixture
def crawl(call, state, crawler):
    """Run the crawler once; `end` is its last state."""

    def run(end="COMPLETED", seconds=4, **members):
        call("StartCrawler", Name=crawler)
        active = crawls.find_active(state, crawler)
        completed = active.started + timedelta(seconds=seconds)
        event = WorkerEvent("crawl", active.id, end, completed=completed, **members)
        crawls.apply(state, event)
        return active.id

    return run


def list_crawls(call, *filters):
    wanted = [
        {"FieldName": name, "FilterOperator": sign, "FieldValue": text}
        for name, sign, text in filters
    ]
    answer = call("ListCrawls", CrawlerName="landing", Filters=wanted)
    return [found["CrawlId"] for found in answer["Crawls"]]


def test_history_is_listed_newest_first(call, crawl):
    first, second = crawl(), crawl(end="FAILED", error="no such bucket")
    newest, oldest = call("ListCrawls", CrawlerName="landing")["Crawls"]
    assert (newest["CrawlId"], oldest["CrawlId"]) == (second, first)
    assert (newest["State"], newest["ErrorMessage"]) == ("FAILED", "no such bucket")
    assert oldest["State"] == "COMPLETED"
    assert (oldest["EndTime"] - oldest["StartTime"]).total_seconds() == 4


def test_history_tells_what_changed(call, crawl):
    crawl(changes={"tables_created": 2, "tables_updated": 0, "partitions_created": 7})
    (found,) = call("ListCrawls", CrawlerName="landing")["Crawls"]
    summary = {kind: json.loads(text) for kind, text in json.loads(found["Summary"]).items()}
    assert summary == {"TABLE": {"CREATED": {"Count": 2}}, "PARTITION": {"CREATED": {"Count": 7}}}


def test_history_is_filtered(call, crawl):
    first, second = crawl(), crawl(end="FAILED")
    assert list_crawls(call, ("STATE", "EQ", "FAILED")) == [second]
    assert list_crawls(call, ("STATE", "NE", "FAILED")) == [first]
    assert list_crawls(call, ("CRAWL_ID", "EQ", first)) == [first]
    # Both began at 2026-11-20T12:00:00Z by the clock of the tests.
    assert list_crawls(call, ("START_TIME", "GE", "1795176000000")) == [second, first]
    assert list_crawls(call, ("START_TIME", "GT", "1795176000000")) == []
    assert list_crawls(call, ("END_TIME", "LE", "1795176004000")) == [second, first]


@pytest.mark.parametrize("name", ["START_TIME", "DPU_HOUR"])
def test_filter_that_is_no_number(call, crawl, name):
    crawl()
    with pytest.raises(InvalidInputException, match="'yesterday' is not a number"):
        list_crawls(call, (name, "GT", "yesterday"))


def test_history_of_a_missing_crawler(call):
    with pytest.raises(EntityNotFoundException, match="Crawler ghost"):
        call("ListCrawls", CrawlerName="ghost")


def test_failed_crawl_is_the_last_crawl(call, crawl):
    crawl(end="FAILED", error="no such bucket")
    last = call("GetCrawler", Name="landing")["Crawler"]["LastCrawl"]
    assert (last["Status"], last["ErrorMessage"]) == ("FAILED", "no such bucket")


def test_stop_asks_the_worker_and_cancels(call, state, crawler, worker):
    call("StartCrawler", Name=crawler)
    (crawl_id,) = worker.started_crawls
    call("StopCrawler", Name=crawler)
    assert worker.stopped_crawls == [crawl_id]
    assert call("GetCrawler", Name=crawler)["Crawler"]["State"] == "STOPPING"
    with pytest.raises(CrawlerStoppingException):
        call("StopCrawler", Name=crawler)
    crawls.apply(state, WorkerEvent("crawl", crawl_id, "RUNNING"))  # sent before it heard
    assert call("GetCrawler", Name=crawler)["Crawler"]["State"] == "STOPPING"
    crawls.apply(state, WorkerEvent("crawl", crawl_id, "STOPPED"))
    crawler = call("GetCrawler", Name=crawler)["Crawler"]
    assert (crawler["State"], crawler["LastCrawl"]["Status"]) == ("READY", "CANCELLED")


def test_stop_of_a_crawler_that_is_not_running(call, crawler):
    with pytest.raises(CrawlerNotRunningException, match="isn't running"):
        call("StopCrawler", Name=crawler)


def test_elapsed_time_of_a_running_crawler(call, state, crawler):
    call("StartCrawler", Name=crawler)
    began = state.now()
    state.now = lambda: began + timedelta(seconds=90)
    assert call("GetCrawler", Name=crawler)["Crawler"]["CrawlElapsedTime"] == 90_000


def test_metrics(call, crawl):
    for seconds in (2, 4, 10):
        crawl(seconds=seconds, changes={"tables_created": 1, "tables_updated": 3})
    (metrics,) = call("GetCrawlerMetrics", CrawlerNameList=["landing"])["CrawlerMetricsList"]
    assert metrics == {
        "CrawlerName": "landing",
        "TimeLeftSeconds": 0.0,
        "StillEstimating": False,
        "LastRuntimeSeconds": 10.0,
        "MedianRuntimeSeconds": 4.0,
        "TablesCreated": 1,
        "TablesUpdated": 3,
        "TablesDeleted": 0,
    }

import pytest

from lochan.glue.api import crawls
from lochan.glue.api.errors import (
    AlreadyExistsException,
    CrawlerRunningException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.worker_events import WorkerEvent

TARGETS = {"S3Targets": [{"Path": "s3://bucket/landing/"}]}


def read(call, name="landing"):
    return call("GetCrawler", Name=name)["Crawler"]


@pytest.fixture
def running(call, crawler, worker):
    call("StartCrawler", Name=crawler)
    return next(iter(worker.started_crawls))


def test_crawler_has_the_documented_defaults(call, crawler):
    described = read(call)
    assert described["State"] == "READY"
    assert described["CrawlElapsedTime"] == 0
    assert described["Version"] == 1
    assert described["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
    }
    assert described["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert "LastCrawl" not in described


def test_policy_given_in_part_is_completed(call, crawler):
    call("UpdateCrawler", Name=crawler, SchemaChangePolicy={"DeleteBehavior": "LOG"})
    assert read(call)["SchemaChangePolicy"] == {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "LOG",
    }


def test_crawler_that_exists(call, crawler):
    with pytest.raises(AlreadyExistsException, match="landing already exists"):
        call("CreateCrawler", Name=crawler, Role="role", Targets=TARGETS)


def test_missing_crawler(call):
    with pytest.raises(EntityNotFoundException, match="Crawler ghost not found"):
        read(call, "ghost")


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"Targets": {}}, "at least one target"),
        ({"Targets": {"S3Targets": []}}, "at least one target"),
        ({"Targets": TARGETS, "Configuration": "{"}, "not JSON"),
        ({"Targets": TARGETS, "Configuration": "[]"}, "object with a Version"),
    ],
)
def test_senseless_definition_is_refused(call, members, complaint):
    with pytest.raises(InvalidInputException, match=complaint):
        call("CreateCrawler", Name="x", Role="role", **members)


def test_update_keeps_what_it_leaves_out(call, crawler):
    call("UpdateCrawler", Name=crawler, TablePrefix="raw_")
    described = read(call)
    assert described["TablePrefix"] == "raw_"
    assert described["DatabaseName"] == "db"
    assert described["Version"] == 2


def test_start_hands_the_crawler_to_the_worker(call, crawler, worker):
    call("StartCrawler", Name=crawler)
    (told,) = worker.started_crawls.values()
    assert told["crawler"]["Name"] == "landing"
    assert told["crawler"]["Targets"] == TARGETS
    assert (told["log_group"], told["log_key"]) == ("/aws-glue/crawlers", None)
    assert read(call)["State"] == "RUNNING"


@pytest.mark.parametrize("operation", ["StartCrawler", "DeleteCrawler", "UpdateCrawler"])
def test_running_crawler_is_left_alone(call, crawler, running, operation):
    with pytest.raises(CrawlerRunningException, match="landing has already started"):
        call(operation, Name=crawler)


def test_crawler_is_ready_again_when_the_crawl_is_over(call, state, crawler, running):
    crawls.apply(state, WorkerEvent("crawl", running, "COMPLETED", changes={"tables_created": 2}))
    described = read(call)
    assert described["State"] == "READY"
    assert described["LastCrawl"]["Status"] == "SUCCEEDED"
    assert described["LastCrawl"]["LogGroup"] == "/aws-glue/crawlers"
    call("StartCrawler", Name=crawler)


def test_deleted_crawler_is_gone_with_its_history(call, state, crawler, running):
    crawls.apply(state, WorkerEvent("crawl", running, "COMPLETED"))
    call("DeleteCrawler", Name=crawler)
    assert (state.crawlers, state.crawls) == ({}, {})


def test_crawlers_are_listed(call, crawler):
    call("CreateCrawler", Name="books", Role="r", Targets=TARGETS, Tags={"team": "data"})
    assert call("ListCrawlers")["CrawlerNames"] == ["books", "landing"]
    assert call("ListCrawlers", Tags={"team": "data"})["CrawlerNames"] == ["books"]
    first = call("GetCrawlers", MaxResults=1)
    second = call("GetCrawlers", MaxResults=1, NextToken=first["NextToken"])
    assert [c["Name"] for c in first["Crawlers"] + second["Crawlers"]] == ["books", "landing"]


def test_batch_get_tells_what_is_missing(call, crawler):
    answer = call("BatchGetCrawlers", CrawlerNames=["ghost", "landing"])
    assert [described["Name"] for described in answer["Crawlers"]] == ["landing"]
    assert answer["CrawlersNotFound"] == ["ghost"]


INCREMENTAL = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}


def test_incremental_crawler_only_logs_changes(call):
    call("CreateCrawler", Name="i", Role="r", Targets=TARGETS, RecrawlPolicy=INCREMENTAL)
    assert read(call, "i")["SchemaChangePolicy"] == {
        "UpdateBehavior": "LOG",
        "DeleteBehavior": "LOG",
    }


def test_incremental_crawler_with_another_policy_is_refused(call, crawler):
    with pytest.raises(InvalidInputException, match="the UpdateBehavior LOG"):
        call("UpdateCrawler", Name=crawler, RecrawlPolicy=INCREMENTAL)


def test_targets_of_an_incremental_crawler_stay(call):
    call("CreateCrawler", Name="i", Role="r", Targets=TARGETS, RecrawlPolicy=INCREMENTAL)
    call("UpdateCrawler", Name="i", Targets=TARGETS, TablePrefix="x_")
    with pytest.raises(InvalidInputException, match="targets of crawler i cannot change"):
        call("UpdateCrawler", Name="i", Targets={"S3Targets": [{"Path": "s3://other/"}]})

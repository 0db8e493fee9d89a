from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from lochan.glue.crawler import crawl as crawler_module
from lochan.glue.crawler.errors import UnusableTarget
from lochan.glue.worker.crawls import CrawlExecution
from lochan.glue.worker.run_requests import CrawlRequest, LogGroups
from lochan.glue.worker.runs import EventLog


@dataclass(frozen=True)
class Summary:
    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0


class NoLogs:
    class exceptions:
        class ResourceAlreadyExistsException(Exception):
            pass

        class ResourceNotFoundException(Exception):
            pass

    def __init__(self):
        self.lines = []
        self.keys = {}

    def associate_kms_key(self, logGroupName, kmsKeyId):
        if kmsKeyId == "of somebody else":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Associate")
        self.keys[logGroupName] = kmsKeyId

    def create_log_stream(self, **names):
        self.names = names

    def put_log_events(self, logEvents, **names):
        self.lines += [event["message"] for event in logEvents]


@pytest.fixture
def crawl(monkeypatch):
    """Crawls with a crawler of the test's own; returns events and log."""

    def start(run_crawl, *, stop=False, key=None):
        monkeypatch.setattr(crawler_module, "run_crawl", run_crawl)
        events, logs = EventLog(), NoLogs()
        request = CrawlRequest("c-1", {"Name": "tweets"}, LogGroups("/aws-glue/crawlers", key))
        execution = CrawlExecution(
            request, events=events, s3=None, glue=None, secrets=None, logs=logs
        )
        execution.start()
        if stop:
            execution.stop()
        execution.wait(10)
        return events.read(0, 0), logs

    return start


def test_crawl_counts_and_logs(crawl):
    def run_crawl(crawler, clients, reporting):
        reporting.log(f"crawling {crawler['Name']}")
        return Summary(tables_created=2)

    events, logs = crawl(run_crawl)
    assert [event["state"] for event in events] == ["RUNNING", "COMPLETED"]
    assert events[-1]["tables_created"] == 2
    assert logs.lines == ["crawling tweets"]
    assert logs.names == {"logGroupName": "/aws-glue/crawlers", "logStreamName": "tweets"}


def test_log_group_of_a_crawl_gets_its_key(crawl):
    events, logs = crawl(lambda *_: Summary(), key="arn:aws:kms:::key/k")
    assert events[-1]["state"] == "COMPLETED"
    assert logs.keys == {"/aws-glue/crawlers": "arn:aws:kms:::key/k"}


def test_crawl_whose_log_cannot_be_encrypted_fails_and_logs_nothing(crawl):
    events, logs = crawl(lambda *_: pytest.fail("it crawled"), key="of somebody else")
    assert (events[-1]["state"], logs.lines) == ("FAILED", [])
    assert events[-1]["error_message"].startswith(
        "The log group /aws-glue/crawlers cannot be encrypted with the key of somebody else, and "
        "nothing is logged unencrypted:"
    )


@pytest.mark.parametrize("kind", [ValueError, UnusableTarget])
def test_failed_crawl_says_why(crawl, kind):
    def run_crawl(crawler, clients, reporting):
        raise kind("The bucket b does not exist.")

    events, logs = crawl(run_crawl)
    assert (events[-1]["state"], events[-1]["error_message"]) == (
        "FAILED",
        "The bucket b does not exist.",
    )
    assert logs.lines == ["ERROR : The bucket b does not exist."]


def test_stopped_crawl_is_stopped(crawl):
    def run_crawl(crawler, clients, reporting):
        while not reporting.should_stop():
            pass
        return Summary(tables_created=1)

    events, _ = crawl(run_crawl, stop=True)
    assert [event["state"] for event in events] == ["RUNNING", "STOPPING", "STOPPED"]
    assert events[-1]["tables_created"] == 1


def test_crawl_that_breaks_off_is_stopped(crawl):
    def run_crawl(crawler, clients, reporting):
        while True:
            reporting.check_stop("s3://lake/")

    events, _ = crawl(run_crawl, stop=True)
    assert [event["state"] for event in events] == ["RUNNING", "STOPPING", "STOPPED"]
    assert "error_message" not in events[-1] or events[-1]["error_message"] is None

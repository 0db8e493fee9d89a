"""Reading Glue's records as its pages have them; no more pages than are needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.monitoring.glue_records import list_jobs, read_crawls, read_job_runs, read_tables

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Glue:
    """Answers with prepared pages and keeps what was asked."""

    def __init__(self, **pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.read: list[str] = []

    def get_paginator(self, operation: str) -> Glue:
        self.operation = operation
        return self

    def paginate(self, **request: str) -> Iterator[dict[str, Any]]:
        operation = self.operation
        for page in self.pages[operation]:
            self.read.append(operation)
            yield page

    def list_crawls(self, **request: Any) -> dict[str, Any]:
        self.read.append(request.get("NextToken", ""))
        return self.pages["list_crawls"][int(request.get("NextToken", 0))]


def job_run(hours_ago: int, state: str = "SUCCEEDED") -> dict[str, Any]:
    started = NOW - timedelta(hours=hours_ago)
    return {"Id": f"jr_{hours_ago}", "JobRunState": state, "StartedOn": started, "ExecutionTime": 7}


def test_only_the_jobs_of_the_environment_are_listed() -> None:
    jobs = [
        {"Jobs": [{"Name": "lochan-a-x"}, {"Name": "other"}]},
        {"Jobs": [{"Name": "lochan-a-b"}]},
    ]
    assert list_jobs(Glue(get_jobs=jobs), "lochan-a-") == ["lochan-a-b", "lochan-a-x"]


def test_runs_are_read_as_far_back_as_the_median_needs() -> None:
    pages = [
        {"JobRuns": [job_run(1), job_run(30), job_run(31, "FAILED")]},
        {"JobRuns": [job_run(32), job_run(33)]},
        {"JobRuns": [job_run(34)]},
    ]
    glue = Glue(get_job_runs=pages)
    runs = read_job_runs(glue, "j", since=NOW - timedelta(hours=24), before=2)
    assert [run.run_id for run in runs] == ["jr_1", "jr_30", "jr_31", "jr_32"]
    assert glue.read == ["get_job_runs", "get_job_runs"]
    assert (runs[0].state, runs[0].seconds, runs[0].error) == ("SUCCEEDED", 7.0, "")


def test_crawls_are_read_by_their_tokens() -> None:
    began, ended = NOW - timedelta(hours=1), NOW - timedelta(minutes=59)
    pages = [
        {"Crawls": [{"CrawlId": "c2", "State": "RUNNING", "StartTime": NOW}], "NextToken": "1"},
        {
            "Crawls": [
                {
                    "CrawlId": "c1",
                    "State": "FAILED",
                    "StartTime": began,
                    "EndTime": ended,
                    "ErrorMessage": "Access denied",
                }
            ]
        },
    ]
    crawls = read_crawls(Glue(list_crawls=pages), "c", since=NOW - timedelta(hours=24), before=2)
    told = [(one.run_id, one.state, one.seconds, one.error) for one in crawls]
    assert told == [("c2", "RUNNING", 0.0, ""), ("c1", "FAILED", 60.0, "Access denied")]
    assert crawls[0].is_active


def table(version: str, hours_ago: int, *columns: str, **more: Any) -> dict[str, Any]:
    return {
        "DatabaseName": "d",
        "Name": "t",
        "VersionId": version,
        "UpdateTime": NOW - timedelta(hours=hours_ago),
        "StorageDescriptor": {"Columns": [{"Name": name, "Type": "int"} for name in columns]},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
        **more,
    }


def test_versions_are_read_back_to_the_one_that_was_in_force() -> None:
    versions = [table("3", 1, "a", "b"), table("2", 2, "a"), table("1", 30, "a"), table("0", 40)]
    pages = [{"TableVersions": [{"Table": one, "VersionId": one["VersionId"]} for one in versions]}]
    glue = Glue(get_tables=[{"TableList": versions[:1]}], get_table_versions=pages)
    (read,) = read_tables(glue, "d", since=NOW - timedelta(hours=24))
    assert [one.version for one in read.versions] == ["3", "2", "1"]
    assert read.versions[0].columns == (("a", "int"), ("b", "int"), ("day", "string"))
    assert (read.name, read.deprecated) == ("d.t", False)


def test_versions_of_tables_that_did_not_change_are_not_asked_for() -> None:
    old = table("0", 48, "a", Parameters={"DEPRECATED_BY_CRAWLER": "1795168800000"})
    glue = Glue(get_tables=[{"TableList": [old]}])
    (read,) = read_tables(glue, "d", since=NOW - timedelta(hours=24))
    assert glue.read == ["get_tables"]
    assert read.deprecated

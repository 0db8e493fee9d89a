"""Each finding provoked on the real parts, and a fresh stack that has none."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Finished, Platform

pytestmark = pytest.mark.stack

DEADLINE_SECONDS = 120
STUCK_SECONDS = 3.0
SCRIPT = b"""
import sys, time
from awsglue.utils import getResolvedOptions
given = getResolvedOptions(sys.argv, ["seconds"])
if given["seconds"] == "never":
    raise RuntimeError("there is no such day")
time.sleep(float(given["seconds"]))
"""
# Some seconds: the report names the slowest twenty of what other tests did on the stack too.
SLOW_STATEMENT = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000) "
    "SELECT SUM(i) AS provoked FROM n"
)
PARAMETERS: dict[str, Any] = {
    "runs": {"slow_factor": 2, "slow_margin_seconds": 1, "stuck_minutes": STUCK_SECONDS / 60},
    "datasets": {"twitter": {"stale_after_hours": 1000, "rejects_percent": 9}},
    "other_datasets": {"stale_after_hours": 48},
    "warehouse": {
        "disk_warning_percent": 0.001,
        "disk_critical_percent": 100,
        "slow_query_seconds": 0.01,
    },
}
Row = tuple[str, str, str]


def report(platform: Platform, done: Finished) -> list[dict[str, str]]:
    """The findings of a run, as its artifact has them."""
    (run_id,) = set(re.findall(r"/runs/flow-run/([0-9a-f-]{36})", done.output + done.errors))
    artifacts = {
        "key": {"any_": ["monitor-platform-findings"]},
        "flow_run_id": {"any_": [run_id]},
    }
    found = httpx.post(
        f"{platform.values['PREFECT_API_URL']}/artifacts/filter",
        json={"artifacts": artifacts},
        timeout=30,
    )
    (artifact,) = found.raise_for_status().json()
    return list(json.loads(artifact["data"]))


def provoke_runs(platform: Platform, prefix: str) -> str:
    """A job that fails, one that takes far longer than before, one that is stuck, a lost crawl.

    Returns the id of the run that is stuck.
    """
    glue, bucket = platform.client("glue"), platform.values["ASSETS_BUCKET"]
    platform.client("s3").put_object(Bucket=bucket, Key="jobs/waits.py", Body=SCRIPT)
    stuck = ""
    for name, waits in (
        ("hangs", ["3600"]),
        ("fails", ["never"]),
        ("slows", ["0", "0", "0", "5"]),
    ):
        glue.create_job(
            Name=f"{prefix}-{name}",
            Role=platform.values["GLUE_JOB_ROLE_ARN"],
            GlueVersion="5.1",
            WorkerType="G.1X",
            NumberOfWorkers=2,
            Command={
                "Name": "glueetl",
                "PythonVersion": "3",
                "ScriptLocation": f"s3://{bucket}/jobs/waits.py",
            },
        )
        if name == "hangs":
            stuck = start_run(glue, f"{prefix}-{name}", *waits)
            continue
        for seconds in waits:
            wait_until_ended(glue, f"{prefix}-{name}", start_run(glue, f"{prefix}-{name}", seconds))
    glue.create_crawler(
        Name=f"{prefix}-lost",
        Role=platform.values["GLUE_CRAWLER_ROLE_ARN"],
        DatabaseName=f"{prefix.replace('-', '_')}_landing",
        Targets={"S3Targets": [{"Path": "s3://no-such-bucket-of-ours/x/"}]},
    )
    glue.start_crawler(Name=f"{prefix}-lost")
    wait_until(lambda: glue.get_crawler(Name=f"{prefix}-lost")["Crawler"]["State"] == "READY")
    return stuck


def start_run(glue: Any, job: str, seconds: str) -> str:
    return str(glue.start_job_run(JobName=job, Arguments={"--seconds": seconds})["JobRunId"])


def wait_until_ended(glue: Any, job: str, run: str) -> None:
    active = {"STARTING", "RUNNING", "WAITING"}
    wait_until(
        lambda: glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"] not in active
    )


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def provoke_tables(platform: Platform, database: str) -> None:
    """A table whose columns change, and one that its crawler gave up."""
    glue = platform.client("glue")
    old = {"Columns": [{"Name": n, "Type": t} for n, t in (("a", "int"), ("b", "date"))]}
    new = {"Columns": [{"Name": n, "Type": t} for n, t in (("a", "string"), ("c", "int"))]}
    glue.create_table(
        DatabaseName=database, TableInput={"Name": "changes", "StorageDescriptor": old}
    )
    glue.update_table(
        DatabaseName=database, TableInput={"Name": "changes", "StorageDescriptor": new}
    )
    parameters = {"DEPRECATED_BY_CRAWLER": "1795168800000"}
    glue.create_table(
        DatabaseName=database, TableInput={"Name": "given_up", "Parameters": parameters}
    )
    glue.delete_table(DatabaseName=database, Name="goes")


def provoke_ledger(platform: Platform) -> None:
    """A dataset that nobody loads any more, and one with a tenth of its rows rejected."""
    assert platform.run_flow("warehouse_tweets").code == 0
    platform.query(
        "INSERT INTO etl.loads (load_id, dataset, partition_key, object_count, input_rows,"
        " loaded_rows, rejected_rows, duplicate_rows, loaded_at) VALUES"
        " ('a', 'books', 'p', 1, 10, 10, 0, 0, DATEADD(hour, -49, GETDATE())),"
        " ('b', 'twitter', 'p', 1, 1000, 890, 100, 10, GETDATE())"
    )
    platform.query(
        "INSERT INTO etl.rejects VALUES ('b', 'f', '1', 'text is missing', 'tweet_id=1')"
    )


def test_everything_that_is_wrong_is_found_and_nothing_on_a_fresh_stack(
    platform: Platform,
) -> None:
    prefix = f"lochan-{platform.values['LOCHAN_ENVIRONMENT']}"
    database = f"{prefix.replace('-', '_')}_landing"
    platform.client("glue").create_table(DatabaseName=database, TableInput={"Name": "goes"})
    fresh = platform.run(sys.executable, "-m", "flows.monitor_platform", COLUMNS="80")
    assert fresh.code == 0, fresh.output + fresh.errors
    for told in ("has no run yet", "has no crawl yet", "nothing was loaded yet", "All is well."):
        assert told in fresh.output
    assert report(platform, fresh) == []

    stuck = provoke_runs(platform, prefix)
    provoke_tables(platform, database)
    provoke_ledger(platform)
    platform.query(SLOW_STATEMENT)

    done = platform.run_flow("monitor_platform", PARAMETERS)
    assert done.code == 1, done.output + done.errors
    assert "monitor_platform failed: 6 critical, " in done.errors
    assert "Traceback" not in done.errors
    found = {
        (row["severity"], row["kind"], row["subject"]): row["finding"]
        for row in report(platform, done)
    }
    slow = {key: text for key, text in found.items() if key[1] == "slow query"}
    assert any("SELECT SUM(i) AS provoked FROM n" in text for text in slow.values()), slow
    rest = {key: text for key, text in found.items() if key not in slow}
    assert_findings(rest, prefix, database, stuck)
    assert_metrics_are_told(platform)
    assert_each_is_told_once(platform, prefix, stuck)


def assert_metrics_are_told(platform: Platform) -> None:
    """CloudWatch has each dataset of this environment, by the names that graphs ask for."""
    cloudwatch = platform.client("cloudwatch")
    environment = {"Name": "Environment", "Value": platform.values["LOCHAN_ENVIRONMENT"]}
    told = cloudwatch.list_metrics(Namespace="Lochan", Dimensions=[environment])["Metrics"]
    names = {
        (dimension["Value"], metric["MetricName"])
        for metric in told
        for dimension in metric["Dimensions"]
        if dimension["Name"] == "Dataset"
    }
    assert names == {
        (dataset, name)
        for dataset in ("books", "twitter")
        for name in ("SecondsSinceLoad", "InputRows", "RejectedRows")
    }


def assert_each_is_told_once(platform: Platform, prefix: str, stuck: str) -> None:
    """What lasts fails no further run; what comes does."""
    again = platform.run_flow("monitor_platform", PARAMETERS)
    assert again.code == 0, again.output + again.errors
    assert len([row for row in report(platform, again) if row["severity"] == "critical"]) == 6

    glue = platform.client("glue")
    glue.batch_stop_job_run(JobName=f"{prefix}-hangs", JobRunIds=[stuck])
    wait_until_ended(glue, f"{prefix}-hangs", stuck)
    wait_until_ended(glue, f"{prefix}-fails", start_run(glue, f"{prefix}-fails", "never"))
    later = platform.run_flow("monitor_platform", PARAMETERS)
    assert later.code == 1, later.output + later.errors
    assert ", 5 findings told before; failed run: " in later.errors


def assert_findings(found: dict[Row, str], prefix: str, database: str, stuck: str) -> None:
    expected = {
        ("critical", "stuck run", f"{prefix}-hangs"): f"{stuck} is RUNNING since ",
        ("critical", "failed run", f"{prefix}-fails"): "there is no such day",
        ("critical", "failed crawl", f"{prefix}-lost"): "no-such-bucket-of-ours",
        ("critical", "table gone", f"{database}.goes"): "the catalog had it until",
        ("critical", "stale", "books"): "last loaded 49.0 h ago, the limit is 48 h",
        ("critical", "rejects", "twitter"): (
            "100 of 1,000 rows, 10.0 %, the limit is 9 %: 1 x text is missing"
        ),
        ("warning", "slow run", f"{prefix}-slows"): "the median of the 3 before it is",
        ("warning", "schema changed", f"{database}.changes"): (
            "version 0 to 1: added c int; retyped a from int to string; removed b date"
        ),
        ("warning", "table deprecated", f"{database}.given_up"): "finds no data",
        ("warning", "disk", "redshift"): " MB are used",
    }
    assert set(found) == set(expected)
    for key, words in expected.items():
        assert words in found[key], (key, found[key])

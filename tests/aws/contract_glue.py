"""What our flows take for granted of Glue: filters of partitions, crawls, bookmarks of jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.aws.account import Account, Unverified, expect, wait_for

SCRIPT = Path(__file__).with_name("count_new_rows.py")
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED")
# (day, hour) of three partitions, and what filters of GetPartitions leave of them.
# https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
PARTITIONS = (("2026-11-20", "9"), ("2026-11-20", "10"), ("2026-11-21", "9"))
FILTERS = {
    "hour > 9": PARTITIONS[1:2],  # numbers, not texts
    "day >= '2026-11-21' OR hour = 10": PARTITIONS[1:],
    "day BETWEEN '2026-11-19' AND '2026-11-20' AND hour IN (9, 11)": PARTITIONS[:1],
    "day LIKE '%-21' AND NOT hour <> 9": PARTITIONS[2:],
}


def check_catalog(account: Account) -> None:
    """Make a table with partitions, filter them, take it away."""
    glue, names = account.client("glue"), _names(account, "catalog")
    storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://nowhere/"}
    keys = [{"Name": "day", "Type": "string"}, {"Name": "hour", "Type": "int"}]
    table = {"Name": names["TableName"], "StorageDescriptor": storage, "PartitionKeys": keys}
    glue.create_table(DatabaseName=names["DatabaseName"], TableInput=table)
    try:
        inputs = [{"Values": [*one], "StorageDescriptor": storage} for one in PARTITIONS]
        made = glue.batch_create_partition(**names, PartitionInputList=inputs)
        expect("Glue makes partitions", made.get("Errors", []), [])
        again = glue.batch_create_partition(**names, PartitionInputList=inputs[:1])["Errors"]
        codes = [error["ErrorDetail"]["ErrorCode"] for error in again]
        expect("Glue makes no partition twice", codes, ["AlreadyExistsException"])
        for expression, wanted in FILTERS.items():
            found = glue.get_partitions(**names, Expression=expression)["Partitions"]
            values = sorted(tuple(one["Values"]) for one in found)
            expect(f"Glue finds the partitions of {expression}", values, sorted(wanted))
    finally:
        glue.delete_table(DatabaseName=names["DatabaseName"], Name=names["TableName"])


def check_crawler(account: Account) -> None:
    """Crawl two folders of CSV into a table with a partition key."""
    glue, s3 = account.client("glue"), account.client("s3")
    bucket, name = account.settings.landing_bucket, account.glue_name
    # The table is called after the folder, so the folder after the verification.
    folder = f"{account.prefix}crawl/{account.name}_rows/"
    keys = [f"{folder}day=2026-11-{day}/rows.csv" for day in (20, 21)]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"id,name\n1,a\n2,b\n")
    glue.create_crawler(
        Name=name,
        Role=account.settings.crawler_role_arn,
        CrawlerSecurityConfiguration=account.settings.security_configuration,
        DatabaseName=account.landing_database,
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/{folder}"}]},
    )
    try:
        glue.start_crawler(Name=name)
        last = wait_for(f"The crawler {name}", lambda: _last_crawl(glue, name))
        expect("Glue crawls", last["Status"], "SUCCEEDED")
        table = glue.get_table(DatabaseName=account.landing_database, Name=f"{account.name}_rows")[
            "Table"
        ]
        columns = table["StorageDescriptor"]["Columns"]
        expect("a crawl infers columns", _types(columns), {"id": "bigint", "name": "string"})
        expect("a crawl finds partitions", _types(table["PartitionKeys"]), {"day": "string"})
        expect("a crawl names the format", table["Parameters"]["classification"], "csv")
    finally:
        for crawl in glue.list_crawls(CrawlerName=name)["Crawls"]:
            account.spent.add_crawl(crawl)
        glue.delete_crawler(Name=name)
        _delete_table(glue, account.landing_database, f"{account.name}_rows")
        for key in keys:
            s3.delete_object(Bucket=bucket, Key=key)


def check_bookmark(account: Account) -> None:
    """Run a job twice over a folder that grows: the second run sees what is new."""
    glue, s3 = account.client("glue"), account.client("s3")
    script = f"packages/{account.name}.py"  # what the role of the lake's jobs may read
    s3.put_object(Bucket=account.assets_bucket, Key=script, Body=SCRIPT.read_bytes())
    folder = f"{account.prefix}bookmark/"
    source = f"s3://{account.settings.landing_bucket}/{folder}"
    glue.create_job(
        Name=account.glue_name,
        Role=account.job_role_arn,
        SecurityConfiguration=account.settings.security_configuration,
        Command={
            "Name": "glueetl",
            "ScriptLocation": f"s3://{account.assets_bucket}/{script}",
            "PythonVersion": "3",
        },
        DefaultArguments={"--job-bookmark-option": "job-bookmark-enable", "--source": source},
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        Timeout=15,
    )
    landed = []
    try:
        for number, (rows, what) in enumerate([(3, "all rows"), (2, "what is new")]):
            body = "\n".join(json.dumps({"id": n}) for n in range(rows)).encode()
            landed.append(f"{folder}rows-{number}.json")
            s3.put_object(Bucket=account.settings.landing_bucket, Key=landed[-1], Body=body)
            output = _run_job(account, glue)
            expect(f"a job with a bookmark reads {what}", f"new rows: {rows}" in output, True)
    finally:
        glue.delete_job(JobName=account.glue_name)
        s3.delete_object(Bucket=account.assets_bucket, Key=script)
        for key in landed:
            s3.delete_object(Bucket=account.settings.landing_bucket, Key=key)


def _run_job(account: Account, glue: Any) -> str:
    """Run the job and return what it printed; raises Unverified where it does not succeed."""
    run_id = glue.start_job_run(JobName=account.glue_name)["JobRunId"]

    def find_ended() -> Mapping[str, Any] | None:
        run = glue.get_job_run(JobName=account.glue_name, RunId=run_id)["JobRun"]
        return run if run["JobRunState"] in ENDED else None

    run = wait_for(f"The run {run_id}", find_ended)
    account.spent.add_run(run)
    if run["JobRunState"] != "SUCCEEDED":
        raise Unverified(f"The run {run_id} ended {run['JobRunState']}: {run.get('ErrorMessage')}")
    group = f"{run['LogGroupName']}/output"
    return str(wait_for(f"The log {group} {run_id}", lambda: _read_log(account, group, run_id)))


def _read_log(account: Account, group: str, stream: str) -> str:
    logs = account.client("logs")
    try:
        events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    except logs.exceptions.ResourceNotFoundException:  # CloudWatch has it a little later
        return ""
    return "\n".join(event["message"] for event in events)


def _last_crawl(glue: Any, name: str) -> Mapping[str, Any] | None:
    crawler = glue.get_crawler(Name=name)["Crawler"]
    return crawler.get("LastCrawl") if crawler["State"] == "READY" else None


def _names(account: Account, what: str) -> dict[str, str]:
    return {"DatabaseName": account.landing_database, "TableName": f"{account.name}_{what}"}


def _types(columns: list[dict[str, str]]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in columns}


def _delete_table(glue: Any, database: str, name: str) -> None:
    try:
        glue.delete_table(DatabaseName=database, Name=name)
    except glue.exceptions.EntityNotFoundException:  # the crawl made none
        return

"""How long the first steps take: `python -m benchmarks.walking_skeleton`.

Starts a stack of its own, beside any other, and prints what it measured with the load average; the
aims are those of the project, and it prints them also where they are missed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import boto3

from benchmarks.stack import FLOW, measure_memory, own_stack, report, run, start_stack

SMALL_JOB = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
arguments = getResolvedOptions(sys.argv, ["JOB_NAME"])
glue_context = GlueContext(SparkContext.getOrCreate())
job = Job(glue_context)
job.init(arguments["JOB_NAME"], arguments)
print(glue_context.spark_session.range(1000).selectExpr("sum(id)").collect())
job.commit()
"""


def main() -> None:
    """Measure and print."""
    with own_stack() as values:
        start_stack(values)
        report("tweets_to_redshift, first run", 25, lambda: run(FLOW, values))
        report("tweets_to_redshift, nothing new", None, lambda: run(FLOW, values))
        glue = _prepare_small_job(values)
        for number in range(1, 6):
            what = f"small Glue job through boto3, run {number}"
            report(what, 2.5, lambda: _run_small_job(glue))
        held = measure_memory(values["LOCHAN_HOME"])
        print(f"memory of all processes together: {held:,.0f} MB (sum of PSS)")


def _prepare_small_job(values: dict[str, str]) -> Any:
    def client(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=values["AWS_ENDPOINT_URL"],
            region_name=values["AWS_DEFAULT_REGION"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    bucket = values["ASSETS_BUCKET"]
    client("s3").put_object(Bucket=bucket, Key="small.py", Body=SMALL_JOB.encode())
    glue = client("glue")
    glue.create_job(
        Name="small",
        Role=values["GLUE_JOB_ROLE_ARN"],
        GlueVersion="5.1",
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/small.py"},
    )
    return glue


def _run_small_job(glue: Any) -> None:
    run_id = glue.start_job_run(JobName="small")["JobRunId"]
    while True:
        run = glue.get_job_run(JobName="small", RunId=run_id)["JobRun"]
        if run["JobRunState"] == "SUCCEEDED":
            return
        if run["JobRunState"] not in ("STARTING", "RUNNING"):
            sys.exit(f"The small job ended {run['JobRunState']}: {run.get('ErrorMessage')}")
        time.sleep(0.02)


if __name__ == "__main__":
    main()

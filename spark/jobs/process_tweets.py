"""Glue job: landed pages of the X API to clean, deduplicated tables in the processed zone.

The windows are comma separated. What was done is written to --summary_uri.
"""

from __future__ import annotations

import sys

import boto3
from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from spark.documents import put_document
from spark.jobs.quality import evaluate
from spark.logs import describe_run
from spark.twitter.process import Request, process_windows
from spark.twitter.summary import summary_lines

PLACES = ["landing_bucket", "landing_prefix", "processed_bucket", "dataset"]


def main(argv: list[str]) -> None:
    """Process the windows that the arguments name."""
    print(describe_run(argv), flush=True)
    arguments = getResolvedOptions(
        argv, ["JOB_NAME", *PLACES, "windows", "reject_limit", "summary_uri"]
    )
    context = GlueContext(SparkContext.getOrCreate())
    job = Job(context)
    job.init(arguments["JOB_NAME"], arguments)
    request = Request(
        **{name: arguments[name] for name in PLACES},
        windows=tuple(arguments["windows"].split(",")),
        reject_limit=int(arguments["reject_limit"]),
    )
    s3 = boto3.client("s3")
    summary = process_windows(context.spark_session, s3, request, evaluate)
    print(*summary_lines(summary), sep="\n", flush=True)
    put_document(s3, arguments["summary_uri"], summary)
    job.commit()


if __name__ == "__main__":
    main(sys.argv)

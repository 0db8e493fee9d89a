"""Glue job: the crawled export of the books to the rows of its star, in the processed zone.

The trigger that starts it says nothing of what to do: the job takes the export as it is.
"""

from __future__ import annotations

import sys

import boto3
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from spark.books.asking import find_flow_run
from spark.books.model import Request, model_books, open_snapshot, summary_lines
from spark.books.star import Exported
from spark.jobs.quality import evaluate
from spark.logs import describe_run

PLACES = ["export_bucket", "export_prefix", "processed_bucket"]
CATALOG = ["database", "table_prefix"]


def main(argv: list[str]) -> None:
    """Model what the catalog's tables hold."""
    arguments = getResolvedOptions(argv, ["JOB_NAME", *PLACES, *CATALOG])
    s3 = boto3.client("s3")
    asked_by = find_flow_run(s3, arguments["processed_bucket"])
    print(describe_run([*argv, *asked_by]), flush=True)
    context = GlueContext(SparkContext.getOrCreate())
    job = Job(context)
    job.init(arguments["JOB_NAME"], arguments)
    request = Request(**{name: arguments[name] for name in PLACES})
    snapshot = open_snapshot(context.spark_session, s3, request)

    def read(table: str) -> DataFrame:
        frame = context.create_dynamic_frame.from_catalog(
            database=arguments["database"], table_name=arguments["table_prefix"] + table
        )
        # A column that the crawler took for numbers may have other text further down.
        typed: DataFrame = frame.resolveChoice(choice="cast:string").toDF()
        return typed

    exported = Exported(read("users"), read("books"), read("ratings"))
    made = model_books(s3, snapshot, exported, evaluate, request)
    print(*summary_lines(made), sep="\n", flush=True)
    job.commit()


if __name__ == "__main__":
    main(sys.argv)

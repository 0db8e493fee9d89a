"""Glue job: readings from the hours of their arrival into the hours of their events.

What to do is in the plan that the flow leaves at --plan_uri; what was done is written to
--summary_uri. Only then are the hours recorded as done, and the bookmark committed last.
"""

from __future__ import annotations

import json
import sys

import boto3
from pyspark.context import SparkContext
from pyspark.sql import functions as F

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from spark.jobs.quality import evaluate
from spark.logs import describe_run
from spark.repartition.arrivals import Found, Read, Selection
from spark.repartition.request import Source, read_request
from spark.repartition.run import Clients, record_hours, repartition
from spark.repartition.summary import leave_summary, summary_lines


def main(argv: list[str]) -> None:
    """Repartition the hours that the plan names."""
    print(describe_run(argv), flush=True)
    arguments = getResolvedOptions(argv, ["JOB_NAME", "plan_uri", "summary_uri"])
    context = GlueContext(SparkContext.getOrCreate())
    job = Job(context)
    job.init(arguments["JOB_NAME"], arguments)
    clients = Clients(boto3.client("s3"), boto3.client("glue"))
    request = read_request(clients.s3, arguments["plan_uri"])
    read = read_from_catalog(context, request.source)
    summary = repartition(context.spark_session, clients, request, read, evaluate)
    print(*summary_lines(summary), sep="\n", flush=True)
    leave_summary(clients.s3, arguments["summary_uri"], summary)
    record_hours(clients.s3, request, summary)
    job.commit()


def read_from_catalog(context: GlueContext, source: Source) -> Read:
    """Return the reader of the catalog's table over the arrival hours."""

    def read(selection: Selection) -> Found:
        frame = context.create_dynamic_frame.from_catalog(
            database=source.database,
            table_name=source.table,
            push_down_predicate=selection.predicate,
            transformation_ctx=selection.transformation_ctx,
            additional_options={
                "catalogPartitionPredicate": selection.catalog_predicate,
                "exclusions": json.dumps(selection.exclusions),
            },
        )
        text = frame.resolveChoice(choice="cast:string")
        records = text.toDF().withColumn("file", F.input_file_name())
        return Found(records, text.errorsAsDynamicFrame().toDF())

    return read


if __name__ == "__main__":
    main(sys.argv)

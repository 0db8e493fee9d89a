"""Glue job: planned partitions of raw tweets, users and followers to the processed zone.

What to do stands at --plan_uri, what was done is written to --summary_uri.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import boto3
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from spark.academy.plan import Plan, PlannedTable, read_plan
from spark.academy.sync import summary_lines, sync_partitions
from spark.documents import put_document
from spark.jobs.dynamic_frames import create_dynamic_frame, write_dynamic_frame_to_s3
from spark.jobs.quality import evaluate
from spark.logs import describe_run


class CatalogFrames:
    """Reads and writes the tables of the plan through the Data Catalog."""

    def __init__(self, context: GlueContext, plan: Plan) -> None:
        self._context = context
        self._plan = plan

    def read_lines(self, table: PlannedTable, values: Sequence[str]) -> DataFrame:
        """Return the lines of the partitions."""
        database = self._plan.raw_database
        return create_dynamic_frame(self._context, database, table.raw_name, values).toDF()

    def write_rows(self, table: PlannedTable, rows: DataFrame, uri: str) -> None:
        """Add the rows to the table's folder."""
        database = self._plan.processed_database
        write_dynamic_frame_to_s3(self._context, rows, uri, database, table.processed_name)


def main(argv: list[str]) -> None:
    """Do what the plan says."""
    print(describe_run(argv), flush=True)
    arguments = getResolvedOptions(argv, ["JOB_NAME", "plan_uri", "summary_uri"])
    context = GlueContext(SparkContext.getOrCreate())
    job = Job(context)
    job.init(arguments["JOB_NAME"], arguments)
    s3 = boto3.client("s3")
    plan = read_plan(s3, arguments["plan_uri"])
    frames = CatalogFrames(context, plan)
    summary = sync_partitions(context.spark_session, s3, frames, evaluate, plan)
    print(*summary_lines(summary), sep="\n", flush=True)
    put_document(s3, arguments["summary_uri"], summary)
    job.commit()


if __name__ == "__main__":
    main(sys.argv)

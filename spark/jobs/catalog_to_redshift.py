"""Glue job: a table of the catalog, of files, into a table of the catalog that is Redshift's.

What to load is written in --plan_uri; what was brought is written to --summary_uri.
"""

from __future__ import annotations

import sys

import boto3
from pyspark.context import SparkContext
from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, ResolveChoice
from awsglue.utils import getResolvedOptions
from spark.documents import put_document
from spark.jobs.quality import evaluate
from spark.lake.choices import choice_specs
from spark.lake.folders import key_mappings, label_rows
from spark.lake.lines import read_lines
from spark.lake.load import check_rows, configure
from spark.lake.plan import LoadPlan, read_plan
from spark.lake.rows import add_unread, make_rows
from spark.logs import describe_run


def read_rows(context: GlueContext, plan: LoadPlan) -> DataFrame:
    """Read every record of the folders: usable, or with the reason why it is not."""
    if plan.csv is not None:
        return make_rows(read_lines(context.spark_session, plan, plan.csv), plan)
    source = context.create_dynamic_frame.from_catalog(
        database=plan.source_database,
        table_name=plan.source_table,
        push_down_predicate=plan.predicate,
        transformation_ctx="source",
    )
    specs = choice_specs(source.schema())
    resolved = ResolveChoice.apply(frame=source, specs=specs) if specs else source
    mappings = [*plan.mappings, *key_mappings(plan)]
    fields = ApplyMapping.apply(frame=resolved, mappings=mappings).toDF()
    rows = make_rows(label_rows(fields, plan), plan)
    if source.errorsCount():
        rows = add_unread(rows, source.errorsAsDynamicFrame().toDF(), plan)
    return rows


def main(argv: list[str]) -> None:
    """Load what the plan says."""
    print(describe_run(argv), flush=True)
    arguments = getResolvedOptions(argv, ["JOB_NAME", "TempDir", "plan_uri", "summary_uri"])
    context = GlueContext(SparkContext.getOrCreate())
    job = Job(context)
    job.init(arguments["JOB_NAME"], arguments)
    s3 = boto3.client("s3")
    plan = read_plan(s3, arguments["plan_uri"])
    configure(context.spark_session, plan)
    rows = read_rows(context, plan)
    # Counted, checked and written: parsed once.
    rows.persist()
    summary = check_rows(rows, plan, evaluate)
    context.write_dynamic_frame.from_catalog(
        frame=DynamicFrame.fromDF(rows, context, "rows"),
        database=plan.target_database,
        table_name=plan.target_table,
        redshift_tmp_dir=arguments["TempDir"],
        additional_options={
            "aws_iam_role": plan.copy_role_arn,
            "preactions": plan.preactions,
            # What SUPER is filled from: Avro has no counterpart of it.
            "tempformat": "CSV",
        },
    )
    put_document(s3, arguments["summary_uri"], summary)
    job.commit()


if __name__ == "__main__":
    main(sys.argv)

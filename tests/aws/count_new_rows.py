"""Glue job of a verification: say how many rows are new since the last run that committed."""

import sys

from pyspark.context import SparkContext

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions

arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "source"])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)
job.init(arguments["JOB_NAME"], arguments)
rows = context.create_dynamic_frame.from_options(
    "s3",
    {"paths": [arguments["source"]], "recurse": True},
    format="json",
    transformation_ctx="rows",
)
print(f"new rows: {rows.count()}", flush=True)
job.commit()

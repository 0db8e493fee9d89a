"""Partitions of catalog tables in, Parquet with its catalog table out: the Glue calls of jobs."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame


def create_dynamic_frame(
    context: GlueContext, database: str, table_name: str, partitions: Sequence[str]
) -> DynamicFrame:
    """Read partitions of a table by their values of dt, such as 2026-11-20, and no others.

    The predicate of the catalog spares the listing of all partitions; an expression there holds
    2,048 characters at most, so it is a range, and what push_down_predicate names is read.
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-pushdown.html
    https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
    """
    values = sorted(partitions)
    named = ", ".join(f"'{value}'" for value in values)
    frame: DynamicFrame = context.create_dynamic_frame.from_catalog(
        database=database,
        table_name=table_name,
        push_down_predicate=f"dt IN ({named})",
        additional_options={
            "catalogPartitionPredicate": f"dt >= '{values[0]}' AND dt <= '{values[-1]}'",
            "recurse": True,
        },
        transformation_ctx=f"read_{table_name}",
    )
    return frame


def write_dynamic_frame_to_s3(
    context: GlueContext, frame: DataFrame, uri: str, database: str, table_name: str
) -> None:
    """Add rows to a table's folder as Parquet by dt, and tell the catalog of table and partitions.

    https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html
    """
    sink = context.getSink(
        connection_type="s3",
        path=uri,
        partitionKeys=["dt"],
        enableUpdateCatalog=True,
        updateBehavior="UPDATE_IN_DATABASE",
        transformation_ctx=f"write_{table_name}",
    )
    sink.setFormat("glueparquet", compression="snappy")
    sink.setCatalogInfo(catalogDatabase=database, catalogTableName=table_name)
    sink.writeFrame(DynamicFrame.fromDF(frame, context, table_name))

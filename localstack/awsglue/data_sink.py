"""Sinks of frames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

from typing import Any

from pyspark.sql import DataFrame

from awsglue._errors import ERROR_SCHEMA
from awsglue._frame_base import FrameBase
from awsglue._sinks.registry import Sink
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection


class DataSink:
    """A sink that a GlueContext made; j_sink is what writes to it."""

    def __init__(self, j_sink: Sink, sql_ctx: Any) -> None:
        self._sink = j_sink
        self._sql_ctx = sql_ctx

    def setFormat(self, format: str | None, **options: Any) -> None:
        """Choose the format and its options."""
        self._sink.set_format(format, options)

    def setAccumulableSize(self, size: int) -> None:
        """Accept the number of error records that Glue's accumulator keeps; here all are kept."""

    def setCatalogInfo(
        self, catalogDatabase: str, catalogTableName: str, catalogId: str = ""
    ) -> None:
        """Choose the table that enableUpdateCatalog creates or updates."""
        self._sink.set_catalog_info(catalogDatabase, catalogTableName, catalogId or None)

    def writeFrame(self, dynamic_frame: DynamicFrame, info: str = "") -> DynamicFrame:
        """Write a frame and return its error records as the frame `<name>_errors`."""
        return self._write(dynamic_frame, "")

    def writeDataFrame(self, data_frame: DataFrame, glue_context: Any, info: str = "") -> None:
        """Write a DataFrame."""
        self._sink.write(data_frame)

    def write(
        self, dynamic_frame_or_dfc: DynamicFrame | DynamicFrameCollection, info: str = ""
    ) -> DynamicFrame | DynamicFrameCollection:
        """Write a frame, or each frame of a collection below the path by its name."""
        if isinstance(dynamic_frame_or_dfc, DynamicFrame):
            return self.writeFrame(dynamic_frame_or_dfc, info)
        written = {key: self._write(dynamic_frame_or_dfc[key], key) for key in dynamic_frame_or_dfc}
        return DynamicFrameCollection(written, self._sql_ctx)

    def _write(self, frame: FrameBase, below: str) -> DynamicFrame:
        frame.assertErrorThreshold()
        self._sink.write(frame.marked_frame, below)
        errors = frame.error_trail.records()
        if errors is None:
            errors = self._sql_ctx.spark_session.createDataFrame([], ERROR_SCHEMA)
        return DynamicFrame(errors, self._sql_ctx, f"{frame.name}_errors")

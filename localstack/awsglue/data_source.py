"""Sources of frames.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-types.html
"""

from typing import Any

from pyspark.sql import DataFrame

from awsglue._errors import ErrorTrail
from awsglue._sources.registry import Source
from awsglue.dynamicframe import DynamicFrame


class DataSource:
    """A source that a GlueContext made; j_source is what reads it."""

    def __init__(self, j_source: Source, sql_ctx: Any, name: str) -> None:
        self._source = j_source
        self._sql_ctx = sql_ctx
        self.name = name

    def setFormat(self, format: str | None, **options: Any) -> None:
        """Choose the format and its options."""
        self._source.set_format(format, options)

    def getFrame(self, **options: Any) -> DynamicFrame:
        """Return the records; minPartitions and targetPartitions do not change them."""
        parsed = self._source.read()
        frame = DynamicFrame(parsed.frame, self._sql_ctx, self.name)
        return frame.with_errors(ErrorTrail(stage=parsed.errors))

    def getSampleFrame(self, num: int, **options: Any) -> DynamicFrame:
        """Return the first num records."""
        parsed = self._source.read()
        return DynamicFrame(parsed.frame.limit(num), self._sql_ctx, self.name)

    def getDataFrame(self) -> DataFrame:
        """Return the records as a DataFrame."""
        return self.getFrame().toDF()

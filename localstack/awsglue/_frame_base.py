"""What a DynamicFrame is: a DataFrame with marked choices, a name, and a trail of errors."""

import copy
from typing import Any, Self

from pyspark.sql import DataFrame

from awsglue import _records, _schema
from awsglue._errors import ERROR_SCHEMA, ErrorTrail
from awsglue.gluetypes import StructType


class FrameBase:
    """Records that describe themselves, and the error records of what made them."""

    def __init__(self, jdf: Any, glue_ctx: Any, name: str = "") -> None:
        frame = jdf if isinstance(jdf, DataFrame) else DataFrame(jdf, glue_ctx.spark_session)
        self._frame = frame
        self._errors = ErrorTrail()
        self.glue_ctx = glue_ctx
        self.name = name

    @property
    def marked_frame(self) -> DataFrame:
        """The DataFrame with choices marked as such; toDF gives it without marks."""
        return self._frame

    @property
    def error_trail(self) -> ErrorTrail:
        """The error records of the stages that made this frame."""
        return self._errors

    def with_errors(self, errors: ErrorTrail) -> Self:
        """Return the same records with other error records."""
        other = copy.copy(self)
        other._errors = errors
        return other

    def _derive(
        self,
        frame: DataFrame,
        stage_threshold: int = 0,
        total_threshold: int = 0,
        errors: DataFrame | None = None,
        name: str | None = None,
    ) -> Self:
        derived = type(self)(frame, self.glue_ctx, self.name if name is None else name)
        derived._errors = self._errors.next_stage(errors, stage_threshold, total_threshold)
        return derived

    def schema(self) -> StructType:
        """Return the schema, with choices."""
        return _schema.frame_schema(self._frame)

    def printSchema(self) -> None:
        """Print the schema as a tree."""
        print(_schema.draw_tree(self.schema()))

    def show(self, num_rows: int = 20) -> None:
        """Print the first records as JSON."""
        schema = self._frame.schema
        for row in self._frame.take(num_rows):
            print(_records.record_json(_records.to_record(row, schema)))

    def count(self) -> int:
        """Return the number of records."""
        self.assertErrorThreshold()
        return self._frame.count()

    def errorsAsDynamicFrame(self) -> Self:
        """Return the error records, each within a field `error`."""
        records = self._errors.records()
        if records is None:
            records = self._frame.sparkSession.createDataFrame([], ERROR_SCHEMA)
        return type(self)(records, self.glue_ctx, f"{self.name}_errors")

    def errorsCount(self) -> int:
        """Return the number of error records of all stages."""
        return self._errors.count_all()

    def stageErrorsCount(self) -> int:
        """Return the number of error records of the stage that made this frame."""
        return self._errors.count_stage()

    def assertErrorThreshold(self) -> None:
        """Raise RuntimeError when there are more error records than the thresholds allow."""
        self._errors.check()

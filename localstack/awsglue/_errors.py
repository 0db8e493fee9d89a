"""Error records: what could not be parsed or made a function fail, counted when asked for."""

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# The shape of a record of errorsAsDynamicFrame: the message and the record as JSON.
ERROR_SCHEMA = "error struct<msg: string, stackTrace: string, dynamicRecord: string>"


@dataclass(frozen=True)
class ErrorTrail:
    """The errors of a frame: of its own stage, and of the stages before; thresholds of both.

    A threshold of 0 means that the process does not fail.
    """

    stage: DataFrame | None = None
    previous: tuple[DataFrame, ...] = ()
    stage_threshold: int = 0
    total_threshold: int = 0

    def next_stage(
        self, errors: DataFrame | None, stage_threshold: int, total_threshold: int
    ) -> "ErrorTrail":
        """Return the trail of a frame made from this one's by an operation with these errors."""
        previous = self.previous if self.stage is None else (*self.previous, self.stage)
        return ErrorTrail(errors, previous, stage_threshold, total_threshold)

    def merged(self, other: "ErrorTrail") -> "ErrorTrail":
        """Return the trail of a frame made of two."""
        return ErrorTrail(
            None, (*self.frames(), *other.frames()), self.stage_threshold, self.total_threshold
        )

    def frames(self) -> tuple[DataFrame, ...]:
        """Return the error records of all stages."""
        return self.previous if self.stage is None else (*self.previous, self.stage)

    def count_stage(self) -> int:
        """Return the number of errors of the last stage."""
        return 0 if self.stage is None else self.stage.count()

    def count_all(self) -> int:
        """Return the number of errors of all stages."""
        return sum(frame.count() for frame in self.frames())

    def records(self) -> DataFrame | None:
        """Return all error records, or None when no stage can have any."""
        frames = self.frames()
        return reduce(DataFrame.unionAll, frames) if frames else None

    def check(self) -> None:
        """Raise RuntimeError when there are more errors than a threshold allows."""
        if self.stage_threshold > 0:
            _check_count(self.count_stage(), self.stage_threshold, "stageThreshold")
        if self.total_threshold > 0:
            _check_count(self.count_all(), self.total_threshold, "totalThreshold")


def _check_count(errors: int, threshold: int, name: str) -> None:
    if errors >= threshold:
        raise RuntimeError(
            f"The DynamicFrame has {errors} error records, and {name} is {threshold}: "
            "errorsAsDynamicFrame() shows them."
        )


def error_frame(errors: DataFrame, message: str, trace: str, record: str) -> DataFrame:
    """Return error records from three columns."""
    return errors.select(
        F.struct(
            F.col(message).alias("msg"),
            F.col(trace).alias("stackTrace"),
            F.col(record).alias("dynamicRecord"),
        ).alias("error")
    )

"""Data quality transforms that scripts of Glue Studio import.

Nothing is published. What each row breaks is planned when it is asked for, as Spark does.
https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyspark.sql import DataFrame

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform
from awsgluedq._evaluate import Evaluation, prepare
from awsgluedq._options import read_options

ROWS = "rowLevelOutcomes"
FRAMES = ("originalData", "ruleOutcomes", ROWS)


class EvaluateDataQuality(GlueTransform):
    """Evaluates a ruleset in DQDL."""

    def __call__(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, Any] | None = None,
        additional_options: Mapping[str, Any] | None = None,
        additional_data_sources: Mapping[str, Any] | None = None,
    ) -> DynamicFrame:
        """Return a frame of Rule, Outcome, FailureReason, EvaluatedMetrics and EvaluatedRule."""
        evaluation = _prepare(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        )
        return DynamicFrame.fromDF(evaluation.outcomes(), frame.glue_ctx, "ruleOutcomes")

    def process_rows(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, Any] | None = None,
        additional_options: Mapping[str, Any] | None = None,
        additional_data_sources: Mapping[str, Any] | None = None,
    ) -> DynamicFrameCollection:
        """Return the frames originalData, ruleOutcomes and rowLevelOutcomes."""
        evaluation = _prepare(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        )
        frames = {"originalData": frame}
        frames["ruleOutcomes"] = DynamicFrame.fromDF(
            evaluation.outcomes(), frame.glue_ctx, "ruleOutcomes"
        )
        return DynamicFrameCollection(_Frames(frames, evaluation), frame.glue_ctx)


class _Frames(Mapping[str, DynamicFrame]):
    """The frames of process_rows; that of the rows is planned when it is asked for."""

    def __init__(self, frames: Mapping[str, DynamicFrame], evaluation: Evaluation) -> None:
        self._made = dict(frames)
        self._evaluation = evaluation

    def __getitem__(self, name: str) -> DynamicFrame:
        if name == ROWS and name not in self._made:
            context = self._made["originalData"].glue_ctx
            self._made[name] = DynamicFrame.fromDF(self._evaluation.rows(), context, name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FRAMES)

    def __len__(self) -> int:
        return len(FRAMES)


def _prepare(
    frame: DynamicFrame,
    ruleset: str,
    publishing_options: Mapping[str, Any] | None,
    additional_options: Mapping[str, Any] | None,
    additional_data_sources: Mapping[str, Any] | None,
) -> Evaluation:
    options = read_options(publishing_options or {}, additional_options or {})
    others = {name: _data(other) for name, other in (additional_data_sources or {}).items()}
    primary = _data(frame)
    return prepare(primary.persist() if options.caches_input else primary, ruleset, others, options)


def _data(frame: Any) -> DataFrame:
    if isinstance(frame, DataFrame):
        return frame
    data: DataFrame = frame.toDF()
    return data

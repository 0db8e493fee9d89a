"""Data quality transforms that scripts of Glue Studio import.

Outcomes are kept once they are computed: a script reads them several times. Nothing is published.
https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html
"""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform
from awsgluedq._evaluate import Evaluation, evaluate
from awsgluedq._options import read_options


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
        evaluation = _evaluate(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        )
        return DynamicFrame.fromDF(evaluation.outcomes, frame.glue_ctx, "ruleOutcomes")

    def process_rows(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, Any] | None = None,
        additional_options: Mapping[str, Any] | None = None,
        additional_data_sources: Mapping[str, Any] | None = None,
    ) -> DynamicFrameCollection:
        """Return the frames originalData, ruleOutcomes and rowLevelOutcomes."""
        evaluation = _evaluate(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        )
        frames = {"ruleOutcomes": evaluation.outcomes, "rowLevelOutcomes": evaluation.rows}
        made = {
            name: DynamicFrame.fromDF(made, frame.glue_ctx, name) for name, made in frames.items()
        }
        return DynamicFrameCollection({"originalData": frame, **made}, frame.glue_ctx)


def _evaluate(
    frame: DynamicFrame,
    ruleset: str,
    publishing_options: Mapping[str, Any] | None,
    additional_options: Mapping[str, Any] | None,
    additional_data_sources: Mapping[str, Any] | None,
) -> Evaluation:
    options = read_options(publishing_options or {}, additional_options or {})
    others = {name: _data(other) for name, other in (additional_data_sources or {}).items()}
    primary = _data(frame)
    if options.caches_input:
        primary = primary.persist()
    evaluation = evaluate(primary, ruleset, others, options)
    return Evaluation(evaluation.outcomes.persist(), evaluation.rows)


def _data(frame: Any) -> DataFrame:
    if isinstance(frame, DataFrame):
        return frame
    data: DataFrame = frame.toDF()
    return data

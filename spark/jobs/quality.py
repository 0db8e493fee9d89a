"""The evaluator of rules that jobs pass to spark.quality: Glue's own."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import SelectFromCollection
from awsgluedq.transforms import EvaluateDataQuality
from spark.quality import Evaluation


def evaluate(frame: DataFrame, rules: str, others: Mapping[str, DataFrame]) -> Evaluation:
    """Evaluate rules with Glue Data Quality; nothing is published anywhere."""
    context = GlueContext(frame.sparkSession.sparkContext)
    results = EvaluateDataQuality().process_rows(
        frame=DynamicFrame.fromDF(frame, context, "primary"),
        additional_data_sources={
            alias: DynamicFrame.fromDF(other, context, alias) for alias, other in others.items()
        },
        ruleset=rules,
        publishing_options={"dataQualityEvaluationContext": "lochan"},
        additional_options={"compositeRuleEvaluation.method": "ROW"},
    )

    def frame_of(key: str) -> DataFrame:
        found: DataFrame = SelectFromCollection.apply(dfc=results, key=key).toDF()
        return found

    return Evaluation(frame_of("ruleOutcomes"), lambda: frame_of("rowLevelOutcomes"))

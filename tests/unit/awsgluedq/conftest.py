"""Rules evaluated on frames of a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsgluedq.transforms import EvaluateDataQuality

Rows = list[tuple[Any, ...]]
Evaluate = Callable[..., Any]


@pytest.fixture(scope="session")
def frame_of(spark: SparkSession) -> Callable[[Rows, str], DataFrame]:
    return lambda rows, schema: spark.createDataFrame(rows, schema)


@pytest.fixture(scope="session")
def process(spark: SparkSession) -> Evaluate:
    """Return a function from a DataFrame and rules, one a line, to what process_rows returns."""
    context = GlueContext(spark.sparkContext)

    def evaluate(
        frame: DataFrame,
        *rules: str,
        others: Mapping[str, DataFrame] | None = None,
        **options: Any,
    ) -> Any:
        return EvaluateDataQuality().process_rows(
            frame=DynamicFrame.fromDF(frame, context, "primary"),
            ruleset=f"Rules = [ {', '.join(rules)} ]",
            publishing_options={"dataQualityEvaluationContext": "test"},
            additional_options={name.replace("__", "."): value for name, value in options.items()},
            additional_data_sources={
                alias: DynamicFrame.fromDF(other, context, alias)
                for alias, other in (others or {}).items()
            },
        )

    return evaluate


@pytest.fixture(scope="session")
def outcomes(process: Evaluate) -> Evaluate:
    """Return a function to (outcome, reason, metrics) of each rule, in the rules' order."""

    def evaluate(frame: DataFrame, *rules: str, **options: Any) -> list[tuple[Any, ...]]:
        rows = process(frame, *rules, **options)["ruleOutcomes"].toDF().collect()
        assert [row["Rule"] for row in rows] == list(rules)
        return [(row["Outcome"], row["FailureReason"], row["EvaluatedMetrics"]) for row in rows]

    return evaluate

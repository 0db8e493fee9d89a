from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from spark.tuning import SMALL_BYTES, choose_settings, hold

PARTITIONS = "spark.sql.shuffle.partitions"


@pytest.mark.parametrize("size", [0, 1, 120_000, 4 * 1024 * 1024])
def test_a_small_input_is_one_partition_without_compiling_or_planning_again(size: int) -> None:
    assert choose_settings(size) == {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }


def test_above_the_threshold_spark_compiles_and_adapts() -> None:
    assert choose_settings(4 * 1024 * 1024 + 1) == {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.codegen.wholeStage": "true",
        "spark.sql.codegen.factoryMode": "FALLBACK",
    }


@pytest.mark.parametrize(
    ("size", "partitions"),
    [(8 * 1024 * 1024, "1"), (8 * 1024 * 1024 + 1, "2"), (1024**3, "128")],
)
def test_partitions_grow_with_the_input(size: int, partitions: str) -> None:
    assert choose_settings(size)[PARTITIONS] == partitions


@pytest.mark.spark
@pytest.mark.parametrize("size", [SMALL_BYTES, SMALL_BYTES + 1])
def test_what_is_held_is_computed_once(spark: SparkSession, size: int) -> None:
    held = hold(spark.sql("SELECT current_timestamp() AS moment"), size)
    assert held.collect() == held.collect()

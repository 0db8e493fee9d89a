from __future__ import annotations

from collections import Counter

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.academy.sync import arrange, plan_files
from spark.tables import Counts
from spark.twitter.schemas import USERS


def loaded(rows: int) -> Counts:
    return Counts(rows + 2, rows, 1, 1)


def test_files_hold_so_many_rows_at_most() -> None:
    counts = {"a": loaded(1), "b": loaded(400_000), "c": loaded(400_001), "d": loaded(0)}
    assert plan_files(counts) == {"a": 1, "b": 1, "c": 2}


def test_a_large_day_is_spread_and_the_small_ones_are_not(spark: SparkSession) -> None:
    days = F.when(F.col("id") < 200, "2026-11-19").otherwise("2026-11-20").cast("date")
    rows = spark.range(220).select(F.col("id").alias("user_id"), days.alias("dt"))
    arranged = arrange(rows, USERS, {"2026-11-19": 4, "2026-11-20": 1})
    tasks = arranged.select("dt", F.spark_partition_id().alias("task")).collect()
    found = Counter((str(row["dt"]), row["task"]) for row in tasks)
    assert sum(found.values()) == 220
    by_day = Counter(day for day, _ in found)
    assert by_day["2026-11-20"] == 1
    assert 1 < by_day["2026-11-19"] <= 4


def test_many_small_files_take_several_tasks(spark: SparkSession) -> None:
    rows = spark.range(4).select(F.col("id").alias("user_id"), F.lit("2026-11-20").alias("dt"))
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    try:
        few = arrange(rows, USERS, {"2026-11-20": 1})
        many = arrange(rows, USERS, {str(number): 1 for number in range(1000)})
        assert (few.rdd.getNumPartitions(), many.rdd.getNumPartitions()) == (1, 20)
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", before)

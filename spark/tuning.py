"""How Spark should run for an input of a given size.

A window of a few hundred tweets costs Spark no time but what it spends on preparing: compiling
generated code for every stage, starting tasks for empty partitions, planning again after each
shuffle. The completion markers say how large the input is, so this need not be left to defaults of
the cluster, which are meant for large inputs.
https://spark.apache.org/docs/3.5.6/sql-performance-tuning.html
"""

from __future__ import annotations

import math

from pyspark.sql import DataFrame, SparkSession

MEGABYTE = 1024 * 1024
# Compressed JSON and Parquet grow about tenfold in memory; a task sorts its share in memory.
BYTES_PER_PARTITION = 8 * MEGABYTE
# About 7,000 tweets: above, generated code earns back the seconds that compiling it takes.
SMALL_BYTES = 4 * MEGABYTE


def choose_settings(compressed_bytes: int) -> dict[str, str]:
    """Choose the session's settings for an input of so many bytes."""
    small = is_small(compressed_bytes)
    return {
        "spark.sql.shuffle.partitions": str(
            max(1, math.ceil(compressed_bytes / BYTES_PER_PARTITION))
        ),
        "spark.sql.adaptive.enabled": "false" if small else "true",
        "spark.sql.codegen.wholeStage": "false" if small else "true",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN" if small else "FALLBACK",
    }


def fit_to_size(spark: SparkSession, compressed_bytes: int) -> None:
    """Set the session up for an input of so many bytes."""
    for name, value in choose_settings(compressed_bytes).items():
        spark.conf.set(name, value)


def hold(frame: DataFrame, compressed_bytes: int) -> DataFrame:
    """Compute a frame of so many bytes once, when it is first read, and hold its rows.

    A small one is a single partition, whose rows need no shuffle to meet, and forgets how it came
    about: what is asked of it is then not analyzed together with all that, again and again. A large
    one keeps it, so that rows on a lost machine can be computed once more.
    """
    if is_small(compressed_bytes):
        return frame.coalesce(1).localCheckpoint(eager=False)
    return frame.persist()


def is_small(compressed_bytes: int) -> bool:
    """Tell whether preparing takes longer than computing."""
    return compressed_bytes <= SMALL_BYTES

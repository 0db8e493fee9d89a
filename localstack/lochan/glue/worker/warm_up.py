"""A script that the worker runs first, so that no user's run is the first to load these classes."""

import socket
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from py4j.protocol import Py4JJavaError
from pyspark import SparkContext
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def warm_local(spark: SparkSession) -> None:
    """Run what most jobs run: rows from Python, files, a shuffle, Python functions."""
    double = f.udf(lambda value: value * 2, "long")
    frame = spark.createDataFrame([(1, "a"), (2, "b")], "number long, letter string")
    grouped = frame.withColumn("twice", double("number")).groupBy("letter").agg(f.sum("twice"))
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder, "rows"))
        grouped.write.partitionBy("letter").parquet(f"{target}.parquet")
        spark.read.parquet(f"{target}.parquet").write.json(f"{target}.json")
        spark.read.json(f"{target}.json").collect()


def warm_s3(spark: SparkSession, endpoint_url: str | None) -> None:
    """Load S3A; where the service answers already, ask it for a bucket that is not there."""
    name = f"lochan-warm-up-{uuid.uuid4()}"
    jvm: Any = spark._jvm
    configuration = spark.sparkContext._jsc.hadoopConfiguration()
    jvm.org.apache.hadoop.fs.Path(f"s3://{name}/").getFileSystem(configuration)
    if endpoint_url is None or not answers(endpoint_url):
        return
    try:
        spark.read.json(f"s3://{name}/rows")
    except (AnalysisException, Py4JJavaError) as error:
        print(f"There is no bucket {name}, as expected: {type(error).__name__}")


def answers(endpoint_url: str) -> bool:
    """Whether something listens there; S3A would try for minutes."""
    address = urlsplit(endpoint_url)
    try:
        with socket.create_connection((address.hostname, address.port or 443), timeout=1):
            return True
    except OSError:
        return False


def main(endpoint_url: str) -> None:
    """Warm the JVM up."""
    spark = SparkSession(SparkContext.getOrCreate())
    warm_local(spark)
    warm_s3(spark, endpoint_url or None)


if __name__ == "__main__":
    main(sys.argv[1])

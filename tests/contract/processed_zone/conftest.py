"""Buckets of the stack, and Spark's way to them."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lochan.stack.pytest_plugin import TestStack

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def spark_s3(spark: SparkSession, lochan_stack: TestStack) -> SparkSession:
    """The session, told where S3 is; buckets are new for each test, so nothing else changes."""
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    for name, value in {
        "fs.s3a.endpoint": lochan_stack.environment["AWS_ENDPOINT_URL"],
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": "false",
        "fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "fs.s3a.access.key": lochan_stack.environment["AWS_ACCESS_KEY_ID"],
        "fs.s3a.secret.key": lochan_stack.environment["AWS_SECRET_ACCESS_KEY"],
    }.items():
        hadoop.set(name, value)
    _equip_tasks(spark, lochan_stack.environment)
    return spark


def _equip_tasks(spark: SparkSession, environment: Mapping[str, str]) -> None:
    """Give tasks this Python, this code and the standard variables by which they reach S3."""
    context = spark.sparkContext
    context.pythonExec = sys.executable
    context.environment["PYTHONPATH"] = str(ROOT)
    context.environment.update({k: v for k, v in environment.items() if k.startswith("AWS_")})


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"zone-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name

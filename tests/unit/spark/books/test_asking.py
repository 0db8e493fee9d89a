"""The flow says who asks, the job finds it: one rule on two sides, on an S3 of moto's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from spark.books.asking import find_flow_run
from spark.logs import describe_run
from tasks.books.asking import ask_as


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "s3",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(ignore_configured_endpoint_urls=True),
        )
        client.create_bucket(Bucket="processed")
        yield client


def test_the_job_names_the_flow_run_that_waits(s3: Any) -> None:
    with ask_as(s3, "processed", "f-3"):
        argv = ["job.py", "--JOB_RUN_ID", "jr_2", *find_flow_run(s3, "processed")]
    assert json.loads(describe_run(argv)) == {
        "event": "started",
        "job": None,
        "glue_run_id": "jr_2",
        "flow_run_id": "f-3",
    }


def test_nobody_is_named_when_the_wait_is_over_or_was_interrupted(s3: Any) -> None:
    with pytest.raises(KeyboardInterrupt), ask_as(s3, "processed", "f-3"):
        raise KeyboardInterrupt
    assert find_flow_run(s3, "processed") == []


def test_what_a_killed_flow_left_is_replaced(s3: Any) -> None:
    s3.put_object(Bucket="processed", Key="books/_asked_by/a-killed-run", Body=b"")
    with ask_as(s3, "processed", "f-4"):
        assert find_flow_run(s3, "processed") == ["--flow_run_id", "f-4"]


def test_a_run_outside_of_any_flow_names_nobody(s3: Any) -> None:
    s3.put_object(Bucket="processed", Key="books/_asked_by/a-killed-run", Body=b"")
    with ask_as(s3, "processed", None):
        assert find_flow_run(s3, "processed") == []

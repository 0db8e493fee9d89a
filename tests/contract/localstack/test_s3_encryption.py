"""What clients are told of objects in a bucket that encrypts with a key of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

S3A = "Hadoop 3.3.4, aws-sdk-java/1.12.262 Linux/6.1"


@pytest.fixture
def key(localstack: Any, make_client: Callable[..., Any]) -> str:
    kms = make_client("kms", localstack.endpoint)
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def bucket(s3: Any, key: str) -> Iterator[str]:
    name = "encrypted"
    s3.create_bucket(Bucket=name)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        },
    )
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    yield name
    s3.delete_object(Bucket=name, Key="a")
    s3.delete_bucket(Bucket=name)


def test_an_object_says_which_key_encrypts_it(s3: Any, bucket: str, key: str) -> None:
    found = s3.head_object(Bucket=bucket, Key="a")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)


def test_s3a_over_plain_http_is_not_told_the_key_that_it_could_not_pass_on(
    localstack: Any, bucket: str
) -> None:
    client: Any = boto3.client(
        "s3",
        endpoint_url=localstack.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(user_agent=S3A),
    )
    found = client.head_object(Bucket=bucket, Key="a")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert "SSEKMSKeyId" not in found

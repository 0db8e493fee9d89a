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


def s3_as(endpoint: str, user_agent: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(user_agent=user_agent),
    )


@pytest.mark.parametrize("prefix", ["", "lochan-sse/aws:kms/, "])
def test_s3a_over_plain_http_is_not_told_the_key_that_it_could_not_pass_on(
    localstack: Any, bucket: str, prefix: str
) -> None:
    found = s3_as(localstack.endpoint, prefix + S3A).head_object(Bucket=bucket, Key="a")
    assert found["ServerSideEncryption"] == "aws:kms"
    assert "SSEKMSKeyId" not in found


def test_what_s3a_writes_is_encrypted_as_its_user_agent_says(
    localstack: Any, s3: Any, key: str, bucket: str
) -> None:
    s3.create_bucket(Bucket="plain")
    told = s3_as(localstack.endpoint, f"lochan-sse/aws:kms/{key}, {S3A}")
    told.put_object(Bucket="plain", Key="put", Body=b"1")
    told.copy_object(Bucket="plain", Key="copied", CopySource={"Bucket": bucket, "Key": "a"})
    upload = {"Bucket": "plain", "Key": "parts"}
    upload["UploadId"] = told.create_multipart_upload(**upload)["UploadId"]
    part = told.upload_part(**upload, PartNumber=1, Body=b"1")
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    told.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    for written in ("put", "copied", "parts"):
        found = s3.head_object(Bucket="plain", Key=written)
        assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
        s3.delete_object(Bucket="plain", Key=written)
    s3.delete_bucket(Bucket="plain")

"""Runs with a security configuration: what they write to S3, and where they log.

https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html (2026-11-21)
"""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.spark

# An object by a task, one by the driver's commit, and one from an RDD, which knows no session.
WRITE = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
folder = sys.argv[-1]
spark.range(2).write.parquet(f"s3://assets/{folder}/rows")
spark.sparkContext.parallelize(["a"]).saveAsTextFile(f"s3a://assets/{folder}/lines")
"""
HELD = """
import time
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate()
print("attached")
time.sleep(60)
"""


@pytest.fixture(scope="module")
def key(worker: Any) -> str:
    return str(worker.kms.create_key()["KeyMetadata"]["Arn"])


def write(worker: Any, folder: str, **encryption: Any) -> str:
    run_id: str = worker.start(WRITE, {"--folder": folder}, **encryption)
    assert worker.wait(run_id)["state"] == "SUCCEEDED", "\n".join(worker.errors(run_id))
    return run_id


def read_encryption(worker: Any, folder: str) -> set[tuple[str, str | None]]:
    found = worker.s3.list_objects_v2(Bucket="assets", Prefix=f"{folder}/")["Contents"]
    heads = [worker.s3.head_object(Bucket="assets", Key=each["Key"]) for each in found]
    assert len(heads) >= 4
    return {(head["ServerSideEncryption"], head.get("SSEKMSKeyId")) for head in heads}


def kms(key: str) -> dict[str, Any]:
    return {"s3_encryption": {"algorithm": "aws:kms", "key": key}}


def test_all_that_a_run_writes_is_encrypted_as_told_in_the_shared_jvm(
    worker: Any, key: str
) -> None:
    [jvm] = worker.jvm_processes()
    write(worker, "encrypted/kms", **kms(key))
    # S3 encrypts by itself what nobody asks to be encrypted.
    write(worker, "encrypted/not")
    write(worker, "encrypted/again", **kms(key))
    assert read_encryption(worker, "encrypted/kms") == {("aws:kms", key)}
    assert read_encryption(worker, "encrypted/not") == {("AES256", None)}
    assert read_encryption(worker, "encrypted/again") == {("aws:kms", key)}
    assert [each.pid for each in worker.jvm_processes()] == [jvm.pid]


def test_runs_that_encrypt_otherwise_at_once_are_apart(
    worker: Any, key: str, wait_for: Any
) -> None:
    holder = worker.start(HELD)
    wait_for(lambda: worker.output(holder) == ["attached"], 30, "the first run's attachment")
    apart = write(worker, "encrypted/apart", **kms(key))
    assert read_encryption(worker, "encrypted/apart") == {("aws:kms", key)}
    assert any(
        "runs that write to S3 with another encryption are in the shared one" in line
        for line in worker.errors(apart)
    )
    worker.stop(holder)
    worker.wait(holder)


def test_bucket_with_a_default_is_overruled_by_sse_s3(worker: Any, key: str) -> None:
    worker.s3.create_bucket(Bucket="encrypted-by-default")
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    worker.s3.put_bucket_encryption(
        Bucket="encrypted-by-default",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    script = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.range(1).coalesce(1).write.json("s3://encrypted-by-default/rows")
"""
    asked = {"algorithm": "AES256", "key": ""}
    assert worker.run(script, s3_encryption=asked)["state"] == "SUCCEEDED"
    done = worker.s3.head_object(Bucket="encrypted-by-default", Key="rows/_SUCCESS")
    assert done["ServerSideEncryption"] == "AES256"


def test_log_groups_have_the_key_and_the_stream_is_in_them(worker: Any, key: str) -> None:
    group = "/aws-glue/jobs/safe-role/reader"
    worker.logs.create_log_group(logGroupName=f"{group}/output")
    script = "import json, sys; print(json.dumps(sys.argv[1:])); print('no', file=sys.stderr)"
    run_id = worker.start(script, log_group=group, log_key=key, security_configuration="safe")
    assert worker.wait(run_id)["state"] == "SUCCEEDED"
    argv = json.loads(worker.output(run_id, f"{group}/output")[-1])
    assert dict(zip(argv[::2], argv[1::2], strict=True))["--SECURITY_CONFIGURATION"] == "safe"
    assert worker.output(run_id, f"{group}/error") == ["no"]
    groups = worker.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert {each["logGroupName"]: each["kmsKeyId"] for each in groups} == {
        f"{group}/output": key,
        f"{group}/error": key,
    }

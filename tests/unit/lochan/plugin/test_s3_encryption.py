from types import SimpleNamespace

import pytest

from lochan.plugin.s3_encryption import encrypt_as_told

KEY = "arn:aws:kms:us-east-1:000000000000:key/k"
# As S3A of Hadoop 3.3.4 sends it, with fs.s3a.user.agent.prefix before its own.
S3A = "lochan-sse/{}, Hadoop 3.3.4, aws-sdk-java/1.12.262 Linux/6 OpenJDK_64-Bit_Server_VM/17"


def ask(operation, agent, service="s3", **members):
    context = SimpleNamespace(
        service=SimpleNamespace(service_name=service),
        operation=SimpleNamespace(name=operation),
        request=SimpleNamespace(headers={"User-Agent": agent}),
        service_request={"Bucket": "b", **members},
    )
    encrypt_as_told(None, context, None)
    del context.service_request["Bucket"]
    return context.service_request


@pytest.mark.parametrize("operation", ["PutObject", "CreateMultipartUpload", "CopyObject"])
def test_object_is_encrypted_as_the_user_agent_says(operation):
    assert ask(operation, S3A.format(f"aws:kms/{KEY}")) == {
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": KEY,
    }


@pytest.mark.parametrize("algorithm", ["aws:kms", "AES256"])
def test_key_may_be_the_accounts_own(algorithm):
    assert ask("PutObject", S3A.format(f"{algorithm}/")) == {"ServerSideEncryption": algorithm}


@pytest.mark.parametrize(
    ("operation", "agent", "service"),
    [
        ("GetObject", S3A.format(f"aws:kms/{KEY}"), "s3"),
        ("PutObject", "Hadoop 3.3.4, aws-sdk-java/1.12.262", "s3"),
        ("PutObject", S3A.format("rot13/"), "s3"),
        ("PutObject", S3A.format(f"aws:kms/{KEY}"), "glue"),
    ],
)
def test_nothing_else_is_changed(operation, agent, service):
    assert ask(operation, agent, service) == {}


def test_request_that_is_not_understood_passes():
    context = SimpleNamespace(service=None, operation=None)
    assert encrypt_as_told(None, context, None) is None

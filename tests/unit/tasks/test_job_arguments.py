from __future__ import annotations

import pytest

from tasks.job_arguments import SecretInArguments, refuse_secrets

SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:lochan/prod/redshift-AbCdEf"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("--password", "hunter2", "is named like a secret"),
        ("--redshift_password", "hunter2", "is named like a secret"),
        ("--x-api-token", "abc", "is named like a secret"),
        ("--api_key", "abc", "is named like a secret"),
        ("--AWS_SECRET_ACCESS_KEY", "abc", "is named like a secret"),
        ("--secret", "lochan/prod/redshift", "holds no ARN"),
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
        ("--login", "AKIAIOSFODNN7EXAMPLE", "the id of an AWS access key"),
        ("--login", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "an AWS secret access key"),
        ("--url", "jdbc:redshift://h:5439/dev?user=u&password=p", "a password"),
        ("--url", "postgresql://u:p@h/dev", "a password in a URL"),
        ("--header", "Bearer AAAAAAAAAAAA", "a bearer token"),
        ("--header", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "a JSON web token"),
        ("--pem", "-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("--hub", "ghp_0123456789abcdef", "a token of a service"),
    ],
)
def test_what_looks_like_a_secret_is_refused_without_being_repeated(
    name: str, value: str, reason: str
) -> None:
    with pytest.raises(SecretInArguments) as refused:
        refuse_secrets("The job j", {"--input": "s3://b/k", name: value})
    text = str(refused.value)
    assert f"The job j may not get the argument {name}: " in text
    assert reason in text
    assert "pass the secret's ARN" in text
    assert value not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--redshift_secret", SECRET_ARN),
        ("--password_secret_arn", SECRET_ARN),
        ("--idempotency_key", "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"),
        ("--merge_keys", "id,token_count"),
        ("--plan", "s3://bucket/lake/0420a48dbfc6203f0b346402ea8324d8c47da8c8/plan.json"),
        ("--commit", "0420a48dbfc6203f0b346402ea8324d8c47da8c8"),
        ("--conf", "spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension"),
        ("--window", "2026-11-20T00-00-00Z"),
        ("--secret", ""),
    ],
)
def test_arns_names_and_hashes_pass(name: str, value: str) -> None:
    refuse_secrets("The job j", {name: value})

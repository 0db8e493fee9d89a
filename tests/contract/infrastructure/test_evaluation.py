"""The evaluator against what AWS's pages say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.infrastructure.evaluation import Need, is_allowed, matches

LIST = {
    "Effect": "Allow",
    "Action": ["s3:ListBucket"],
    "Resource": ["arn:aws:s3:::b"],
    "Condition": {"StringLike": {"s3:prefix": ["x_api", "x_api/*"]}},
}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
DENY_OTHER_ENCRYPTION = {
    "Effect": "Deny",
    "Action": ["s3:PutObject"],
    "Resource": ["arn:aws:s3:::b/*"],
    "Condition": {
        "Null": {"s3:x-amz-server-side-encryption": "false"},
        "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
    },
}
PUT = {"Effect": "Allow", "Action": ["s3:Put*"], "Resource": ["arn:aws:s3:::b/*"]}


@pytest.mark.parametrize(
    ("text", "pattern", "answer"),
    [
        ("s3:GetObject", "s3:Get*", True),
        ("s3:GetObject", "s3:GetObjec?", True),
        ("s3:GetObject", "s3:Get", False),
        ("a[1]", "a[1]", True),
        ("a1", "a[1]", False),
    ],
)
def test_wildcards(text: str, pattern: str, answer: bool) -> None:
    assert matches(text, pattern) is answer


@pytest.mark.parametrize(
    ("statements", "need", "allowed"),
    [
        ([LIST], Need("s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "x_api/a"}), True),
        ([LIST], Need("s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "export/"}), False),
        ([LIST], Need("s3:ListBucket", "arn:aws:s3:::b"), False),
        ([LIST], Need("s3:ListBucket", "arn:aws:s3:::c", {"s3:prefix": "x_api/a"}), False),
        ([PUT], Need("s3:PutObject", "arn:aws:s3:::b/k"), True),
        ([PUT], Need("s3:DeleteObject", "arn:aws:s3:::b/k"), False),
        # No header: the bucket's default encrypts. That is what the Null in the policy is for.
        ([PUT, DENY_OTHER_ENCRYPTION], Need("s3:PutObject", "arn:aws:s3:::b/k"), True),
        (
            [PUT, DENY_OTHER_ENCRYPTION],
            Need(
                "s3:PutObject",
                "arn:aws:s3:::b/k",
                {"s3:x-amz-server-side-encryption": "AES256"},
            ),
            False,
        ),
        (
            [PUT, DENY_OTHER_ENCRYPTION],
            Need(
                "s3:PutObject",
                "arn:aws:s3:::b/k",
                {"s3:x-amz-server-side-encryption": "aws:kms"},
            ),
            True,
        ),
    ],
)
def test_what_is_allowed(statements: list[Any], need: Need, allowed: bool) -> None:
    assert is_allowed([{"Statement": statements}], need) is allowed

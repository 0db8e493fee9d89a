"""What our flows take for granted of S3: the order of listings, pages, folders, encryption."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tests.aws.account import Account, expect

# Keys lie in the order of their UTF-8 bytes: blank, plus, letters, whatever is not ASCII.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html
NAMES = ("a b.csv", "a+b.csv", "day=2026-11-20/x.csv", "day=2026-11-21/x.csv", "é%2F.csv")


def check_s3(account: Account) -> None:
    """Lay a few objects below the verification's own prefix and look at them in every way."""
    s3, bucket = account.client("s3"), account.settings.landing_bucket
    prefix = f"{account.prefix}s3/"
    try:
        for name in reversed(NAMES):
            s3.put_object(Bucket=bucket, Key=prefix + name, Body=name.encode())
        _check_listings(s3, bucket, prefix)
        _check_objects(s3, bucket, prefix)
    finally:
        for name in NAMES:
            s3.delete_object(Bucket=bucket, Key=prefix + name)


def _check_listings(s3: Any, bucket: str, prefix: str) -> None:
    pages = s3.get_paginator("list_objects_v2")

    def names(**options: Any) -> list[list[str]]:
        found = pages.paginate(Bucket=bucket, Prefix=prefix, **options)
        return [[one["Key"].removeprefix(prefix) for one in page["Contents"]] for page in found]

    expect("S3 lists keys in the order of their bytes", names(), [[*NAMES]])
    two_a_page = names(PaginationConfig={"PageSize": 2})
    expect("S3 goes on with the next page", two_a_page, [[*NAMES[:2]], [*NAMES[2:4]], [NAMES[4]]])
    expect("S3 starts after a key", names(StartAfter=prefix + NAMES[2]), [[*NAMES[3:]]])
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/")
    folders = [one["Prefix"].removeprefix(prefix) for one in listed["CommonPrefixes"]]
    expect("S3 shows folders once", folders, ["day=2026-11-20/", "day=2026-11-21/"])


def _check_objects(s3: Any, bucket: str, prefix: str) -> None:
    key = prefix + NAMES[4]
    head = s3.head_object(Bucket=bucket, Key=key)
    expect("S3 encrypts by the bucket's key", head["ServerSideEncryption"], "aws:kms")
    part = s3.get_object(Bucket=bucket, Key=key, Range="bytes=0-1")["Body"].read()
    expect("S3 reads a range of bytes", part, "é".encode())
    missing = _refusal(lambda: s3.get_object(Bucket=bucket, Key=f"{prefix}none"))
    expect("S3 says that a key is not there", missing, "NoSuchKey")
    again = _refusal(lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"", IfNoneMatch="*"))
    expect("S3 refuses what is to be there first", again, "PreconditionFailed")


def _refusal(request: Any) -> str:
    try:
        request()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "nothing"

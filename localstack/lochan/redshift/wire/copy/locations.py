"""S3 locations as statements, manifests and JSON path files write them."""

import re

from lochan.redshift.wire.copy.errors import INTERNAL_ERROR, CopySyntaxError, refuse
from lochan.redshift.wire.copy.statement import S3Location

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY_BYTES = 1024
_OTHER_SOURCES = {
    "dynamodb://": "Amazon DynamoDB",
    "emr://": "Amazon EMR",
    "ssh://": "a remote host over SSH",
}


def parse_location(text: str) -> S3Location:
    """Take `s3://bucket/key` apart; the key may be empty or only the beginning of keys."""
    for scheme, service in _OTHER_SOURCES.items():
        if text.lower().startswith(scheme):
            raise refuse(f"COPY from {service} is not supported by this Redshift stand-in")
    if not text.lower().startswith("s3://"):
        raise CopySyntaxError(
            "0A000",
            "LOAD source is not supported. "
            "(Hint: only S3 or DynamoDB or EMR based load is allowed)",
        )
    bucket, _, key = text[len("s3://") :].partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise CopySyntaxError(INTERNAL_ERROR, f"'{text}' does not name a valid S3 bucket")
    if len(key.encode()) > _KEY_BYTES or "\0" in key:
        raise CopySyntaxError(INTERNAL_ERROR, f"'{text}' does not hold a valid S3 key")
    return S3Location(bucket, key)

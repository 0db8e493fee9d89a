"""Encrypts what S3A writes over plain HTTP as the Glue worker told it.

S3A's SDK names a key of KMS over HTTPS alone, and the stack's S3 listens on loopback without it.
So the worker has S3A begin its User-Agent with what the headers would have said, and it is read
here, where nothing but S3's parsed request knows of it. On AWS S3A sends the headers itself.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html
"""

import re
from typing import Any

# As lochan.glue.worker.s3_encryption writes it.
_TOLD = re.compile(r"lochan-sse/(?P<algorithm>aws:kms|AES256)/(?P<key>[^\s,;]*)")
_WRITES = frozenset({"PutObject", "CreateMultipartUpload", "CopyObject"})


def encrypt_as_told(_: object, context: Any, response: object) -> None:
    """Add to a request of S3A what encrypts the object; a handler of LocalStack's requests."""
    if context.service is None or context.service.service_name != "s3":
        return
    if context.operation is None or context.operation.name not in _WRITES:
        return
    told = _TOLD.search(context.request.headers.get("User-Agent", ""))
    if told is not None:
        context.service_request |= read_encryption(told["algorithm"], told["key"])


def read_encryption(algorithm: str, key: str) -> dict[str, str]:
    """Return the members of a request that ask for an encryption."""
    return {"ServerSideEncryption": algorithm, **({"SSEKMSKeyId": key} if key else {})}

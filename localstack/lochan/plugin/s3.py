"""LocalStack's S3 with lists that lose no key, and objects in a folder of this instance's own.

LocalStack 4.13.1 compares URL-quoted keys with raw markers when a client asks for
encoding-type=url, as boto3 always does, and so loses keys such as `dt=2026-11-20/…` between pages
(localstack/localstack#13745). Here it lists raw keys, and the answer is quoted afterwards.
"""

from operator import itemgetter
from typing import Any
from urllib.parse import quote

from localstack.aws.api import RequestContext
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

_QUOTED_MEMBERS = (
    "Prefix",
    "Delimiter",
    "StartAfter",
    "Marker",
    "NextMarker",
    "KeyMarker",
    "NextKeyMarker",
)
_QUOTED_IN_LISTS = {
    "Contents": "Key",
    "Versions": "Key",
    "DeleteMarkers": "Key",
    "Uploads": "Key",
    "CommonPrefixes": "Prefix",
}


class LochanS3Provider(S3Provider):  # type: ignore[misc]
    """S3 as LocalStack has it, but for listing and storage."""

    def __init__(self, storage: str) -> None:
        super().__init__(storage_backend=EphemeralS3ObjectStore(storage))

    def head_object(self, context: RequestContext, request: Any) -> dict[str, Any]:
        """Answer HeadObject, to S3A over plain HTTP without the id of the key.

        S3A passes that id on when it copies, which is how it renames, and its SDK sends the id of a
        key over HTTPS alone. On AWS it never meets plain HTTP.
        """
        found: dict[str, Any] = super().head_object(context, request)
        if context.request.scheme == "http" and _is_s3a(context):
            found.pop("SSEKMSKeyId", None)
        return found

    def list_objects(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Answer ListObjects."""
        return _encode(super().list_objects(context, bucket, **rest), encoding_type)

    def list_objects_v2(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Answer ListObjectsV2."""
        return _encode(super().list_objects_v2(context, bucket, **rest), encoding_type)

    def list_object_versions(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Answer ListObjectVersions."""
        listing = super().list_object_versions(context, bucket, **rest)
        return _encode(_cut_to_size(listing), encoding_type)

    def list_multipart_uploads(
        self, context: RequestContext, bucket: str, encoding_type: str | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Answer ListMultipartUploads."""
        return _encode(super().list_multipart_uploads(context, bucket, **rest), encoding_type)


def _is_s3a(context: RequestContext) -> bool:
    """Tell S3A by its user agent, `Hadoop 3.3.4, aws-sdk-java/1.12.262 …`, also with a prefix."""
    agent = context.request.headers.get("User-Agent") or ""
    return agent.startswith("Hadoop ") or ", Hadoop " in agent


def _cut_to_size(listing: dict[str, Any]) -> dict[str, Any]:
    """Return the first MaxKeys versions: where a bucket keeps none, LocalStack answers with all."""
    entries = sorted(
        (
            (item[field], member, item)
            for member, field in _QUOTED_IN_LISTS.items()
            for item in listing.get(member, [])
        ),
        key=itemgetter(0),
    )
    kept = entries[: listing["MaxKeys"]]
    if len(kept) == len(entries):
        return listing
    cut = {name: value for name, value in listing.items() if name not in _QUOTED_IN_LISTS}
    for _, member, item in kept:
        cut.setdefault(member, []).append(item)
    return {**cut, "IsTruncated": True, "NextKeyMarker": kept[-1][0]}


def _encode(listing: dict[str, Any], encoding_type: str | None) -> dict[str, Any]:
    """Return a listing of raw keys as the client asked for it."""
    if not encoding_type:
        return listing
    encoded = dict(listing)
    for member in _QUOTED_MEMBERS:
        if encoded.get(member):
            encoded[member] = quote(encoded[member])
    for member, field in _QUOTED_IN_LISTS.items():
        if member in encoded:
            encoded[member] = [{**item, field: quote(item[field])} for item in encoded[member]]
    encoded["EncodingType"] = encoding_type
    return encoded

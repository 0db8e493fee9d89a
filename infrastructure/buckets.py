"""Buckets: closed to the public, encrypted, versioned, tidied by themselves.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.policies import build_policy, normalize
from infrastructure.resource import Attributes, Refused

CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
# How S3 says that something was never set.
_UNSET = frozenset(
    {
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
    }
)


@dataclass(frozen=True)
class Bucket:
    """A bucket; `key_arn` is None where AWS's own key for S3 encrypts."""

    s3: Any
    region: str
    spec: Mapping[str, Any]
    statements: tuple[Mapping[str, Any], ...]
    key_arn: str | None
    kind: str = "bucket"

    @property
    def name(self) -> str:
        """Return the bucket's name."""
        return str(self.spec["name"])

    @property
    def is_shared(self) -> bool:
        """Tell whether it outlives the environment."""
        return bool(self.spec.get("shared", False))

    def declare(self) -> Attributes:
        """Return every protection and rule."""
        return {
            "public_access_block": CLOSED,
            "encryption": _describe_encryption(self.key_arn),
            "versioning": "Enabled" if self.spec["versioning"] else None,
            "policy": normalize(build_policy(self.statements)),
            "lifecycle": [_describe_rule(rule) for rule in self.spec["lifecycle"]],
        }

    def read(self) -> Attributes | None:
        """Return every protection and rule as found; Refused for a bucket of somebody else."""
        if not self._exists():
            return None
        policy = self._ask(self.s3.get_bucket_policy, "Policy")
        return {
            "public_access_block": self._ask(
                self.s3.get_public_access_block, "PublicAccessBlockConfiguration"
            ),
            "encryption": self._ask(
                self.s3.get_bucket_encryption, "ServerSideEncryptionConfiguration"
            ),
            "versioning": self._ask(self.s3.get_bucket_versioning, "Status"),
            "policy": normalize(json.loads(policy)) if policy else None,
            "lifecycle": self._ask(self.s3.get_bucket_lifecycle_configuration, "Rules"),
        }

    def create(self) -> None:
        """Make the bucket, then protect it before anything is in it."""
        # us-east-1 is the one region that may not be named here (API_CreateBucket).
        where = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.s3.create_bucket(Bucket=self.name, **({} if self.region == "us-east-1" else where))
        self.update(frozenset(self.declare()))

    def update(self, attributes: frozenset[str]) -> None:
        """Set what differs."""
        declared = self.declare()
        setters: Mapping[str, Callable[[Any], object]] = {
            "public_access_block": self._close,
            "encryption": self._encrypt,
            "versioning": self._version,
            "policy": self._set_policy,
            "lifecycle": self._set_lifecycle,
        }
        for attribute, change in setters.items():
            if attribute in attributes:
                change(declared[attribute])

    def count_data(self) -> str | None:
        """Say that objects are in it, unless all in it can be made again."""
        if self.spec.get("expendable", False):
            return None
        found = self.s3.list_object_versions(Bucket=self.name, MaxKeys=1)
        return "objects" if found.get("Versions") or found.get("DeleteMarkers") else None

    def delete(self) -> None:
        """Delete every version of every object, then the bucket."""
        for batch in self._list_versions():
            answer = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": batch})
            if answer.get("Errors"):
                raise Refused(f"{self.name} keeps objects: {answer['Errors'][0]}")
        self.s3.delete_bucket(Bucket=self.name)

    def _list_versions(self) -> Iterator[list[dict[str, str]]]:
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]

    def _exists(self) -> bool:
        try:
            self.s3.head_bucket(Bucket=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            if error.response["Error"]["Code"] == "403":
                raise Refused(
                    f"The bucket {self.name} exists and this account may not use it: somebody else "
                    "owns it, or s3:ListBucket is missing. Names of buckets are global: choose "
                    "another in infrastructure/resources.json."
                ) from None
            raise
        return True

    def _ask(self, call: Callable[..., Any], member: str) -> Any:
        try:
            return call(Bucket=self.name).get(member)
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNSET:
                return None
            raise

    def _close(self, declared: Any) -> None:
        self.s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=declared)

    def _encrypt(self, declared: Any) -> None:
        self.s3.put_bucket_encryption(
            Bucket=self.name, ServerSideEncryptionConfiguration=_without_none(declared)
        )

    def _version(self, declared: str | None) -> None:
        # Versioning cannot be taken back, only suspended; a new bucket without it is left alone.
        if declared or self._ask(self.s3.get_bucket_versioning, "Status"):
            self.s3.put_bucket_versioning(
                Bucket=self.name, VersioningConfiguration={"Status": declared or "Suspended"}
            )

    def _set_policy(self, _: Any) -> None:
        policy = json.dumps(build_policy(self.statements))
        self.s3.put_bucket_policy(Bucket=self.name, Policy=policy)

    def _set_lifecycle(self, declared: Any) -> None:
        self.s3.put_bucket_lifecycle_configuration(
            Bucket=self.name, LifecycleConfiguration={"Rules": declared}
        )


def _describe_encryption(key_arn: str | None) -> dict[str, Any]:
    """None, rather than nothing, for no key: one that somebody set is then seen."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}


def _describe_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "ID": rule["id"],
        "Status": "Enabled",
        "Filter": {"Prefix": rule.get("prefix", "")},
    }
    if "abort_multipart_days" in rule:
        days = {"DaysAfterInitiation": rule["abort_multipart_days"]}
        described["AbortIncompleteMultipartUpload"] = days
    if "expire_noncurrent_days" in rule:
        days = {"NoncurrentDays": rule["expire_noncurrent_days"]}
        described["NoncurrentVersionExpiration"] = days
    if "expire_days" in rule:
        described["Expiration"] = {"Days": rule["expire_days"]}
    if "transition_days" in rule:
        into = {"Days": rule["transition_days"], "StorageClass": rule["storage_class"]}
        described["Transitions"] = [into]
    return described


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value

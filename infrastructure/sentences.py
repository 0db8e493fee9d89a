"""What went wrong, as sentences for whoever has to act: what, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from infrastructure.planning import StepFailed

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"})
_TAKEN = frozenset({"BucketAlreadyExists"})
# IAM's own sentence: "User: ARN is not authorized to perform: ACTION on resource: ARN because ..."
_NOT_AUTHORIZED = re.compile(
    r"(?P<who>arn:\S+) is not authorized to perform: (?P<action>\S+)"
    r"(?: on resource: (?P<resource>\S+))?"
)
# IAM's changes take a while to reach other services.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
_TOO_EARLY = re.compile(r"(?i)unable to assume|cannot be assumed|not able to assume")
# Operations whose permission has another name than they.
ACTIONS: Mapping[str, str] = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
}


def describe_failure(failed: StepFailed, region: str) -> str:
    """Say which resource could not be read, made, changed or deleted, and why."""
    step = failed.step
    service = _SERVICES[step.resource.kind]
    reason = describe_error(failed.error, service, region, step.resource.name)
    return f"Could not {step.verb} the {step.resource.kind} {step.resource.name}. {reason}"


def describe_error(
    error: ClientError | BotoCoreError, service: str, region: str, name: str = ""
) -> str:
    """Say what an error of AWS means, and what helps."""
    if isinstance(error, EndpointConnectionError):
        return (
            f"{service} does not answer in {region}: the region may not have it, or be mistyped, "
            f"or the network may be down. Set AWS_DEFAULT_REGION to a region that has it. {error}"
        )
    if isinstance(error, NoCredentialsError):
        return "No credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if isinstance(error, NoRegionError):
        return "No region: set AWS_DEFAULT_REGION."
    if isinstance(error, ClientError):
        return _describe_refusal(error, service, name)
    return str(error)


def _describe_refusal(error: ClientError, service: str, name: str) -> str:
    code = error.response["Error"]["Code"]
    if code in _EXPIRED:
        return "The credentials have expired: log in again, then run the same command."
    if code in _UNKNOWN:
        return "AWS does not know these credentials: are they of this account, and still active?"
    if code in _TAKEN:
        return (
            f"Somebody else owns a bucket named {name}: names of buckets are global. Choose "
            "another in infrastructure/resources.json."
        )
    if code in _DENIED:
        return _describe_denial(error, service, name)
    if _TOO_EARLY.search(error.response["Error"].get("Message", "")):
        return f"{service} cannot take a role that was made a moment ago: try again in a minute."
    return str(error)


def _describe_denial(error: ClientError, service: str, name: str) -> str:
    told = _NOT_AUTHORIZED.search(error.response["Error"].get("Message", ""))
    operation = f"{service}:{error.operation_name}"
    action = told["action"] if told else ACTIONS.get(operation, operation)
    resource = (told["resource"] if told else None) or name
    who = told["who"] if told else "whoever runs this"
    return f"{who} lacks the permission {action} on {resource}: grant it, or run as the deployer."


def describe_halfway(done: int, verb: str) -> str:
    """Say where a command that failed has left things, and the ways on and back."""
    if not done:
        return "Nothing was changed."
    back = "" if verb == "destroy" else " `provision destroy` takes away what was made."
    return (
        f"{done} changes were made before it, and stay; nothing is half a resource. Once the cause "
        f"is mended, `provision {verb}` goes on from there.{back}"
    )


_SERVICES: Mapping[str, str] = {
    "key": "kms",
    "bucket": "s3",
    "object": "s3",
    "role": "iam",
    "secret": "secretsmanager",
    "log group": "logs",
    "encryption": "glue",
    **dict.fromkeys(("database", "connection", "classifier", "crawler", "job", "trigger"), "glue"),
}

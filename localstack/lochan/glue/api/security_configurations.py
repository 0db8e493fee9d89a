"""Security configurations: how crawlers and jobs encrypt what they write.

AWS documents which codes each operation answers, not their texts, which are ours. A crawler's
creation is known to say "Error trying to retrieve security config".
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html
https://docs.aws.amazon.com/glue/latest/dg/encryption-security-configuration.html
"""

from collections.abc import Mapping
from typing import Any

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import SecurityConfiguration, Shape
from lochan.glue.api.state import GlueState

# What is encrypted by KMS alone, and the mode that asks for it. S3 has a key of its own, aws/s3.
_NEEDS_KEY = {
    "CloudWatchEncryption": ("CloudWatchEncryptionMode", "SSE-KMS"),
    "JobBookmarksEncryption": ("JobBookmarksEncryptionMode", "CSE-KMS"),
    "DataQualityEncryption": ("DataQualityEncryptionMode", "SSE-KMS"),
}
# How S3 calls the modes in its requests.
_S3_ALGORITHMS = {"SSE-KMS": "aws:kms", "SSE-S3": "AES256"}


def find(state: GlueState, name: str) -> SecurityConfiguration:
    """Return a security configuration, or raise EntityNotFoundException."""
    found = state.security_configurations.get(name)
    if found is None:
        raise EntityNotFoundException(f"Security configuration {name} not found.")
    return found


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateSecurityConfiguration; there is no operation that changes one."""
    name, definition = request["Name"], request["EncryptionConfiguration"]
    if name in state.security_configurations:
        raise AlreadyExistsException(f"Security configuration {name} already exists.")
    _check(definition)
    made = SecurityConfiguration(name, definition, state.now())
    state.security_configurations[name] = made
    return {"Name": name, "CreatedTimestamp": made.created}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetSecurityConfiguration."""
    return {"SecurityConfiguration": _describe(find(state, request["Name"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetSecurityConfigurations."""
    known = state.security_configurations.values()
    page, token = cut_page(known, lambda configuration: (configuration.name,), request)
    return {"SecurityConfigurations": [_describe(each) for each in page], **token}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteSecurityConfiguration; what still names it cannot be started any more."""
    del state.security_configurations[find(state, request["Name"]).name]
    return {}


def check_of_job(state: GlueState, definition: Shape) -> None:
    """Refuse a job that names what is not there: its operations know no EntityNotFound."""
    name = definition.get("SecurityConfiguration")
    if name is not None and name not in state.security_configurations:
        raise InvalidInputException(f"Security configuration {name} not found.")


def check_of_crawler(state: GlueState, definition: Shape) -> None:
    """Refuse a crawler that names what is not there; an empty name is none."""
    name = definition.get("CrawlerSecurityConfiguration")
    if name and name not in state.security_configurations:
        raise InvalidInputException(
            "Error trying to retrieve security config, error message: Security configuration"
            f" {name} not found."
        )


def read_encryption(state: GlueState, name: str | None) -> Shape:
    """Return what a job or crawler asks for that names this configuration, or none."""
    return find(state, name).definition if name else {}


def read_s3_encryption(encryption: Shape) -> dict[str, str] | None:
    """Return the algorithm and key with which a job writes to S3; None leaves it to the bucket."""
    for entry in encryption.get("S3Encryption", []):
        algorithm = _S3_ALGORITHMS.get(entry.get("S3EncryptionMode", "DISABLED"))
        if algorithm is not None:
            return {"algorithm": algorithm, "key": _key(entry) if algorithm == "aws:kms" else ""}
    return None


def read_log_key(encryption: Shape) -> str | None:
    """Return the key of the log groups; None where they are not to be encrypted."""
    logs = encryption.get("CloudWatchEncryption", {})
    is_encrypted = logs.get("CloudWatchEncryptionMode") == "SSE-KMS"
    return _key(logs) if is_encrypted else None


def name_job_logs(family: str, role: str, configuration: str | None, encryption: Shape) -> str:
    """Return what precedes /output and /error in the names of a job's log groups.

    https://docs.aws.amazon.com/glue/latest/dg/reduced-start-times-spark-etl-jobs.html
    """
    if read_log_key(encryption) is None:
        return family
    return f"{family}/{configuration}-role/{role.rpartition('/')[2]}"


def name_crawler_logs(group: str, role: str, configuration: str | None, encryption: Shape) -> str:
    """Return the log group of a crawler; unlike a job's it has the path of the role in it."""
    if read_log_key(encryption) is None:
        return group
    return f"{group}-role/{role.partition(':role/')[2] or role}-{configuration}"


def _check(definition: Shape) -> None:
    if len(definition.get("S3Encryption", [])) > 1:
        raise InvalidInputException(
            "S3Encryption is a list of one entry, and this one has"
            f" {len(definition['S3Encryption'])}: all that a job writes to S3 is encrypted alike."
        )
    for member, (mode, needs_key) in _NEEDS_KEY.items():
        given: Mapping[str, Any] = definition.get(member, {})
        if given.get(mode) == needs_key and not _key(given):
            raise InvalidInputException(f"{member} with the mode {needs_key} must have KmsKeyArn.")


def _key(given: Mapping[str, Any]) -> str:
    return str(given.get("KmsKeyArn", ""))


def _describe(configuration: SecurityConfiguration) -> dict[str, Any]:
    return {
        "Name": configuration.name,
        "CreatedTimeStamp": configuration.created,
        "EncryptionConfiguration": configuration.definition,
    }

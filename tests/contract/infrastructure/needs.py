"""Which permissions a recorded request needs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from infrastructure.sentences import ACTIONS
from tests.contract.infrastructure.evaluation import Need, UnknownOperation

Request = Mapping[str, Any]
# What an upload in parts needs is what a put needs.
_PUTS = frozenset({"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"})
_LISTS = frozenset({"ListObjectsV2", "ListObjects"})
_MISSING = 404
# Operations of Glue on tables; on AWS they need the catalog and the database too.
_OF_DATABASES = frozenset({"GetDatabase", "CreateDatabase", "UpdateDatabase", "DeleteDatabase"})
_WITHOUT_RESOURCE = frozenset(
    {
        *("GetJobs", "GetCrawlers", "CreateCrawler", "CreateJob", "CreateTrigger"),
        *("CreateClassifier", "GetClassifier", "UpdateClassifier", "DeleteClassifier"),
        *("CreateSecurityConfiguration", "GetSecurityConfiguration"),
        "DeleteSecurityConfiguration",
        "GetJobBookmark",
    }
)


_PASSING = frozenset({"CreateCrawler", "UpdateCrawler", "CreateJob", "UpdateJob"})


def find_needs(request: Request, at: str) -> Iterator[Need]:
    """Name the permissions; `at` is region:account."""
    service, operation, names = request["service"], request["operation"], request["names"]
    if service == "s3":
        yield from _find_s3(operation, names, request["status"])
    elif service == "glue":
        yield from _find_glue(operation, names, at)
    elif service == "secretsmanager":
        yield Need(
            f"secretsmanager:{operation}", _secret_arn(names.get("SecretId") or names["Name"], at)
        )
    elif service == "logs":
        yield Need(f"logs:{operation}", _log_arn(operation, names, at))
    elif service == "iam":
        yield from _find_iam(operation, names, at)
    elif service == "kms":
        yield _find_kms(operation, names, at)
    elif service == "sts":
        yield Need(f"sts:{operation}", "*")
    elif service == "cloudwatch":
        asked = {"cloudwatch:namespace": names["Namespace"]}
        yield Need(f"cloudwatch:{operation}", "*", asked)
    else:
        raise UnknownOperation(f"{service}:{operation}")


def _find_iam(operation: str, names: Mapping[str, Any], at: str) -> Iterator[Need]:
    account = at.rpartition(":")[2]
    yield Need(f"iam:{operation}", f"arn:aws:iam::{account}:role/{names['RoleName']}")


def _find_kms(operation: str, names: Mapping[str, Any], at: str) -> Need:
    given = names.get("KeyId") or names.get("TargetKeyId") or names.get("AliasName", "*")
    owner = {"aws:ResourceAccount": at.rpartition(":")[2]}
    if given.startswith("alias/"):
        return Need(f"kms:{operation}", f"arn:aws:kms:{at}:{given}", owner)
    is_arn = given == "*" or given.startswith("arn:")
    return Need(f"kms:{operation}", given if is_arn else f"arn:aws:kms:{at}:key/{given}", owner)


def _find_s3(operation: str, names: Mapping[str, Any], status: int) -> Iterator[Need]:
    bucket = f"arn:aws:s3:::{names['Bucket']}"
    if operation in _LISTS:
        asked = {"s3:prefix": names["Prefix"]} if "Prefix" in names else {}
        yield Need("s3:ListBucket", bucket, asked)
    elif operation == "DeleteObjects":
        yield from (Need("s3:DeleteObject", f"{bucket}/{key}") for key in names["Keys"])
    elif operation == "CopyObject":
        source = unquote(names["CopySource"]).lstrip("/")
        yield Need("s3:GetObject", f"arn:aws:s3:::{source}")
        yield Need("s3:PutObject", f"{bucket}/{names['Key']}")
    elif "Key" in names:
        action = "s3:PutObject" if operation in _PUTS else f"s3:{operation}"
        yield Need(ACTIONS.get(action, action), f"{bucket}/{names['Key']}")
        if status == _MISSING:
            # Who may not list the key is not told that it is missing, but refused (API_HeadObject).
            yield Need("s3:ListBucket", bucket, {"s3:prefix": names["Key"]})
    else:
        action = f"s3:{operation}"
        if operation == "ListMultipartUploads":
            action = "s3:ListBucketMultipartUploads"
        yield Need(ACTIONS.get(action, action), bucket)


def _find_glue(operation: str, names: Mapping[str, Any], at: str) -> Iterator[Need]:
    action, glue = f"glue:{operation}", f"arn:aws:glue:{at}"
    if operation in _WITHOUT_RESOURCE:
        yield Need(action, "*")
    elif "Job" in operation:
        yield Need(action, f"{glue}:job/{names['JobName']}")
    elif "Crawl" in operation:
        yield Need(action, f"{glue}:crawler/{names.get('CrawlerName') or names['Name']}")
    elif "Trigger" in operation:
        yield Need(action, f"{glue}:trigger/{names['Name']}")
    else:
        yield Need(action, f"{glue}:catalog")
        yield from _find_catalog(operation, names, glue)
    if operation in _PASSING and "Role" in names:
        account = at.rpartition(":")[2]
        role = names["Role"].rpartition("/")[2]
        passed = {"iam:PassedToService": "glue.amazonaws.com"}
        yield Need("iam:PassRole", f"arn:aws:iam::{account}:role/{role}", passed)


def _find_catalog(operation: str, names: Mapping[str, Any], glue: str) -> Iterator[Need]:
    action = f"glue:{operation}"
    if "Connection" in operation:
        name = names.get("ConnectionName") or names.get("Name") or names["ConnectionInput"]
        yield Need(action, f"{glue}:connection/{name}")
    elif operation in _OF_DATABASES:
        yield Need(action, f"{glue}:database/{names.get('Name') or names['DatabaseInput']}")
    elif "DatabaseName" in names:
        yield Need(action, f"{glue}:database/{names['DatabaseName']}")
        table = names.get("TableName") or names.get("TableInput") or names.get("Name")
        if table:
            yield Need(action, f"{glue}:table/{names['DatabaseName']}/{table}")


def _secret_arn(given: str, at: str) -> str:
    # A name leads to an ARN with six more characters.
    return (
        given if given.startswith("arn:") else f"arn:aws:secretsmanager:{at}:secret:{given}-AbCdEf"
    )


def _log_arn(operation: str, names: Mapping[str, Any], at: str) -> str:
    group = (
        f"arn:aws:logs:{at}:log-group:{names.get('logGroupName') or names['logGroupNamePrefix']}"
    )
    of_streams = operation in ("PutLogEvents", "GetLogEvents")
    return f"{group}:log-stream:s" if of_streams else group

"""What no policy of ours may say; public scanners see a part of it.

checkov 3.3 passes a role with AmazonRedshiftFullAccess and a job with a password among its
arguments, so both are looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Statement = Mapping[str, Any]
# The actions of ours that name no resource, because IAM knows none for them.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
WITHOUT_RESOURCES = frozenset(
    {
        *("glue:GetJobs", "glue:GetCrawlers", "glue:GetJobBookmark"),
        *("glue:CreateCrawler", "glue:CreateJob", "glue:CreateTrigger"),
        *("glue:CreateClassifier", "glue:GetClassifier"),
        *("glue:UpdateClassifier", "glue:DeleteClassifier"),
        *("glue:CreateSecurityConfiguration", "glue:GetSecurityConfiguration"),
        "glue:DeleteSecurityConfiguration",
        *("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables"),
        *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"),
        *("ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"),
        *("kms:CreateKey", "kms:ListAliases", "sts:GetCallerIdentity"),
        "cloudwatch:PutMetricData",
    }
)
_MANAGED = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/\S+")


def find_actions_with_wildcards(statement: Statement) -> Iterator[str]:
    for action in statement["Action"]:
        if "*" in action or "?" in action:
            yield f"{action} is a pattern: name the actions"


def find_unnamed_resources(statement: Statement) -> Iterator[str]:
    if "*" not in statement["Resource"]:
        return
    for action in statement["Action"]:
        if action not in WITHOUT_RESOURCES:
            yield f"{action} on *: name the resource"
    if not statement.get("reason"):
        yield "* without a reason"


def find_resources_of_whole_services(statement: Statement) -> Iterator[str]:
    for resource in statement["Resource"]:
        parts = resource.split(":", 5)
        if resource != "*" and ("*" in ":".join(parts[:5]) or parts[5] == "*"):
            yield f"{resource} is a whole service"


def find_unconditioned_passing(statement: Statement) -> Iterator[str]:
    if "iam:PassRole" not in statement["Action"]:
        return
    conditions = statement.get("Condition", {}).get("StringEquals", {})
    if "iam:PassedToService" not in conditions:
        yield "iam:PassRole without iam:PassedToService"


def find_unconditioned_listing(statement: Statement) -> Iterator[str]:
    if "s3:ListBucket" not in statement["Action"]:
        return
    has_prefix = "s3:prefix" in statement.get("Condition", {}).get("StringLike", {})
    if not has_prefix and not statement.get("reason"):
        yield "s3:ListBucket without s3:prefix, and without a reason"


def find_unconditioned_decryption(statement: Statement) -> Iterator[str]:
    decrypts = {"kms:Decrypt", "kms:GenerateDataKey"} & set(statement["Action"])
    conditions = statement.get("Condition", {}).get("StringEquals", {})
    if decrypts and "kms:ViaService" not in conditions and not statement.get("reason"):
        yield "kms:Decrypt without kms:ViaService, and without a reason"


def find_unconditioned_metrics(statement: Statement) -> Iterator[str]:
    if "cloudwatch:PutMetricData" not in statement["Action"]:
        return
    conditions = statement.get("Condition", {}).get("StringEquals", {})
    if "cloudwatch:namespace" not in conditions:
        yield "cloudwatch:PutMetricData without cloudwatch:namespace"


STATEMENT_CHECKS: tuple[Callable[[Statement], Iterator[str]], ...] = (
    find_actions_with_wildcards,
    find_unnamed_resources,
    find_resources_of_whole_services,
    find_unconditioned_passing,
    find_unconditioned_listing,
    find_unconditioned_decryption,
    find_unconditioned_metrics,
)


def find_trust_faults(trust: Mapping[str, Any]) -> Iterator[str]:
    conditions = trust.get("Condition", {}).get("StringEquals", {})
    if trust["Principal"] == "*" or trust["Principal"].get("AWS") == "*":
        yield "anybody may take the role"
    if "Service" in trust["Principal"] and "aws:SourceAccount" not in conditions:
        yield "a service may take the role for another account: aws:SourceAccount is missing"
    if "AWS" in trust["Principal"] and not any("PrincipalTag" in key for key in conditions):
        yield "everybody in the account may take the role"


def find_managed_policies(document: Any) -> Iterator[str]:
    """Find managed policies by their ARN, wherever they stand."""
    if isinstance(document, str):
        yield from _MANAGED.findall(document)
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from find_managed_policies(value)
    elif isinstance(document, list):
        for value in document:
            yield from find_managed_policies(value)

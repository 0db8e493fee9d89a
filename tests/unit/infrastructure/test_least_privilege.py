from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infrastructure.policies import build_policy, build_trust
from infrastructure.resources import DECLARATION, replace_late, resolve_resources
from tests.unit.infrastructure import policy_checks as checks
from tests.unit.infrastructure.conftest import PLACE

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
ROLES = replace_late(resolve_resources(PLACE).section("roles"), key_arn=KEY_ARN)
ROOT = Path(__file__).resolve().parents[3]
GOOD = {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/x/*"]}


@pytest.mark.parametrize("key", ROLES)
def test_no_statement_allows_more_than_it_names(key: str) -> None:
    faults = [
        f"{statement['Sid']}: {fault}"
        for statement in ROLES[key]["statements"]
        for check in checks.STATEMENT_CHECKS
        for fault in check(statement)
    ]
    assert faults == []


@pytest.mark.parametrize("key", ROLES)
def test_no_role_can_be_taken_by_whoever_asks(key: str) -> None:
    assert list(checks.find_trust_faults(ROLES[key]["trust"])) == []


@pytest.mark.parametrize("key", ROLES)
def test_documents_fit_into_iam(key: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    role = ROLES[key]
    policy = json.dumps(build_policy(role["statements"]), separators=(",", ":"))
    assert len(policy) <= 10_240
    assert len(json.dumps(build_trust(role["trust"]), separators=(",", ":"))) <= 2_048
    assert len(role["name"]) <= 64
    sids = [statement["Sid"] for statement in role["statements"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


@pytest.mark.parametrize(
    "path",
    [DECLARATION, *sorted((ROOT / "infrastructure" / "terraform").rglob("*.tf"))],
    ids=lambda path: str(path.name),
)
def test_no_managed_policy_is_used(path: Path) -> None:
    assert list(checks.find_managed_policies(path.read_text())) == []


@pytest.mark.parametrize("key", resolve_resources(PLACE).section("jobs"))
def test_every_job_has_the_role_of_its_family(key: str) -> None:
    families = {
        "model_books": "glue-books",
        "repartition_by_event_time": "glue-anpr",
        "process_tweets": "glue-twitter",
        "catalog_to_redshift": "glue-lake",
        "sync_partitions": "glue-academy",
    }
    job = resolve_resources(PLACE).section("jobs")[key]
    assert job["role"] == families[key]
    code = next(each for each in ROLES[job["role"]]["statements"] if each["Sid"] == "ReadCode")
    assert code["Resource"][0].endswith(f"-assets/jobs/{Path(job['script']).name}")


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({**GOOD, "Action": ["s3:*"]}, "s3:* is a pattern: name the actions"),
    ({**GOOD, "Action": ["s3:Get*"]}, "s3:Get* is a pattern: name the actions"),
    ({**GOOD, "Resource": ["*"], "reason": "r"}, "s3:GetObject on *: name the resource"),
    ({"Action": ["glue:GetJobs"], "Resource": ["*"]}, "* without a reason"),
    ({**GOOD, "Resource": ["arn:aws:s3:::*"]}, "arn:aws:s3:::* is a whole service"),
    (
        {"Action": ["glue:GetTable"], "Resource": ["arn:aws:glue:*:1:table/d/t"]},
        "arn:aws:glue:*:1:table/d/t is a whole service",
    ),
    (
        {"Action": ["iam:PassRole"], "Resource": ["arn:aws:iam::1:role/r"]},
        "iam:PassRole without iam:PassedToService",
    ),
    (
        {"Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::b"]},
        "s3:ListBucket without s3:prefix, and without a reason",
    ),
    (
        {"Action": ["kms:Decrypt"], "Resource": ["arn:aws:kms:r:1:key/k"]},
        "kms:Decrypt without kms:ViaService, and without a reason",
    ),
    (
        {"Action": ["cloudwatch:PutMetricData"], "Resource": ["*"], "reason": "r"},
        "cloudwatch:PutMetricData without cloudwatch:namespace",
    ),
]


@pytest.mark.parametrize(("statement", "fault"), FAULTY)
def test_the_checks_see_what_they_are_for(statement: dict[str, Any], fault: str) -> None:
    found = [each for check in checks.STATEMENT_CHECKS for each in check(statement)]
    assert found == [fault]


@pytest.mark.parametrize(
    ("trust", "fault"),
    [
        ({"Principal": "*"}, "anybody may take the role"),
        (
            {"Principal": {"Service": ["glue.amazonaws.com"]}},
            "a service may take the role for another account: aws:SourceAccount is missing",
        ),
        (
            {"Principal": {"AWS": ["arn:aws:iam::1:root"]}},
            "everybody in the account may take the role",
        ),
    ],
)
def test_the_checks_see_loose_trust(trust: Any, fault: str) -> None:
    assert fault in list(checks.find_trust_faults(trust))


def test_the_checks_see_a_full_access_policy_that_scanners_miss() -> None:
    attached = {"managed": ["arn:aws:iam::aws:policy/AmazonRedshiftFullAccess"]}
    assert list(checks.find_managed_policies(attached)) == attached["managed"]


# Read off the code; each is called by somebody who is not seen in tests/e2e/test_security.py,
# because it is for the day on which something goes wrong.
RARELY_CALLED = [
    ("worker", "s3:DeleteObject"),
    ("worker", "s3:AbortMultipartUpload"),
    ("worker", "s3:ListBucketMultipartUploads"),
    ("worker", "glue:BatchStopJobRun"),
    ("worker", "glue:StopCrawler"),
    ("worker", "glue:UpdateCrawler"),
    ("worker", "glue:CreateClassifier"),
    ("worker", "glue:DeleteClassifier"),
    ("worker", "glue:UpdateTable"),
    ("worker", "glue:GetTableVersions"),
    ("glue-anpr", "glue:BatchUpdatePartition"),
    ("glue-anpr", "glue:UpdateTable"),
    ("glue-crawler", "glue:UpdatePartition"),
    ("glue-crawler", "glue:BatchDeletePartition"),
    ("glue-crawler", "glue:DeleteTable"),
    # https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
    ("glue-lake", "ec2:CreateNetworkInterface"),
    ("glue-crawler", "ec2:DeleteNetworkInterface"),
    ("redshift-unload", "s3:AbortMultipartUpload"),
    ("redshift-copy", "kms:Decrypt"),
    # A role's token reads the configuration: Glue says "Error trying to retrieve security config".
    ("glue-twitter", "glue:GetSecurityConfiguration"),
    ("glue-crawler", "glue:GetSecurityConfiguration"),
]


@pytest.mark.parametrize(("role", "action"), RARELY_CALLED)
def test_what_is_called_on_bad_days_is_allowed_too(role: str, action: str) -> None:
    allowed = {each for statement in ROLES[role]["statements"] for each in statement["Action"]}
    assert action in allowed


def test_prefect_yaml_hands_over_arns_where_a_name_says_secret() -> None:
    content = (ROOT / "prefect.yaml").read_text()
    named = re.findall(r"(?im)^\s*(\w*(?:password|secret|token|api_key)\w*)\s*:\s*(.*)$", content)
    assert ("REDSHIFT_SECRET_ARN", '"{{ $REDSHIFT_SECRET_ARN }}"') in named
    assert [name for name, _ in named if not name.endswith("_ARN")] == []
    assert not re.search(r"(?i)(password|token)=", content)

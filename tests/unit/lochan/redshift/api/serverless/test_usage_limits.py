"""https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateUsageLimit.html"""

import pytest

from lochan.redshift.api.serverless.errors import (
    ConflictException,
    InvalidPaginationException,
    ResourceNotFoundException,
    ValidationException,
)


@pytest.fixture
def arn(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    made = call_serverless("CreateWorkgroup", workgroupName="reports", namespaceName="sales")
    return made["workgroup"]["workgroupArn"]


@pytest.fixture
def create(call_serverless, arn):
    def create(**request):
        given = {"resourceArn": arn, "usageType": "serverless-compute", "amount": 8, **request}
        return call_serverless("CreateUsageLimit", **given)["usageLimit"]

    return create


def test_limit_has_aws_defaults(create, call_serverless, arn):
    made = create()
    assert {name: made[name] for name in made.keys() - {"usageLimitId", "usageLimitArn"}} == {
        "resourceArn": arn,
        "usageType": "serverless-compute",
        "amount": 8,
        "period": "monthly",
        "breachAction": "log",
    }
    id = made["usageLimitId"]
    assert made["usageLimitArn"].endswith(f":123456789012:usagelimit/{id}")
    assert call_serverless("GetUsageLimit", usageLimitId=id)["usageLimit"] == made


def test_amount_and_action_change_and_the_limit_goes(create, call_serverless):
    id = create()["usageLimitId"]
    changed = call_serverless(
        "UpdateUsageLimit", usageLimitId=id, amount=16, breachAction="deactivate"
    )["usageLimit"]
    assert (changed["amount"], changed["breachAction"]) == (16, "deactivate")
    call_serverless("DeleteUsageLimit", usageLimitId=id)
    with pytest.raises(ResourceNotFoundException, match=id):
        call_serverless("GetUsageLimit", usageLimitId=id)


def test_what_aws_refuses_is_refused(create, call_serverless):
    with pytest.raises(ValidationException, match="positive number, not 0"):
        create(amount=0)
    with pytest.raises(ValidationException, match=r"enum value set: \[daily, weekly, monthly\]"):
        create(period="hourly")
    with pytest.raises(ResourceNotFoundException, match="no workgroup"):
        create(resourceArn="arn:aws:redshift-serverless:eu-central-1:123456789012:workgroup/x")
    create()
    with pytest.raises(ConflictException, match="already"):
        create(amount=9)


def test_lists_are_narrowed_and_paged(create, call_serverless):
    create()
    create(period="daily")
    assert len(call_serverless("ListUsageLimits")["usageLimits"]) == 2
    assert call_serverless("ListUsageLimits", usageType="cross-region-datasharing") == {
        "usageLimits": []
    }
    first = call_serverless("ListUsageLimits", maxResults=1)
    second = call_serverless("ListUsageLimits", maxResults=1, nextToken=first["nextToken"])
    assert first["usageLimits"] != second["usageLimits"]
    with pytest.raises(InvalidPaginationException):
        call_serverless("ListUsageLimits", nextToken="not one of ours")

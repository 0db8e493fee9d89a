"""https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html"""

from datetime import UTC, datetime, timedelta

import pytest

from lochan.redshift.api.serverless.errors import ResourceNotFoundException, ValidationException


@pytest.fixture
def workgroup(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    call_serverless("CreateWorkgroup", workgroupName="reports", namespaceName="sales")
    return "reports"


def test_caller_gets_a_password_that_the_stand_in_takes(call_serverless, workgroup, stand_in):
    given = call_serverless("GetCredentials", workgroupName=workgroup, durationSeconds=1800)
    assert given["dbUser"] == "IAM:ann"
    assert stand_in.accepted == [("ann", given["dbPassword"], 1800, True)]
    left = given["expiration"] - datetime.now(UTC)
    assert timedelta(seconds=1790) < left <= timedelta(seconds=1800)


@pytest.mark.parametrize("seconds", [899, 3601])
def test_passwords_last_15_to_60_minutes(call_serverless, workgroup, stand_in, seconds):
    with pytest.raises(ValidationException, match="900 to 3600"):
        call_serverless("GetCredentials", workgroupName=workgroup, durationSeconds=seconds)
    assert stand_in.accepted == []


def test_unknown_workgroup_is_not_found(call_serverless):
    with pytest.raises(ResourceNotFoundException, match="nowhere"):
        call_serverless("GetCredentials", workgroupName="nowhere")

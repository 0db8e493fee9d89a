"""https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateWorkgroup.html"""

import pytest

from lochan.redshift.api.serverless.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)

THREE = ["subnet-a", "subnet-b", "subnet-c"]


@pytest.fixture
def create(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")

    def create(**request):
        given = {"workgroupName": "reports", "namespaceName": "sales", **request}
        return call_serverless("CreateWorkgroup", **given)["workgroup"]

    return create


def test_workgroup_is_created_and_then_available(create, call_serverless):
    made = create()
    assert made["status"] == "CREATING"
    found = call_serverless("GetWorkgroup", workgroupName="reports")["workgroup"]
    assert found == {**made, "status": "AVAILABLE"}
    assert (found["baseCapacity"], found["publiclyAccessible"]) == (128, False)
    assert found["subnetIds"] == THREE


def test_endpoint_is_the_stand_ins(create):
    endpoint = create()["endpoint"]
    assert (endpoint["address"], endpoint["port"]) == ("warehouse.local", 5440)
    assert endpoint["vpcEndpoints"][0]["vpcId"] == "vpc-1"


def test_parameters_are_shown_with_the_defaults_of_the_others(create):
    made = create(
        configParameters=[{"parameterKey": "max_query_execution_time", "parameterValue": "60"}]
    )
    shown = {item["parameterKey"]: item["parameterValue"] for item in made["configParameters"]}
    assert shown == {
        "auto_mv": "true",
        "datestyle": "ISO, MDY",
        "enable_case_sensitive_identifier": "false",
        "enable_user_activity_logging": "true",
        "max_query_execution_time": "60",
        "query_group": "default",
        "require_ssl": "true",
        "search_path": "$user, public",
        "use_fips_ssl": "false",
    }


# https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html: 4, from 8 by 8 to 512,
# then by 32 to 1024.
@pytest.mark.parametrize("units", [4, 8, 24, 512, 544, 1024])
def test_base_capacities_of_aws_are_taken(create, units):
    assert create(baseCapacity=units)["baseCapacity"] == units


@pytest.mark.parametrize("units", [0, 5, 12, 520, 1056])
def test_other_base_capacities_are_refused(create, units):
    with pytest.raises(ValidationException, match=f"not {units}"):
        create(baseCapacity=units)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"baseCapacity": 32, "maxCapacity": 16}, "16 is less than the base capacity 32"),
        ({"port": 5439}, "listens on the port 5440, not on 5439"),
        ({"subnetIds": ["subnet-a", "subnet-none"]}, "subnet-none does not exist"),
        ({"subnetIds": ["subnet-b", "subnet-x"]}, "in one VPC"),
        # https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-usage-considerations.html
        ({"subnetIds": ["subnet-a"]}, "2 subnets in 2 Availability Zones"),
        ({"subnetIds": THREE[:2], "enhancedVpcRouting": True}, "3 subnets in 3 Availability Zones"),
        ({"configParameters": [{"parameterKey": "fsync"}]}, "no parameter fsync"),
        (
            {
                "configParameters": [
                    {"parameterKey": "wlm_json_configuration", "parameterValue": "[]"},
                    {"parameterKey": "max_scan_row_count", "parameterValue": "1"},
                ]
            },
            "exclude one another",
        ),
    ],
)
def test_what_aws_refuses_is_refused(create, call_serverless, request_, message):
    with pytest.raises(ValidationException, match=message):
        create(**request_)
    assert call_serverless("ListWorkgroups") == {"workgroups": []}


def test_namespace_has_one_workgroup(create):
    create()
    with pytest.raises(ConflictException, match="has the workgroup reports already"):
        create(workgroupName="others")


def test_workgroup_of_no_namespace_is_refused(create):
    with pytest.raises(ResourceNotFoundException, match="namespace nowhere does not exist"):
        create(namespaceName="nowhere")


# "you can update baseCapacity or port in a single request, but you can't update both"
def test_update_changes_one_thing(create, call_serverless):
    create()
    with pytest.raises(ValidationException, match="not baseCapacity, maxCapacity"):
        call_serverless("UpdateWorkgroup", workgroupName="reports", baseCapacity=8, maxCapacity=16)
    changed = call_serverless("UpdateWorkgroup", workgroupName="reports", baseCapacity=8)
    assert changed["workgroup"]["status"] == "MODIFYING"
    found = call_serverless("GetWorkgroup", workgroupName="reports")["workgroup"]
    assert (found["baseCapacity"], found["status"]) == (8, "AVAILABLE")


def test_maximum_capacity_is_taken_away_by_minus_one(create, call_serverless):
    create(baseCapacity=8, maxCapacity=16)
    changed = call_serverless("UpdateWorkgroup", workgroupName="reports", maxCapacity=-1)
    assert "maxCapacity" not in changed["workgroup"]


def test_deleted_workgroup_takes_its_limits_and_tags_along(create, call_serverless):
    arn = create(tags=[{"key": "team", "value": "x"}])["workgroupArn"]
    call_serverless("CreateUsageLimit", resourceArn=arn, usageType="serverless-compute", amount=8)
    deleted = call_serverless("DeleteWorkgroup", workgroupName="reports")["workgroup"]
    assert deleted["status"] == "DELETING"
    assert call_serverless("ListUsageLimits") == {"usageLimits": []}
    for operation in ("GetWorkgroup", "DeleteWorkgroup"):
        with pytest.raises(ResourceNotFoundException, match="reports does not exist"):
            call_serverless(operation, workgroupName="reports")


def test_list_of_another_account_is_empty(create, call_serverless):
    create()
    assert call_serverless("ListWorkgroups", ownerAccount="999999999999") == {"workgroups": []}

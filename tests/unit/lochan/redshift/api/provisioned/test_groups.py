"""Subnet groups and parameter groups, with what clusters do to them.

https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html
"""

import pytest

from lochan.redshift.api.provisioned.errors import (
    ClusterParameterGroupAlreadyExists,
    ClusterParameterGroupNotFound,
    ClusterSubnetGroupAlreadyExists,
    ClusterSubnetGroupNotFoundFault,
    InvalidClusterParameterGroupState,
    InvalidClusterSubnetGroupStateFault,
    InvalidParameterValue,
    InvalidSubnet,
)


@pytest.fixture
def make_cluster(call_redshift):
    return lambda **request: call_redshift(
        "CreateCluster",
        ClusterIdentifier="sales",
        NodeType="ra3.large",
        MasterUsername="boss",
        ManageMasterPassword=True,
        **request,
    )["Cluster"]


@pytest.fixture
def subnets(call_redshift):
    def subnets(operation="CreateClusterSubnetGroup", **request):
        given = {
            "ClusterSubnetGroupName": "Private",
            "Description": "d",
            "SubnetIds": ["subnet-a", "subnet-b"],
            **request,
        }
        return call_redshift(operation, **given)["ClusterSubnetGroup"]

    return subnets


@pytest.fixture
def parameters(call_redshift):
    call_redshift(
        "CreateClusterParameterGroup",
        ParameterGroupName="strict",
        ParameterGroupFamily="redshift-1.0",
        Description="d",
    )
    return lambda **request: {
        item["ParameterName"]: item["ParameterValue"]
        for item in call_redshift(
            "DescribeClusterParameters", ParameterGroupName="strict", **request
        )["Parameters"]
    }


def test_subnet_group_knows_its_vpc_and_zones(subnets):
    made = subnets()
    assert (made["ClusterSubnetGroupName"], made["VpcId"]) == ("private", "vpc-1")
    assert [
        (subnet["SubnetIdentifier"], subnet["SubnetAvailabilityZone"]["Name"])
        for subnet in made["Subnets"]
    ] == [("subnet-a", "eu-central-1a"), ("subnet-b", "eu-central-1b")]


def test_subnets_have_to_exist_in_one_vpc(subnets):
    with pytest.raises(InvalidSubnet, match="subnet-none does not exist"):
        subnets(SubnetIds=["subnet-a", "subnet-none"])
    with pytest.raises(InvalidSubnet, match="one VPC"):
        subnets(SubnetIds=["subnet-a", "subnet-x"])


def test_subnet_groups_are_named_once_and_not_default(subnets):
    with pytest.raises(InvalidParameterValue, match="default"):
        subnets(ClusterSubnetGroupName="default")
    subnets()
    with pytest.raises(ClusterSubnetGroupAlreadyExists):
        subnets(ClusterSubnetGroupName="PRIVATE")


def test_subnet_group_changes_and_goes_when_no_cluster_is_in_it(
    subnets, call_redshift, make_cluster
):
    subnets()
    changed = subnets("ModifyClusterSubnetGroup", SubnetIds=["subnet-c"], Description="now")
    assert (changed["Description"], len(changed["Subnets"])) == ("now", 1)
    cluster = make_cluster(ClusterSubnetGroupName="private")
    assert (cluster["VpcId"], cluster["AvailabilityZone"]) == ("vpc-1", "eu-central-1c")
    with pytest.raises(InvalidClusterSubnetGroupStateFault, match="the cluster sales"):
        call_redshift("DeleteClusterSubnetGroup", ClusterSubnetGroupName="private")
    call_redshift("DeleteCluster", ClusterIdentifier="sales", SkipFinalClusterSnapshot=True)
    call_redshift("DeleteClusterSubnetGroup", ClusterSubnetGroupName="private")
    with pytest.raises(ClusterSubnetGroupNotFoundFault):
        call_redshift("DescribeClusterSubnetGroups", ClusterSubnetGroupName="private")


def test_parameters_are_those_of_the_engine_until_changed(parameters, call_redshift):
    assert parameters(Source="user") == {}
    assert parameters()["statement_timeout"] == "0"
    answer = call_redshift(
        "ModifyClusterParameterGroup",
        ParameterGroupName="strict",
        Parameters=[{"ParameterName": "statement_timeout", "ParameterValue": "60000"}],
    )
    assert answer["ParameterGroupName"] == "strict"
    assert parameters(Source="user") == {"statement_timeout": "60000"}
    assert "statement_timeout" not in parameters(Source="engine-default")
    call_redshift(
        "ResetClusterParameterGroup", ParameterGroupName="strict", ResetAllParameters=True
    )
    assert parameters(Source="user") == {}


def test_unknown_parameters_are_refused(parameters, call_redshift):
    with pytest.raises(InvalidParameterValue, match="Could not find parameter with name: fsync"):
        call_redshift(
            "ModifyClusterParameterGroup",
            ParameterGroupName="strict",
            Parameters=[{"ParameterName": "fsync", "ParameterValue": "off"}],
        )


def test_aws_own_group_is_there_and_cannot_be_changed(call_redshift):
    [group] = call_redshift("DescribeClusterParameterGroups")["ParameterGroups"]
    assert group["ParameterGroupName"] == "default.redshift-2.0"
    with pytest.raises(InvalidClusterParameterGroupState, match="AWS's own"):
        call_redshift("DeleteClusterParameterGroup", ParameterGroupName="default.redshift-2.0")


def test_parameter_group_in_use_stays(parameters, call_redshift, make_cluster):
    with pytest.raises(ClusterParameterGroupAlreadyExists):
        call_redshift(
            "CreateClusterParameterGroup",
            ParameterGroupName="strict",
            ParameterGroupFamily="redshift-1.0",
            Description="d",
        )
    make_cluster(ClusterParameterGroupName="strict")
    with pytest.raises(InvalidClusterParameterGroupState, match="the cluster sales"):
        call_redshift("DeleteClusterParameterGroup", ParameterGroupName="strict")
    call_redshift("DeleteCluster", ClusterIdentifier="sales", SkipFinalClusterSnapshot=True)
    call_redshift("DeleteClusterParameterGroup", ParameterGroupName="strict")
    with pytest.raises(ClusterParameterGroupNotFound):
        call_redshift("DescribeClusterParameters", ParameterGroupName="strict")

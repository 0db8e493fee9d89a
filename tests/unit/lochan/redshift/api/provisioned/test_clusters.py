"""https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html"""

import pytest

from lochan.redshift.api.errors import OperationNotSupportedException
from lochan.redshift.api.provisioned.errors import (
    ClusterAlreadyExists,
    ClusterNotFound,
    ClusterParameterGroupNotFound,
    ClusterSubnetGroupNotFoundFault,
    InvalidParameterCombination,
    InvalidParameterValue,
)

ROLE = "arn:aws:iam::123456789012:role/copy"
PASSWORD = "Secret123"


@pytest.fixture
def create(call_redshift):
    def create(**request):
        given = {
            "ClusterIdentifier": "sales",
            "NodeType": "ra3.large",
            "MasterUsername": "boss",
            "MasterUserPassword": PASSWORD,
            **request,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return call_redshift("CreateCluster", **kept)["Cluster"]

    return create


@pytest.fixture
def describe(call_redshift):
    def describe():
        return call_redshift("DescribeClusters", ClusterIdentifier="sales")["Clusters"][0]

    return describe


def test_cluster_is_creating_and_then_available_with_an_address(create, describe):
    made = create()
    assert (made["ClusterStatus"], made["ClusterAvailabilityStatus"]) == ("creating", "Modifying")
    assert "Endpoint" not in made
    found = describe()
    assert (found["ClusterStatus"], found["ClusterAvailabilityStatus"]) == (
        "available",
        "Available",
    )
    assert found["Endpoint"] == {"Address": "warehouse.local", "Port": 5440}


def test_cluster_has_aws_defaults(create, describe):
    create()
    found = describe()
    assert (found["DBName"], found["Encrypted"], found["PubliclyAccessible"]) == (
        "dev",
        True,
        False,
    )
    assert (found["AutomatedSnapshotRetentionPeriod"], found["NumberOfNodes"]) == (1, 1)
    assert found["ClusterNodes"] == [{"NodeRole": "SHARED"}]
    assert found["ClusterParameterGroups"][0]["ParameterGroupName"] == "default.redshift-2.0"
    assert (found["MultiAZ"], found["ClusterVersion"]) == ("Disabled", "1.0")
    assert PASSWORD not in str(found)


def test_managed_password_lies_in_a_secret_and_goes_with_the_cluster(
    create, call_redshift, neighbours
):
    made = create(
        MasterUserPassword=None, ManageMasterPassword=True, MasterPasswordSecretKmsKeyId="k"
    )
    secret = neighbours.secrets[made["MasterPasswordSecretArn"]]
    assert (secret["name"], secret["key"]) == ("redshift!sales-boss", "k")
    assert secret["value"]["username"] == "boss"
    call_redshift("DeleteCluster", ClusterIdentifier="sales", SkipFinalClusterSnapshot=True)
    assert neighbours.secrets == {}


def test_nodes_of_several_are_a_leader_and_the_rest(create):
    made = create(ClusterType="multi-node", NumberOfNodes=2)
    assert [node["NodeRole"] for node in made["ClusterNodes"]] == [
        "LEADER",
        "COMPUTE-0",
        "COMPUTE-1",
    ]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ClusterIdentifier": "1sales"}, "ClusterIdentifier '1sales'"),
        ({"ClusterIdentifier": "two--hyphens"}, "ClusterIdentifier"),
        ({"ClusterIdentifier": "ends-"}, "ClusterIdentifier"),
        ({"NodeType": "dc1.large"}, "no node type dc1.large"),
        ({"MasterUsername": "public"}, "can't be PUBLIC"),
        ({"MasterUserPassword": "nodigitsatall"}, "8 to 64 printable"),
        ({"MasterUserPassword": "Secret@123"}, "8 to 64 printable"),
        ({"Encrypted": False}, "encrypted clusters only"),
        ({"DBName": "sales"}, "holds the database dev and no other"),
        ({"Port": 5439}, "listens on the port 5440, not on 5439"),
        ({"AutomatedSnapshotRetentionPeriod": 36}, "0 to 35 days, not 36"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "cannot be disabled"),
        ({"NumberOfNodes": 101, "ClusterType": "multi-node"}, "1 to 100 nodes, not 101"),
    ],
)
def test_values_that_aws_refuses_are_refused(create, call_redshift, request_, message):
    with pytest.raises(InvalidParameterValue, match=message):
        create(**request_)
    assert call_redshift("DescribeClusters") == {"Clusters": []}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"ManageMasterPassword": True}, "either MasterUserPassword"),
        ({"MasterUserPassword": None}, "either MasterUserPassword"),
        ({"MasterPasswordSecretKmsKeyId": "k"}, "only if ManageMasterPassword is true"),
        ({"ClusterType": "multi-node"}, "Number of nodes for cluster type multi-node"),
        ({"ClusterType": "single-node", "NumberOfNodes": 2}, "cannot have 2 nodes"),
    ],
)
def test_combinations_that_aws_refuses_are_refused(create, request_, message):
    with pytest.raises(InvalidParameterCombination, match=message):
        create(**request_)


def test_groups_have_to_exist(create):
    with pytest.raises(ClusterParameterGroupNotFound, match="missing") as caught:
        create(ClusterParameterGroupName="missing")
    assert (caught.value.code, caught.value.status) == ("ClusterParameterGroupNotFound", 404)
    with pytest.raises(ClusterSubnetGroupNotFoundFault, match="missing"):
        create(ClusterSubnetGroupName="missing")


def test_second_cluster_of_an_identifier_is_refused(create):
    create()
    with pytest.raises(ClusterAlreadyExists):
        create()


def test_unknown_cluster_is_not_found(call_redshift):
    for operation in ("DescribeClusters", "ModifyCluster", "DeleteCluster"):
        with pytest.raises(ClusterNotFound, match="Cluster sales not found") as caught:
            call_redshift(operation, ClusterIdentifier="sales")
        assert (caught.value.code, caught.value.status) == ("ClusterNotFound", 404)


def test_what_is_given_is_changed_and_the_rest_stays(create, call_redshift, describe):
    create(IamRoles=[ROLE])
    changed = call_redshift(
        "ModifyCluster",
        ClusterIdentifier="sales",
        ClusterType="multi-node",
        NumberOfNodes=3,
        EnhancedVpcRouting=True,
    )["Cluster"]
    assert changed["ClusterStatus"] == "modifying"
    found = describe()
    assert (found["NumberOfNodes"], found["EnhancedVpcRouting"]) == (3, True)
    assert (found["NodeType"], found["MasterUsername"]) == ("ra3.large", "boss")
    assert found["IamRoles"] == [{"IamRoleArn": ROLE, "ApplyStatus": "in-sync"}]


def test_roles_are_added_and_taken_away(create, call_redshift, describe):
    create(IamRoles=[ROLE])
    call_redshift(
        "ModifyClusterIamRoles",
        ClusterIdentifier="sales",
        AddIamRoles=["arn:aws:iam::123456789012:role/unload"],
        RemoveIamRoles=[ROLE],
    )
    assert [role["IamRoleArn"] for role in describe()["IamRoles"]] == [
        "arn:aws:iam::123456789012:role/unload"
    ]


def test_password_can_be_given_back_to_its_owner(create, call_redshift, describe, neighbours):
    create(MasterUserPassword=None, ManageMasterPassword=True)
    call_redshift("ModifyCluster", ClusterIdentifier="sales", ManageMasterPassword=False)
    assert neighbours.secrets == {}
    assert "MasterPasswordSecretArn" not in describe()


def test_deletion_says_what_becomes_of_a_last_snapshot(create, call_redshift):
    create()
    with pytest.raises(InvalidParameterCombination, match="is required unless"):
        call_redshift("DeleteCluster", ClusterIdentifier="sales")
    with pytest.raises(InvalidParameterCombination, match="must not be given"):
        call_redshift(
            "DeleteCluster",
            ClusterIdentifier="sales",
            SkipFinalClusterSnapshot=True,
            FinalClusterSnapshotIdentifier="last",
        )
    with pytest.raises(OperationNotSupportedException, match="keeps no snapshots"):
        call_redshift(
            "DeleteCluster", ClusterIdentifier="sales", FinalClusterSnapshotIdentifier="last"
        )


def test_list_is_narrowed_by_tags_and_paged(create, call_redshift):
    for name, team in (("one", "a"), ("two", "b"), ("three", "a")):
        create(ClusterIdentifier=name, Tags=[{"Key": "team", "Value": team}])
    found = call_redshift("DescribeClusters", TagKeys=["team"], TagValues=["a"])["Clusters"]
    assert [cluster["ClusterIdentifier"] for cluster in found] == ["one", "three"]
    first = call_redshift("DescribeClusters", MaxRecords=20)
    assert "Marker" not in first


@pytest.fixture
def credentials(call_redshift):
    return lambda **request: call_redshift("GetClusterCredentials", **request)


# https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
def test_credentials_are_taken_by_the_stand_in(create, credentials, stand_in):
    create()
    given = credentials(ClusterIdentifier="sales", DbUser="ann")
    assert given["DbUser"] == "IAM:ann"
    made = credentials(
        ClusterIdentifier="sales", DbUser="bob", AutoCreate=True, DurationSeconds=3600
    )
    assert made["DbUser"] == "IAMA:bob"
    assert stand_in.accepted == [
        ("ann", given["DbPassword"], 900, False),
        ("bob", made["DbPassword"], 3600, True),
    ]


def test_credentials_of_an_unknown_cluster_are_refused(credentials):
    with pytest.raises(ClusterNotFound):
        credentials(ClusterIdentifier="nowhere", DbUser="ann")

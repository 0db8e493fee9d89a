"""https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateNamespace.html"""

import pytest

from lochan.redshift.api.errors import OperationNotSupportedException
from lochan.redshift.api.serverless.errors import (
    ConflictException,
    ResourceNotFoundException,
    TooManyTagsException,
    ValidationException,
)

ROLE = "arn:aws:iam::123456789012:role/copy"


def test_namespace_without_wishes_has_aws_defaults(call_serverless):
    made = call_serverless("CreateNamespace", namespaceName="sales")["namespace"]
    assert made["namespaceArn"] == (
        f"arn:aws:redshift-serverless:eu-central-1:123456789012:namespace/{made['namespaceId']}"
    )
    assert (made["adminUsername"], made["dbName"]) == ("admin", "dev")
    assert (made["kmsKeyId"], made["status"]) == ("AWS_OWNED_KMS_KEY", "AVAILABLE")
    assert "adminPasswordSecretArn" not in made
    assert call_serverless("GetNamespace", namespaceName="sales")["namespace"] == made


def test_managed_password_lies_in_a_secret_and_goes_with_the_namespace(call_serverless, neighbours):
    made = call_serverless(
        "CreateNamespace",
        namespaceName="sales",
        adminUsername="boss",
        manageAdminPassword=True,
        adminPasswordSecretKmsKeyId="alias/own",
    )["namespace"]
    secret = neighbours.secrets[made["adminPasswordSecretArn"]]
    assert (secret["name"], secret["key"]) == ("redshift!sales-boss", "alias/own")
    assert secret["value"]["username"] == "boss"
    assert len(secret["value"]["password"]) == 32
    assert secret["value"]["password"] not in str(made)
    call_serverless("DeleteNamespace", namespaceName="sales")
    assert neighbours.secrets == {}


def test_roles_are_written_as_aws_writes_them(call_serverless):
    made = call_serverless("CreateNamespace", namespaceName="sales", iamRoles=[ROLE])["namespace"]
    assert made["iamRoles"] == [f"IamRole(applyStatus=in-sync, iamRoleArn={ROLE})"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"namespaceName": "Sales"}, "satisfy regular expression pattern"),
        ({"namespaceName": "ab"}, "length greater than or equal to 3"),
        ({"manageAdminPassword": True, "adminUserPassword": "Secret123"}, "cannot be used"),
        ({"adminPasswordSecretKmsKeyId": "alias/own"}, "only if manageAdminPassword is true"),
        (
            {"logExports": ["auditlog"]},
            r"value set: \[useractivitylog, userlog, connectionlog\]",
        ),
        ({"defaultIamRoleArn": ROLE}, "none of iamRoles"),
        ({"dbName": "sales"}, "holds the database dev and no other"),
        ({"tags": [{"key": "aws:x", "value": "1"}]}, "may not begin with 'aws:'"),
    ],
)
def test_what_aws_refuses_is_refused(call_serverless, request_, message):
    with pytest.raises(ValidationException, match=message):
        call_serverless("CreateNamespace", **{"namespaceName": "sales", **request_})
    assert call_serverless("ListNamespaces") == {"namespaces": []}


def test_fifty_one_tags_are_too_many(call_serverless):
    tags = [{"key": f"k{number}", "value": ""} for number in range(51)]
    with pytest.raises(TooManyTagsException, match="51 tags"):
        call_serverless("CreateNamespace", namespaceName="sales", tags=tags)


def test_second_namespace_of_a_name_is_a_conflict(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    with pytest.raises(ConflictException, match="already a namespace named sales"):
        call_serverless("CreateNamespace", namespaceName="sales")


def test_unknown_namespace_is_not_found(call_serverless):
    for operation in ("GetNamespace", "UpdateNamespace", "DeleteNamespace"):
        with pytest.raises(ResourceNotFoundException, match="nowhere does not exist"):
            call_serverless(operation, namespaceName="nowhere")


def test_namespace_with_a_workgroup_stays(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    call_serverless("CreateWorkgroup", workgroupName="reports", namespaceName="sales")
    with pytest.raises(ConflictException, match="the workgroup reports"):
        call_serverless("DeleteNamespace", namespaceName="sales")


def test_update_changes_one_thing_and_is_over_when_asked_again(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    changed = call_serverless("UpdateNamespace", namespaceName="sales", logExports=["userlog"])
    assert changed["namespace"]["status"] == "MODIFYING"
    found = call_serverless("GetNamespace", namespaceName="sales")["namespace"]
    assert (found["logExports"], found["status"]) == (["userlog"], "AVAILABLE")


# "you can't update both kmsKeyId and logExports in a single request"
def test_update_of_two_things_is_refused(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    with pytest.raises(ValidationException, match="not the key, the logs"):
        call_serverless(
            "UpdateNamespace", namespaceName="sales", kmsKeyId="k", logExports=["userlog"]
        )


def test_update_can_begin_and_end_the_management_of_the_password(call_serverless, neighbours):
    call_serverless("CreateNamespace", namespaceName="sales")
    managed = call_serverless("UpdateNamespace", namespaceName="sales", manageAdminPassword=True)
    assert list(neighbours.secrets) == [managed["namespace"]["adminPasswordSecretArn"]]
    ended = call_serverless(
        "UpdateNamespace",
        namespaceName="sales",
        manageAdminPassword=False,
        adminUsername="boss",
        adminUserPassword="Secret123",
    )["namespace"]
    assert neighbours.secrets == {}
    assert "adminPasswordSecretArn" not in ended


def test_s3_tables_are_refused_by_name(call_serverless):
    call_serverless("CreateNamespace", namespaceName="sales")
    with pytest.raises(OperationNotSupportedException, match="without logDestinationType"):
        call_serverless("UpdateNamespace", namespaceName="sales", logDestinationType="s3table")


def test_list_goes_page_by_page_in_the_order_of_names(call_serverless):
    for name in ("three", "one", "two"):
        call_serverless("CreateNamespace", namespaceName=name)
    first = call_serverless("ListNamespaces", maxResults=2)
    second = call_serverless("ListNamespaces", maxResults=2, nextToken=first["nextToken"])
    names = [item["namespaceName"] for item in first["namespaces"] + second["namespaces"]]
    assert names == ["one", "three", "two"]
    assert "nextToken" not in second

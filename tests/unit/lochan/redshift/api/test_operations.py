"""The tables of operations: what they name, and what everything else answers."""

import botocore.session
import pytest

from lochan.redshift.api.errors import OperationNotSupportedException
from lochan.redshift.api.provisioned import operations as provisioned
from lochan.redshift.api.serverless import operations as serverless

TABLES = {"redshift": provisioned, "redshift-serverless": serverless}


@pytest.mark.parametrize("name", TABLES)
def test_every_operation_and_refused_member_is_in_the_model(name):
    model = botocore.session.get_session().get_service_model(name)
    assert set(TABLES[name].OPERATIONS) <= set(model.operation_names)
    for operation, members in TABLES[name].REFUSED_MEMBERS.items():
        assert set(members) <= set(model.operation_model(operation).input_shape.members), operation


def test_operations_without_handlers_are_refused_by_name(call_redshift, call_serverless):
    with pytest.raises(OperationNotSupportedException, match="RestoreFromSnapshot of redshift-s"):
        call_serverless("RestoreFromSnapshot")
    with pytest.raises(OperationNotSupportedException, match="PauseCluster of redshift is known"):
        call_redshift("PauseCluster", ClusterIdentifier="c")


def test_members_that_would_be_ignored_are_refused_by_name(call_serverless):
    with pytest.raises(OperationNotSupportedException, match="without finalSnapshotName") as caught:
        call_serverless("DeleteNamespace", namespaceName="sales", finalSnapshotName="last")
    assert (caught.value.code, caught.value.status) == ("OperationNotSupportedException", 501)

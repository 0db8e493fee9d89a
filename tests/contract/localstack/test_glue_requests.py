"""Requests that no SDK would send, and operations that are not emulated."""

import json

import pytest
from botocore.exceptions import ClientError


def test_member_of_a_wrong_type(send):
    status, answer = send("CreateDatabase", b'{"DatabaseInput": {"Name": 5}}')
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_structure_of_a_wrong_type(send):
    status, answer = send("CreateDatabase", b'{"DatabaseInput": "db"}')
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_missing_member(send):
    status, answer = send("CreateDatabase", b"{}")
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "at 'databaseInput'" in json.dumps(answer)


def test_body_that_is_no_json(send):
    status, answer = send("CreateDatabase", b"{")
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_operation_that_glue_does_not_have(send):
    status, answer = send("InventDatabase", b"{}")
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_operation_that_is_known_and_not_emulated(lochan_glue):
    with pytest.raises(lochan_glue.exceptions.OperationNotSupportedException) as raised:
        lochan_glue.create_blueprint(Name="x", BlueprintLocation="s3://b/x")
    answer = raised.value.response
    assert answer["Error"]["Message"] == (
        "Glue's CreateBlueprint is known but not emulated by Lochan."
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


def test_operation_newer_than_localstacks_botocore_is_known_too(lochan_glue):
    model = lochan_glue.meta.service_model
    newest = "ListMaterializedViewRefreshTaskRuns"
    assert newest in model.operation_names
    with pytest.raises(ClientError, match=f"Glue's {newest} is known but not emulated"):
        lochan_glue._make_api_call(newest, {"CatalogId": "000000000000"})


def test_refused_member_is_named(lochan_glue):
    refusal = "CreateJob is emulated without MaintenanceWindow"
    with pytest.raises(ClientError, match=refusal):
        lochan_glue.create_job(
            Name="j", Role="r", Command={"Name": "glueetl"}, MaintenanceWindow="Sun:10"
        )

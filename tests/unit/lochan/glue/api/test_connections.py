import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
)

PROPERTIES = {
    "JDBC_CONNECTION_URL": "jdbc:postgresql://127.0.0.1:5433/books",
    "USERNAME": "books",
    "PASSWORD": "secret",
}


@pytest.fixture
def create(call):
    def make(name="rds", **members):
        definition = {
            "Name": name,
            "ConnectionType": "JDBC",
            "ConnectionProperties": PROPERTIES,
            **members,
        }
        return call("CreateConnection", ConnectionInput=definition)

    return make


def names(answer):
    return [connection["Name"] for connection in answer["ConnectionList"]]


def test_connection_comes_back_as_it_was_given(create, call):
    assert create(Description="books") == {"CreateConnectionStatus": "READY"}
    connection = call("GetConnection", Name="rds")["Connection"]
    assert connection["ConnectionProperties"] == PROPERTIES
    assert (connection["Description"], connection["Status"]) == ("books", "READY")


def test_password_can_be_hidden(create, call):
    create()
    for connection in (
        call("GetConnection", Name="rds", HidePassword=True)["Connection"],
        call("GetConnections", HidePassword=True)["ConnectionList"][0],
    ):
        assert "PASSWORD" not in connection["ConnectionProperties"]
        assert connection["ConnectionProperties"]["USERNAME"] == "books"


def test_connection_that_exists(create):
    create()
    with pytest.raises(AlreadyExistsException, match="rds already exists"):
        create()


def test_missing_connection(call):
    with pytest.raises(EntityNotFoundException, match="Connection ghost not found"):
        call("GetConnection", Name="ghost")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["kafka", "network", "rds"]),
        ({"ConnectionType": "JDBC"}, ["rds"]),
        ({"MatchCriteria": ["books"]}, ["network", "rds"]),
        ({"MatchCriteria": ["books", "eu"]}, ["rds"]),
        ({"ConnectionSchemaVersion": 2}, []),
    ],
)
def test_connections_are_filtered(create, call, wanted, expected):
    create(MatchCriteria=["books", "eu"])
    create("network", ConnectionType="NETWORK", MatchCriteria=["books"])
    create("kafka", ConnectionType="KAFKA")
    assert names(call("GetConnections", Filter=wanted)) == expected


def test_connections_are_listed_in_pages(create, call):
    for name in ("b", "c", "a"):
        create(name)
    first = call("GetConnections", MaxResults=2)
    second = call("GetConnections", MaxResults=2, NextToken=first["NextToken"])
    assert names(first) + names(second) == ["a", "b", "c"]


def test_update_replaces_the_definition(create, call):
    create(Description="old")
    definition = {"Name": "rds", "ConnectionType": "JDBC", "ConnectionProperties": {"HOST": "x"}}
    call("UpdateConnection", Name="rds", ConnectionInput=definition)
    connection = call("GetConnection", Name="rds")["Connection"]
    assert connection["ConnectionProperties"] == {"HOST": "x"}
    assert "Description" not in connection


def test_update_cannot_rename(create, call):
    create()
    definition = {"Name": "b", "ConnectionType": "JDBC", "ConnectionProperties": {}}
    with pytest.raises(InvalidInputException, match="cannot be renamed"):
        call("UpdateConnection", Name="rds", ConnectionInput=definition)


def test_delete(create, call):
    create()
    call("DeleteConnection", ConnectionName="rds")
    with pytest.raises(EntityNotFoundException):
        call("DeleteConnection", ConnectionName="rds")


def test_batch_delete_answers_for_each_connection(create, call):
    create()
    answer = call("BatchDeleteConnection", ConnectionNameList=["rds", "ghost"])
    assert answer["Succeeded"] == ["rds"]
    assert answer["Errors"]["ghost"]["ErrorCode"] == "EntityNotFoundException"


@pytest.mark.parametrize(
    "members",
    [
        {"ValidateCredentials": True},
        {"AuthenticationConfiguration": {"AuthenticationType": "BASIC"}},
        {"ValidateForComputeEnvironments": ["SPARK"]},
    ],
)
def test_what_would_not_happen_is_refused_by_name(create, members):
    with pytest.raises(OperationNotSupportedException, match=next(iter(members))):
        create(**members)

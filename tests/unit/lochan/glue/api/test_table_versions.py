import pytest

from lochan.glue.api.errors import EntityNotFoundException, InvalidInputException

TABLE = {"DatabaseName": "db", "TableName": "t"}


@pytest.fixture
def three_versions(call, make_table):
    make_table()
    for number in (1, 2):
        definition = {"Name": "t", "Description": f"version {number}"}
        call("UpdateTable", DatabaseName="db", TableInput=definition)


def test_version_without_number_is_the_newest(call, three_versions):
    version = call("GetTableVersion", **TABLE)["TableVersion"]
    assert version["VersionId"] == "2"
    assert version["Table"]["Description"] == "version 2"


def test_version_by_number(call, three_versions):
    version = call("GetTableVersion", **TABLE, VersionId="1")["TableVersion"]
    assert version["Table"]["Description"] == "version 1"


def test_missing_version(call, three_versions):
    with pytest.raises(EntityNotFoundException, match="Version 7 of table t"):
        call("GetTableVersion", **TABLE, VersionId="7")


def test_versions_are_listed_in_pages_newest_first(call, three_versions):
    first = call("GetTableVersions", **TABLE, MaxResults=2)
    second = call("GetTableVersions", **TABLE, MaxResults=2, NextToken=first["NextToken"])
    assert [version["VersionId"] for version in first["TableVersions"]] == ["2", "1"]
    assert [version["VersionId"] for version in second["TableVersions"]] == ["0"]


def test_version_can_be_deleted(call, three_versions):
    call("DeleteTableVersion", **TABLE, VersionId="1")
    versions = call("GetTableVersions", **TABLE)["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["2", "0"]


def test_present_version_cannot_be_deleted(call, three_versions):
    with pytest.raises(InvalidInputException, match="present version"):
        call("DeleteTableVersion", **TABLE, VersionId="2")


def test_batch_delete_answers_for_each_version(call, three_versions):
    errors = call("BatchDeleteTableVersion", **TABLE, VersionIds=["0", "2", "9"])["Errors"]
    assert [(error["VersionId"], error["ErrorDetail"]["ErrorCode"]) for error in errors] == [
        ("2", "InvalidInputException"),
        ("9", "EntityNotFoundException"),
    ]

import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
    ValidationException,
)


def test_database_name_is_folded_to_lower_case(call):
    call("CreateDatabase", DatabaseInput={"Name": "Landing", "Description": "raw"})
    database = call("GetDatabase", Name="LANDING")["Database"]
    assert database["Name"] == "landing"
    assert database["Description"] == "raw"
    assert database["CatalogId"] == "000000000000"


def test_database_of_the_same_folded_name_exists(call):
    call("CreateDatabase", DatabaseInput={"Name": "landing"})
    with pytest.raises(AlreadyExistsException, match=r"^Database already exists\.$"):
        call("CreateDatabase", DatabaseInput={"Name": "LANDING"})


def test_missing_database_is_named(call):
    with pytest.raises(EntityNotFoundException, match="Database nowhere not found"):
        call("GetDatabase", Name="nowhere")


def test_databases_are_listed_in_pages(call):
    for name in ("c", "a", "d", "b"):
        call("CreateDatabase", DatabaseInput={"Name": name})
    first = call("GetDatabases", MaxResults=3)
    second = call("GetDatabases", MaxResults=3, NextToken=first["NextToken"])
    assert [database["Name"] for database in first["DatabaseList"]] == ["a", "b", "c"]
    assert [database["Name"] for database in second["DatabaseList"]] == ["d"]
    assert "NextToken" not in second


def test_full_last_page_has_no_token(call):
    for name in ("a", "b"):
        call("CreateDatabase", DatabaseInput={"Name": name})
    assert "NextToken" not in call("GetDatabases", MaxResults=2)


def test_listing_goes_on_when_the_last_item_given_is_deleted(call):
    for name in ("a", "b", "c"):
        call("CreateDatabase", DatabaseInput={"Name": name})
    first = call("GetDatabases", MaxResults=2)
    call("DeleteDatabase", Name="b")
    second = call("GetDatabases", MaxResults=2, NextToken=first["NextToken"])
    assert [database["Name"] for database in second["DatabaseList"]] == ["c"]


@pytest.mark.parametrize("token", ["nonsense", "e30=", "WzFd", "W10="])
def test_foreign_token_is_refused(call, token):
    call("CreateDatabase", DatabaseInput={"Name": "a"})
    if token == "W10=":  # an empty key: before everything, and never given out
        assert call("GetDatabases", NextToken=token)["DatabaseList"]
        return
    with pytest.raises(InvalidInputException, match="NextToken"):
        call("GetDatabases", NextToken=token)


def test_update_replaces_the_definition_and_keeps_the_creation_time(call, state):
    call(
        "CreateDatabase", DatabaseInput={"Name": "a", "Description": "old", "LocationUri": "s3://x"}
    )
    created = call("GetDatabase", Name="a")["Database"]["CreateTime"]
    call("UpdateDatabase", Name="A", DatabaseInput={"Name": "a", "Description": "new"})
    database = call("GetDatabase", Name="a")["Database"]
    assert database["Description"] == "new"
    assert "LocationUri" not in database
    assert database["CreateTime"] == created


def test_update_cannot_rename(call):
    call("CreateDatabase", DatabaseInput={"Name": "a"})
    with pytest.raises(InvalidInputException, match="cannot be renamed"):
        call("UpdateDatabase", Name="a", DatabaseInput={"Name": "b"})


def test_delete_takes_the_tables_along(call, make_table, add_partitions, state):
    make_table(dt="string")
    add_partitions(("2026-11-20",))
    call("DeleteDatabase", Name="db")
    assert (state.tables, state.partitions, state.archived_tables) == ({}, {}, {})


def test_name_of_256_characters_is_too_long(call):
    with pytest.raises(ValidationException) as raised:
        call("CreateDatabase", DatabaseInput={"Name": "x" * 256})
    assert raised.value.message.endswith(
        "at 'databaseInput.name' failed to satisfy constraint:"
        " Member must have length less than or equal to 255"
    )


def test_another_catalog_is_refused(call):
    with pytest.raises(EntityNotFoundException, match="Catalog 111111111111"):
        call("GetDatabases", CatalogId="111111111111")


def test_resource_link_is_refused_by_name(call):
    link = {"CatalogId": "111111111111", "DatabaseName": "theirs"}
    with pytest.raises(OperationNotSupportedException, match=r"DatabaseInput\.TargetDatabase"):
        call("CreateDatabase", DatabaseInput={"Name": "a", "TargetDatabase": link})


def test_accounts_and_regions_do_not_see_each_other(service, call):
    call("CreateDatabase", DatabaseInput={"Name": "a"})
    elsewhere = service.call("000000000000", "eu-west-1", "GetDatabases", {})
    of_others = service.call("111111111111", "us-east-1", "GetDatabases", {})
    assert (elsewhere["DatabaseList"], of_others["DatabaseList"]) == ([], [])

import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    InvalidInputException,
    OperationNotSupportedException,
)


@pytest.fixture
def tables(call):
    call("CreateDatabase", DatabaseInput={"Name": "db"})
    for name in ("tweets_raw", "tweets_clean", "users", "Follows"):
        call("CreateTable", DatabaseName="db", TableInput={"Name": name})


def names(answer):
    return [table["Name"] for table in answer["TableList"]]


def test_table_has_what_glue_adds(call, make_table):
    make_table(dt="string")
    table = call("GetTable", DatabaseName="DB", Name="T")["Table"]
    assert table["VersionId"] == "0"
    assert table["DatabaseName"] == "db"
    assert table["Retention"] == 0
    assert table["IsRegisteredWithLakeFormation"] is False
    assert table["PartitionKeys"] == [{"Name": "dt", "Type": "string"}]


def test_table_of_the_same_folded_name_exists(call, tables):
    with pytest.raises(AlreadyExistsException, match=r"^Table already exists\.$"):
        call("CreateTable", DatabaseName="db", TableInput={"Name": "USERS"})


def test_table_in_a_missing_database(call):
    with pytest.raises(EntityNotFoundException, match="Database nowhere not found"):
        call("CreateTable", DatabaseName="nowhere", TableInput={"Name": "t"})


def test_missing_table_is_named(call, tables):
    with pytest.raises(EntityNotFoundException, match="Table ghosts not found"):
        call("GetTable", DatabaseName="db", Name="ghosts")


# `prefix*` is what awswrangler sends to the real service for its argument name_prefix.
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("tweets.*", ["tweets_clean", "tweets_raw"]),
        ("tweets*", ["tweets_clean", "tweets_raw"]),
        ("*s", ["follows", "users"]),
        ("TWEETS_RAW", ["tweets_raw"]),
        ("tweets", []),
        ("users|follows", ["follows", "users"]),
        ("[ut].*", ["tweets_clean", "tweets_raw", "users"]),
    ],
)
def test_tables_are_filtered_by_expression(call, tables, expression, expected):
    assert names(call("GetTables", DatabaseName="db", Expression=expression)) == expected


def test_expression_that_is_no_regular_expression(call, tables):
    with pytest.raises(InvalidInputException, match="not a regular expression"):
        call("GetTables", DatabaseName="db", Expression="(")


def test_tables_are_listed_in_pages(call, tables):
    first = call("GetTables", DatabaseName="db", MaxResults=3)
    second = call("GetTables", DatabaseName="db", MaxResults=3, NextToken=first["NextToken"])
    assert names(first) == ["follows", "tweets_clean", "tweets_raw"]
    assert names(second) == ["users"]


def test_update_makes_a_version_and_archives_the_old(call, make_table):
    make_table()
    call("UpdateTable", DatabaseName="db", TableInput={"Name": "t", "Description": "second"})
    versions = call("GetTableVersions", DatabaseName="db", TableName="t")["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["1", "0"]
    assert versions[0]["Table"]["Description"] == "second"
    assert "Description" not in versions[1]["Table"]


def test_update_with_skip_archive_keeps_no_old_version(call, make_table):
    make_table()
    call("UpdateTable", DatabaseName="db", TableInput={"Name": "t"}, SkipArchive=True)
    versions = call("GetTableVersions", DatabaseName="db", TableName="t")["TableVersions"]
    assert [version["VersionId"] for version in versions] == ["1"]


def test_update_of_another_version_than_expected(call, make_table):
    make_table()
    call("UpdateTable", DatabaseName="db", TableInput={"Name": "t"}, VersionId="0")
    with pytest.raises(ConcurrentModificationException, match="at version 1, not 0"):
        call("UpdateTable", DatabaseName="db", TableInput={"Name": "t"}, VersionId="0")


def test_update_without_partition_keys_keeps_partitions_readable(call, make_table, add_partitions):
    make_table(dt="string")
    add_partitions(("2026-11-20",))
    call("UpdateTable", DatabaseName="db", TableInput={"Name": "t"})
    assert len(call("GetPartitions", DatabaseName="db", TableName="t")["Partitions"]) == 1


def test_delete_takes_partitions_and_versions_along(call, make_table, add_partitions, state):
    make_table(dt="string")
    add_partitions(("2026-11-20",))
    call("UpdateTable", DatabaseName="db", TableInput={"Name": "t"})
    call("DeleteTable", DatabaseName="db", Name="T")
    assert (state.tables, state.partitions, state.archived_tables) == ({}, {}, {})


def test_batch_delete_answers_for_each_table(call, tables):
    answer = call("BatchDeleteTable", DatabaseName="db", TablesToDelete=["users", "ghosts"])
    assert answer == {
        "Errors": [
            {
                "TableName": "ghosts",
                "ErrorDetail": {
                    "ErrorCode": "EntityNotFoundException",
                    "ErrorMessage": "Table ghosts not found.",
                },
            }
        ]
    }
    assert "users" not in names(call("GetTables", DatabaseName="db"))


def test_column_twice_is_refused(call, tables):
    columns = [{"Name": "id", "Type": "int"}, {"Name": "ID", "Type": "string"}]
    with pytest.raises(InvalidInputException, match="column id more than once"):
        call(
            "CreateTable",
            DatabaseName="db",
            TableInput={"Name": "x", "StorageDescriptor": {"Columns": columns}},
        )


def test_create_without_definition(call, tables):
    with pytest.raises(InvalidInputException, match="TableInput must be given"):
        call("CreateTable", DatabaseName="db")


def test_iceberg_is_refused_by_name(call, tables):
    with pytest.raises(OperationNotSupportedException, match="OpenTableFormatInput"):
        call(
            "CreateTable",
            DatabaseName="db",
            TableInput={"Name": "x"},
            OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE"}},
        )

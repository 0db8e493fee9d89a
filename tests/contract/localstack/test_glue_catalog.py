"""The catalog through boto3: the same bodies against ours and against moto.

Tolerated differences, each in one place below:
- moto's expressions have no NOT before a comparison or parentheses; the documented grammar has.
- moto gives all partitions in one page, whatever MaxResults says.
- moto keeps the case of names; documented: they are folded to lower case.
"""

import pytest


@pytest.fixture
def table(glue):
    """`db.t` with partitions dt=2026-11-18..20, hour=0..2."""
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(
        DatabaseName="db",
        TableInput={
            "Name": "t",
            "PartitionKeys": [
                {"Name": "dt", "Type": "string"},
                {"Name": "hour", "Type": "int"},
            ],
            "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint"}]},
        },
    )
    entries = [
        {"Values": [f"2026-11-{day}", str(hour)], "StorageDescriptor": {"Location": "s3://b/t/"}}
        for day in (18, 19, 20)
        for hour in range(3)
    ]
    glue.batch_create_partition(DatabaseName="db", TableName="t", PartitionInputList=entries)
    return {"DatabaseName": "db", "TableName": "t"}


def test_missing_resources_raise_the_modelled_exception(glue):
    glue.create_database(DatabaseInput={"Name": "db"})
    with pytest.raises(
        glue.exceptions.EntityNotFoundException, match=r"Database ghost not found\."
    ):
        glue.get_database(Name="ghost")
    with pytest.raises(glue.exceptions.EntityNotFoundException, match=r"Table ghost not found\."):
        glue.get_table(DatabaseName="db", Name="ghost")


def test_existing_resources_raise_the_modelled_exception(glue, table):
    with pytest.raises(glue.exceptions.AlreadyExistsException, match=r"Database already exists\."):
        glue.create_database(DatabaseInput={"Name": "db"})
    with pytest.raises(glue.exceptions.AlreadyExistsException, match=r"Table already exists\."):
        glue.create_table(DatabaseName="db", TableInput={"Name": "t"})
    with pytest.raises(glue.exceptions.AlreadyExistsException, match=r"Partition already exists\."):
        glue.create_partition(**table, PartitionInput={"Values": ["2026-11-18", "0"]})


def test_table_comes_back_as_it_was_given(glue):
    definition = {
        "Name": "tweets",
        "Description": "flat",
        "Owner": "hadoop",
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "bigint", "Comment": "tweet"}],
            "Location": "s3://b/tweets/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "Compressed": False,
            "NumberOfBuckets": -1,
            "SerdeInfo": {"SerializationLibrary": "serde", "Parameters": {"a": "1"}},
            "Parameters": {"classification": "parquet"},
            "StoredAsSubDirectories": False,
        },
        "PartitionKeys": [{"Name": "event_date", "Type": "date"}],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
    }
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput=definition)
    table = glue.get_table(DatabaseName="db", Name="tweets")["Table"]
    assert {name: table[name] for name in definition} == definition


def test_update_makes_versions(glue, table):
    for description in ("first", "second"):
        glue.update_table(DatabaseName="db", TableInput={"Name": "t", "Description": description})
    versions = glue.get_table_versions(**table)["TableVersions"]
    assert len(versions) == 3
    newest = max(versions, key=lambda version: int(version["VersionId"]))
    assert newest["Table"]["Description"] == "second"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("dt = '2026-11-19'", 3),
        ("dt <> '2026-11-19'", 6),
        ("dt >= '2026-11-19' AND hour < 2", 4),
        ("dt = '2026-11-18' OR hour = 0", 5),
        ("hour IN (0, 2)", 6),
        ("hour NOT IN (0, 2)", 3),
        ("hour BETWEEN 1 AND 2", 6),
        ("dt LIKE '2026-11-1%'", 6),
        ("dt IS NULL", 0),
        ("dt IS NOT NULL", 9),
        ("(dt = '2026-11-18' OR dt = '2026-11-20') AND (hour = 1)", 2),
    ],
)
def test_partitions_are_selected_by_expression(glue, table, expression, expected):
    pages = glue.get_paginator("get_partitions").paginate(**table, Expression=expression)
    assert sum(len(page["Partitions"]) for page in pages) == expected


@pytest.mark.parametrize("expression", ["dt =", "(dt = '1'", "ghost = '1'", "hour = 'x'"])
def test_unsupported_expression_raises_the_modelled_exception(glue, table, expression):
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.get_partitions(**table, Expression=expression)


def test_batches_answer_for_each_partition(glue, table):
    entries = [{"Values": ["2026-11-18", "0"]}, {"Values": ["2026-11-18", "9"]}]
    errors = glue.batch_create_partition(**table, PartitionInputList=entries)["Errors"]
    assert [error["ErrorDetail"]["ErrorCode"] for error in errors] == ["AlreadyExistsException"]
    found = glue.batch_get_partition(**table, PartitionsToGet=entries)["Partitions"]
    assert len(found) == 2
    entries.append({"Values": ["2026-11-18", "77"]})
    errors = glue.batch_delete_partition(**table, PartitionsToDelete=entries)["Errors"]
    assert [error["PartitionValues"] for error in errors] == [["2026-11-18", "77"]]


def test_tables_are_filtered_by_expression(glue):
    glue.create_database(DatabaseInput={"Name": "db"})
    for name in ("tweets_raw", "tweets_clean", "users"):
        glue.create_table(DatabaseName="db", TableInput={"Name": name})
    for expression in ("tweets.*", "tweets_*"):
        found = glue.get_tables(DatabaseName="db", Expression=expression)["TableList"]
        assert sorted(table["Name"] for table in found) == ["tweets_clean", "tweets_raw"]


# From here on ours alone: what moto does not do.


@pytest.mark.parametrize("page_size", [1, 4, 9, 1000])
def test_pages_hold_every_partition_once(lochan_glue, page_size):
    glue = lochan_glue
    glue.create_database(DatabaseInput={"Name": "db"})
    keys = [{"Name": "dt", "Type": "string"}]
    glue.create_table(DatabaseName="db", TableInput={"Name": "t", "PartitionKeys": keys})
    for number in range(9):
        glue.create_partition(
            DatabaseName="db", TableName="t", PartitionInput={"Values": [f"day {number}"]}
        )
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName="db", TableName="t", PaginationConfig={"PageSize": page_size}
    )
    found = [partition["Values"][0] for page in pages for partition in page["Partitions"]]
    assert found == [f"day {number}" for number in range(9)]


def test_negated_expression(lochan_glue):
    glue = lochan_glue
    glue.create_database(DatabaseInput={"Name": "db"})
    keys = [{"Name": "dt", "Type": "string"}]
    glue.create_table(DatabaseName="db", TableInput={"Name": "t", "PartitionKeys": keys})
    for day in ("18", "19"):
        glue.create_partition(DatabaseName="db", TableName="t", PartitionInput={"Values": [day]})
    for expression in ("NOT (dt = '18')", "NOT dt = '18'"):
        found = glue.get_partitions(DatabaseName="db", TableName="t", Expression=expression)
        assert [partition["Values"] for partition in found["Partitions"]] == [["19"]]


def test_names_are_folded(lochan_glue):
    lochan_glue.create_database(DatabaseInput={"Name": "Landing"})
    lochan_glue.create_table(DatabaseName="LANDING", TableInput={"Name": "Tweets"})
    table = lochan_glue.get_table(DatabaseName="landing", Name="TWEETS")["Table"]
    assert (table["DatabaseName"], table["Name"]) == ("landing", "tweets")


def test_another_region_is_another_catalog(lochan_glue, localstack, make_client):
    lochan_glue.create_database(DatabaseInput={"Name": "db"})
    elsewhere = make_client("glue", localstack.endpoint, "eu-west-1")
    assert elsewhere.get_databases()["DatabaseList"] == []

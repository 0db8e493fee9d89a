import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)

TABLE = {"DatabaseName": "db", "TableName": "t"}


@pytest.fixture
def days(make_table, add_partitions):
    make_table(dt="string", hour="int")
    add_partitions(*((f"2026-11-{day}", str(hour)) for day in (19, 20) for hour in range(3)))


def values(answer):
    return [tuple(partition["Values"]) for partition in answer["Partitions"]]


def test_partition_by_values(call, days):
    partition = call("GetPartition", **TABLE, PartitionValues=["2026-11-20", "1"])["Partition"]
    assert partition["StorageDescriptor"]["Location"] == "s3://bucket/t/2026-11-20/1"
    assert partition["TableName"] == "t"
    assert partition["CatalogId"] == "000000000000"


def test_missing_partition(call, days):
    with pytest.raises(EntityNotFoundException, match="Cannot find partition"):
        call("GetPartition", **TABLE, PartitionValues=["2026-11-20", "7"])


def test_partition_that_exists(call, days, add_partitions):
    with pytest.raises(AlreadyExistsException, match=r"^Partition already exists\.$"):
        add_partitions(("2026-11-20", "1"))


def test_too_few_values(call, days, add_partitions):
    with pytest.raises(InvalidInputException, match="number of partition keys do not match"):
        add_partitions(("2026-11-20",))


def test_partitions_are_selected_by_expression(call, days):
    answer = call("GetPartitions", **TABLE, Expression="dt = '2026-11-20' AND hour > 0")
    assert values(answer) == [("2026-11-20", "1"), ("2026-11-20", "2")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 7])
def test_pages_hold_every_partition_once(call, days, size):
    found, token = [], {}
    while True:
        answer = call("GetPartitions", **TABLE, MaxResults=size, **token)
        assert len(answer["Partitions"]) <= size
        found += values(answer)
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert found == [(f"2026-11-{day}", str(hour)) for day in (19, 20) for hour in range(3)]


def test_segments_hold_every_partition_once(call, make_table, add_partitions):
    make_table(dt="string")
    expected = {(f"day-{number}",) for number in range(50)}
    add_partitions(*expected)
    segments = [
        values(
            call("GetPartitions", **TABLE, Segment={"SegmentNumber": number, "TotalSegments": 4})
        )
        for number in range(4)
    ]
    assert sum(len(segment) for segment in segments) == 50
    assert set().union(*segments) == expected
    assert all(segments)


def test_segment_beyond_the_last(call, days):
    with pytest.raises(InvalidInputException, match="SegmentNumber 4"):
        call("GetPartitions", **TABLE, Segment={"SegmentNumber": 4, "TotalSegments": 4})


def test_columns_may_be_left_out(call, make_table):
    make_table(dt="string")
    storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://bucket/t/1"}
    definition = {"Values": ["1"], "StorageDescriptor": storage}
    call("CreatePartition", **TABLE, PartitionInput=definition)
    partition = call("GetPartitions", **TABLE, ExcludeColumnSchema=True)["Partitions"][0]
    assert partition["StorageDescriptor"] == {"Location": "s3://bucket/t/1"}
    partition = call("GetPartitions", **TABLE)["Partitions"][0]
    assert partition["StorageDescriptor"] == storage


def test_update_replaces_the_definition(call, days):
    storage = {"Location": "s3://bucket/new/"}
    call(
        "UpdatePartition",
        **TABLE,
        PartitionValueList=["2026-11-20", "1"],
        PartitionInput={"Values": ["2026-11-20", "1"], "StorageDescriptor": storage},
    )
    partition = call("GetPartition", **TABLE, PartitionValues=["2026-11-20", "1"])["Partition"]
    assert partition["StorageDescriptor"] == storage


def test_update_with_other_values_moves_the_partition(call, days):
    move = {"PartitionValueList": ["2026-11-20", "1"]}
    call("UpdatePartition", **TABLE, **move, PartitionInput={"Values": ["2026-11-21", "1"]})
    assert ("2026-11-21", "1") in values(call("GetPartitions", **TABLE))
    assert ("2026-11-20", "1") not in values(call("GetPartitions", **TABLE))


def test_update_onto_another_partition(call, days):
    move = {"PartitionValueList": ["2026-11-20", "1"]}
    with pytest.raises(AlreadyExistsException):
        call("UpdatePartition", **TABLE, **move, PartitionInput={"Values": ["2026-11-20", "2"]})
    assert len(values(call("GetPartitions", **TABLE))) == 6


def test_delete(call, days):
    call("DeletePartition", **TABLE, PartitionValues=["2026-11-20", "1"])
    with pytest.raises(EntityNotFoundException):
        call("DeletePartition", **TABLE, PartitionValues=["2026-11-20", "1"])
    assert len(values(call("GetPartitions", **TABLE))) == 5


def test_expression_is_checked_though_there_are_no_partitions(call, make_table):
    make_table(dt="string")
    with pytest.raises(InvalidInputException, match="not a partition key"):
        call("GetPartitions", **TABLE, Expression="day = '1'")


def test_missing_table(call, make_table):
    make_table()
    with pytest.raises(EntityNotFoundException, match="Table ghosts not found"):
        call("GetPartitions", DatabaseName="db", TableName="ghosts")

import pytest

from lochan.glue.api.errors import ValidationException

TABLE = {"DatabaseName": "db", "TableName": "t"}


@pytest.fixture
def two_days(make_table, add_partitions):
    make_table(dt="string")
    add_partitions(("19",), ("20",))


def codes(errors, values="PartitionValues"):
    return [(error[values], error["ErrorDetail"]["ErrorCode"]) for error in errors]


def count(call):
    return len(call("GetPartitions", **TABLE)["Partitions"])


def test_create_does_what_it_can(call, two_days):
    entries = [{"Values": ["20"]}, {"Values": ["21"]}, {"Values": ["21", "x"]}]
    errors = call("BatchCreatePartition", **TABLE, PartitionInputList=entries)["Errors"]
    assert codes(errors) == [
        (["20"], "AlreadyExistsException"),
        (["21", "x"], "InvalidInputException"),
    ]
    assert count(call) == 3


def test_create_of_101_is_refused_before_any_is_made(call, two_days):
    entries = [{"Values": [f"x{number}"]} for number in range(101)]
    with pytest.raises(ValidationException, match="less than or equal to 100"):
        call("BatchCreatePartition", **TABLE, PartitionInputList=entries)
    assert count(call) == 2


def test_get_leaves_out_what_is_missing(call, two_days):
    entries = [{"Values": ["20"]}, {"Values": ["99"]}]
    answer = call("BatchGetPartition", **TABLE, PartitionsToGet=entries)
    assert [partition["Values"] for partition in answer["Partitions"]] == [["20"]]
    assert answer["UnprocessedKeys"] == []


def test_update_does_what_it_can(call, two_days):
    storage = {"Location": "s3://bucket/new/"}
    entries = [
        {
            "PartitionValueList": [day],
            "PartitionInput": {"Values": [day], "StorageDescriptor": storage},
        }
        for day in ("19", "99")
    ]
    errors = call("BatchUpdatePartition", **TABLE, Entries=entries)["Errors"]
    assert codes(errors, "PartitionValueList") == [(["99"], "EntityNotFoundException")]
    partition = call("GetPartition", **TABLE, PartitionValues=["19"])["Partition"]
    assert partition["StorageDescriptor"] == storage


def test_delete_does_what_it_can(call, two_days):
    entries = [{"Values": ["19"]}, {"Values": ["99"]}]
    errors = call("BatchDeletePartition", **TABLE, PartitionsToDelete=entries)["Errors"]
    assert codes(errors) == [(["99"], "EntityNotFoundException")]
    assert count(call) == 1

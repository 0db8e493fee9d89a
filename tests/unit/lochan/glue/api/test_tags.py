import pytest

from lochan.glue.api.errors import (
    EntityNotFoundException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)

JOB_ARN = "arn:aws:glue:us-east-1:000000000000:job/flatten"


def read(call, arn=JOB_ARN):
    return call("GetTags", ResourceArn=arn)["Tags"]


def test_tags_are_added_replaced_and_removed(call, job):
    assert read(call) == {}
    call("TagResource", ResourceArn=JOB_ARN, TagsToAdd={"team": "data", "env": "local"})
    call("TagResource", ResourceArn=JOB_ARN, TagsToAdd={"env": "test"})
    assert read(call) == {"team": "data", "env": "test"}
    call("UntagResource", ResourceArn=JOB_ARN, TagsToRemove=["team", "ghost"])
    assert read(call) == {"env": "test"}


@pytest.mark.parametrize("kind", ["database/db", "table/db/t", "crawler/landing", "job/flatten"])
def test_every_kind_of_resource_can_be_tagged(call, make_table, crawler, job, kind):
    make_table()
    arn = f"arn:aws:glue:us-east-1:000000000000:{kind}"
    call("TagResource", ResourceArn=arn, TagsToAdd={"a": "b"})
    assert read(call, arn) == {"a": "b"}


def test_missing_resource(call):
    with pytest.raises(EntityNotFoundException, match="Job flatten not found"):
        read(call)


def test_resource_that_cannot_be_tagged(call):
    with pytest.raises(InvalidInputException, match="connection, crawler, database, job, table"):
        read(call, "arn:aws:glue:us-east-1:000000000000:registry/x")


def test_more_than_50_tags(call, job):
    call("TagResource", ResourceArn=JOB_ARN, TagsToAdd={f"k{n}": "v" for n in range(50)})
    with pytest.raises(ResourceNumberLimitExceededException, match="51 tags"):
        call("TagResource", ResourceArn=JOB_ARN, TagsToAdd={"one more": "v"})


def test_reserved_prefix(call, job):
    with pytest.raises(InvalidInputException, match="'aws:x'"):
        call("TagResource", ResourceArn=JOB_ARN, TagsToAdd={"aws:x": "v"})


def test_tags_of_a_deleted_database_and_its_tables_are_gone(call, make_table, state):
    make_table()
    for kind in ("database/db", "table/db/t"):
        arn = f"arn:aws:glue:us-east-1:000000000000:{kind}"
        call("TagResource", ResourceArn=arn, TagsToAdd={"a": "b"})
    call("DeleteDatabase", Name="db")
    assert state.tags == {}

from datetime import UTC, datetime

import pytest

from lochan.glue.api.errors import SerializationException, ValidationException
from lochan.glue.api.shapes import _compile, check_request


@pytest.fixture
def check(glue_model):
    return lambda operation, request: check_request(
        glue_model.operation_model(operation).input_shape, request
    )


# Wording of the constraints: https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
@pytest.mark.parametrize(
    ("operation", "request_", "path", "constraint"),
    [
        ("GetDatabase", {}, "name", "Member must not be null"),
        ("CreateDatabase", {"DatabaseInput": {}}, "databaseInput.name", "Member must not be null"),
        (
            "GetDatabase",
            {"Name": ""},
            "name",
            "Member must have length greater than or equal to 1",
        ),
        (
            "GetDatabases",
            {"MaxResults": 101},
            "maxResults",
            "Member must have value less than or equal to 100",
        ),
        (
            "GetDatabases",
            {"MaxResults": 0},
            "maxResults",
            "Member must have value greater than or equal to 1",
        ),
        ("GetDatabase", {"Name": "a\nb"}, "name", "Member must satisfy regular expression pattern"),
        (
            "CreateCrawler",
            {
                "Name": "c",
                "Role": "r",
                "Targets": {},
                "RecrawlPolicy": {"RecrawlBehavior": "SOMETIMES"},
            },
            "recrawlPolicy.recrawlBehavior",
            "Member must satisfy enum value set: [CRAWL_EVERYTHING",
        ),
        (
            "BatchGetPartition",
            {"DatabaseName": "d", "TableName": "t", "PartitionsToGet": [{"Values": ["v"]}, {}]},
            "partitionsToGet.2.member.values",
            "Member must not be null",
        ),
    ],
)
def test_broken_constraint_is_named_with_its_place(check, operation, request_, path, constraint):
    with pytest.raises(ValidationException) as raised:
        check(operation, request_)
    assert raised.value.message.startswith("1 validation error detected: Value ")
    assert f"at '{path}' failed to satisfy constraint: {constraint}" in raised.value.message


def test_several_errors_are_counted(check):
    with pytest.raises(ValidationException, match=r"^2 validation errors detected: "):
        check("GetTable", {})


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetDatabase", {"Name": 5}),
        ("CreateDatabase", {"DatabaseInput": "db"}),
        ("GetDatabases", {"MaxResults": "10"}),
        ("GetDatabases", {"MaxResults": True}),
        ("GetPartitions", {"DatabaseName": "d", "TableName": "t", "ExcludeColumnSchema": 1}),
        ("BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": "t"}),
    ],
)
def test_wrong_type_cannot_be_converted(check, operation, request_):
    with pytest.raises(SerializationException, match="cannot be converted to"):
        check(operation, request_)


def test_characters_beyond_the_basic_plane_are_allowed(check):
    database = {"Name": "😀", "Description": "line\n😀"}
    assert check("CreateDatabase", {"DatabaseInput": database}) is None


@pytest.mark.parametrize("moment", [datetime(2026, 11, 20, tzinfo=UTC), 1795132800, 1795132800.5])
def test_times_come_in_three_forms(check, moment):
    table = {"Name": "t", "LastAccessTime": moment}
    assert check("CreateTable", {"DatabaseName": "d", "TableInput": table}) is None


def test_every_pattern_of_glue_can_be_compiled(glue_model):
    for name in glue_model.shape_names:
        pattern = glue_model.shape_for(name).metadata.get("pattern")
        if pattern is not None:
            assert _compile(pattern), name

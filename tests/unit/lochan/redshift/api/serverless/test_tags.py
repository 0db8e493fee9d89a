import pytest

from lochan.redshift.api.serverless.errors import ResourceNotFoundException, TooManyTagsException


@pytest.fixture
def arn(call_serverless):
    tags = [{"key": "team", "value": "one"}]
    made = call_serverless("CreateNamespace", namespaceName="sales", tags=tags)
    return made["namespace"]["namespaceArn"]


def test_tags_are_added_replaced_and_taken_away(call_serverless, arn):
    added = [{"key": "team", "value": "two"}, {"key": "cost", "value": "7"}]
    assert call_serverless("TagResource", resourceArn=arn, tags=added) == {}
    assert call_serverless("ListTagsForResource", resourceArn=arn)["tags"] == added
    call_serverless("UntagResource", resourceArn=arn, tagKeys=["team", "never there"])
    assert call_serverless("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"key": "cost", "value": "7"}
    ]


def test_what_does_not_exist_has_no_tags(call_serverless):
    with pytest.raises(ResourceNotFoundException, match="ARN arn:nothing"):
        call_serverless("ListTagsForResource", resourceArn="arn:nothing")


def test_tags_beyond_fifty_are_refused(call_serverless, arn):
    tags = [{"key": f"k{number}", "value": ""} for number in range(50)]
    with pytest.raises(TooManyTagsException, match="would have 51 tags"):
        call_serverless("TagResource", resourceArn=arn, tags=tags)

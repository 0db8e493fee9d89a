"""What is set on a cluster that exists: logging, usage limits, tags.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableLogging.html
https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateUsageLimit.html
"""

import pytest

from lochan.redshift.api.provisioned.errors import (
    ClusterNotFound,
    InvalidParameterCombination,
    InvalidParameterValue,
    InvalidTagFault,
    InvalidUsageLimit,
    ResourceNotFoundFault,
    UsageLimitAlreadyExists,
    UsageLimitNotFound,
)

ARN = "arn:aws:redshift:eu-central-1:123456789012:cluster:sales"


@pytest.fixture
def call(call_redshift):
    """Call an operation on the cluster sales."""
    call_redshift(
        "CreateCluster",
        ClusterIdentifier="sales",
        NodeType="ra3.large",
        MasterUsername="boss",
        ManageMasterPassword=True,
        Tags=[{"Key": "team", "Value": "one"}],
    )
    return lambda operation, **request: call_redshift(
        operation, **{"ClusterIdentifier": "sales", **request}
    )


def test_logging_is_off_then_on_then_off(call):
    assert call("DescribeLoggingStatus") == {"LoggingEnabled": False}
    enabled = call("EnableLogging", LogDestinationType="cloudwatch", LogExports=["userlog"])
    assert enabled == {
        "LoggingEnabled": True,
        "LogDestinationType": "cloudwatch",
        "LogExports": ["userlog"],
    }
    assert call("DescribeLoggingStatus") == enabled
    assert call("DisableLogging") == {"LoggingEnabled": False}


def test_logs_need_somewhere_to_go(call):
    with pytest.raises(InvalidParameterCombination, match="BucketName is missing"):
        call("EnableLogging")
    with pytest.raises(InvalidParameterValue, match="LogExports names"):
        call("EnableLogging", LogDestinationType="cloudwatch")
    with pytest.raises(InvalidParameterValue, match="not to s3table"):
        call("EnableLogging", LogDestinationType="s3table")
    with pytest.raises(ClusterNotFound):
        call("EnableLogging", ClusterIdentifier="nowhere", BucketName="b")


@pytest.fixture
def limit(call):
    return lambda **request: call(
        "CreateUsageLimit",
        **{"FeatureType": "concurrency-scaling", "LimitType": "time", "Amount": 60, **request},
    )


def test_usage_limit_has_aws_defaults_changes_and_goes(limit, call_redshift):
    made = limit()
    assert (made["Period"], made["BreachAction"], made["Amount"]) == ("monthly", "log", 60)
    id = made["UsageLimitId"]
    changed = call_redshift("ModifyUsageLimit", UsageLimitId=id, BreachAction="disable")
    assert (changed["Amount"], changed["BreachAction"]) == (60, "disable")
    assert call_redshift("DescribeUsageLimits", UsageLimitId=id)["UsageLimits"] == [changed]
    call_redshift("DeleteUsageLimit", UsageLimitId=id)
    with pytest.raises(UsageLimitNotFound, match=id):
        call_redshift("ModifyUsageLimit", UsageLimitId=id, Amount=1)


def test_usage_limits_that_aws_does_not_have_are_refused(limit):
    with pytest.raises(InvalidUsageLimit, match="spectrum is limited by data-scanned"):
        limit(FeatureType="spectrum")
    with pytest.raises(InvalidUsageLimit, match="positive number, not 0"):
        limit(Amount=0)
    with pytest.raises(ClusterNotFound):
        limit(ClusterIdentifier="nowhere")
    limit()
    with pytest.raises(UsageLimitAlreadyExists):
        limit()


def test_tags_are_shown_changed_and_taken_away(call, call_redshift):
    call_redshift("CreateTags", ResourceName=ARN, Tags=[{"Key": "cost", "Value": "7"}])
    call_redshift("DeleteTags", ResourceName=ARN, TagKeys=["team"])
    assert call_redshift("DescribeTags", ResourceName=ARN)["TaggedResources"] == [
        {"Tag": {"Key": "cost", "Value": "7"}, "ResourceName": ARN, "ResourceType": "Cluster"}
    ]
    assert call_redshift("DescribeTags", ResourceType="Subnet group") == {"TaggedResources": []}
    [cluster] = call("DescribeClusters")["Clusters"]
    assert cluster["Tags"] == [{"Key": "cost", "Value": "7"}]


def test_tags_of_nothing_and_aws_own_are_refused(call, call_redshift):
    with pytest.raises(ResourceNotFoundFault, match="nowhere"):
        call_redshift("DescribeTags", ResourceName=ARN.replace("sales", "nowhere"))
    with pytest.raises(InvalidTagFault, match="aws:"):
        call_redshift("CreateTags", ResourceName=ARN, Tags=[{"Key": "aws:x", "Value": ""}])

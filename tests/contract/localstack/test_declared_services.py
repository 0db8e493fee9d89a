"""Services in which things are declared and nothing runs: EC2, ECS, Budgets, SNS, events."""

import json

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def clients(localstack, make_client):
    return lambda service: make_client(service, localstack.endpoint)


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "ImageId": "ami-1"}),
        ("ecs", "run_task", {"taskDefinition": "worker"}),
        ("ecs", "execute_command", {"task": "t", "command": "ls", "interactive": True}),
        ("budgets", "describe_budget_performance_history", {"AccountId": "000000000000"}),
    ],
)
def test_what_would_have_to_run_is_refused_by_name(clients, service, operation, request_):
    client = clients(service)
    if service == "budgets":
        request_ = {**request_, "BudgetName": "month"}
    with pytest.raises(ClientError, match="known but not emulated by Lochan") as caught:
        getattr(client, operation)(**request_)
    assert caught.value.response["Error"]["Code"] == "OperationNotSupportedException"


def test_service_of_ecs_is_kept_and_its_tasks_stay_pending(clients):
    ecs = clients("ecs")
    ecs.create_cluster(clusterName="workers")
    ecs.register_task_definition(
        family="worker", containerDefinitions=[{"name": "prefect", "image": "i", "memory": 1}]
    )
    ecs.create_service(
        cluster="workers",
        serviceName="worker",
        taskDefinition="worker",
        desiredCount=2,
        availabilityZoneRebalancing="DISABLED",
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    )
    ecs.update_service(cluster="workers", service="worker", desiredCount=1)
    [found] = ecs.describe_services(cluster="workers", services=["worker"])["services"]
    assert (found["desiredCount"], found["pendingCount"], found["runningCount"]) == (1, 1, 0)
    [cluster] = ecs.describe_clusters(clusters=["workers"])["clusters"]
    assert (cluster["pendingTasksCount"], cluster["runningTasksCount"]) == (1, 0)
    # What moto forgets.
    assert found["availabilityZoneRebalancing"] == "DISABLED"
    assert found["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] is True


@pytest.fixture
def vpc(clients):
    return clients("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]


def test_endpoint_keeps_its_policy_as_it_was_given(clients, vpc):
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    ec2 = clients("ec2")
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", PolicyDocument=policy
    )["VpcEndpoint"]
    found = ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"]
    assert found[0]["PolicyDocument"] == policy


def test_rule_from_another_group_keeps_its_description(clients, vpc):
    ec2 = clients("ec2")
    group = ec2.create_security_group(GroupName="glue", Description="d", VpcId=vpc)["GroupId"]
    source = {"GroupId": group, "Description": "Spark workers to one another"}
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 9, "UserIdGroupPairs": [source]}
        ],
    )
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    told = [rule["Description"] for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]]
    assert told == ["Spark workers to one another"]


def test_alarm_has_the_tags_that_it_was_made_with(clients):
    cloudwatch = clients("cloudwatch")
    alarm = {
        "AlarmName": "full",
        "Namespace": "n",
        "MetricName": "m",
        "Period": 60,
        "Statistic": "Sum",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    cloudwatch.put_metric_alarm(**alarm, Tags=[{"Key": "team", "Value": "one"}])
    # "Tags ... are ignored when you update an existing alarm."
    cloudwatch.put_metric_alarm(**alarm, Tags=[{"Key": "team", "Value": "two"}])
    [found] = cloudwatch.describe_alarms(AlarmNames=["full"])["MetricAlarms"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"] == [
        {"Key": "team", "Value": "one"}
    ]


# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
ACCOUNT = {"AccountId": "000000000000"}
MONTH = {**ACCOUNT, "BudgetName": "month"}
BUDGET = {
    "BudgetName": "month",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "200", "Unit": "USD"},
}
ALERT = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80,
    "ThresholdType": "PERCENTAGE",
}
SUBSCRIBER = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}


@pytest.fixture
def budgets(clients):
    client = clients("budgets")
    client.create_budget(
        **ACCOUNT,
        Budget=BUDGET,
        NotificationsWithSubscribers=[{"Notification": ALERT, "Subscribers": [SUBSCRIBER]}],
        ResourceTags=[{"Key": "team", "Value": "one"}],
    )
    yield client
    client.delete_budget(**MONTH)


def test_budget_is_shown_as_it_was_made(budgets):
    found = budgets.describe_budget(**MONTH)["Budget"]
    assert {name: found[name] for name in BUDGET} == BUDGET
    assert found["CostTypes"]["IncludeTax"] is True
    assert found["CalculatedSpend"]["ActualSpend"] == {"Amount": "0.0", "Unit": "USD"}
    [notification] = budgets.describe_notifications_for_budget(**MONTH)["Notifications"]
    assert notification == {**ALERT, "NotificationState": "OK"}
    subscribers = budgets.describe_subscribers_for_notification(**MONTH, Notification=ALERT)
    assert subscribers["Subscribers"] == [SUBSCRIBER]


def test_budget_changes_and_keeps_its_notifications(budgets):
    budgets.update_budget(
        **ACCOUNT, NewBudget={**BUDGET, "BudgetLimit": {"Amount": "300", "Unit": "USD"}}
    )
    assert budgets.describe_budget(**MONTH)["Budget"]["BudgetLimit"]["Amount"] == "300"
    budgets.delete_notification(**MONTH, Notification=ALERT)
    assert budgets.describe_notifications_for_budget(**MONTH)["Notifications"] == []


def test_budget_is_tagged_by_its_arn(budgets):
    arn = "arn:aws:budgets::000000000000:budget/month"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "cost", "Value": "7"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["team"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [
        {"Key": "cost", "Value": "7"}
    ]


def test_budgets_that_cannot_be_are_refused(budgets):
    with pytest.raises(budgets.exceptions.DuplicateRecordException):
        budgets.create_budget(**ACCOUNT, Budget=BUDGET)
    limitless = {name: value for name, value in BUDGET.items() if name != "BudgetLimit"}
    with pytest.raises(budgets.exceptions.InvalidParameterException, match="Budget Limit"):
        budgets.create_budget(**ACCOUNT, Budget={**limitless, "BudgetName": "other"})
    with pytest.raises(budgets.exceptions.NotFoundException, match="none"):
        budgets.describe_budget(**ACCOUNT, BudgetName="none")
    with pytest.raises(budgets.exceptions.AccessDeniedException, match="another account's"):
        budgets.describe_budgets(AccountId="999999999999")

from __future__ import annotations

from datetime import timedelta

import pytest

from infrastructure.orchestration.values import BadValue, EcsValues, read_values

LOCAL = {"AWS_DEFAULT_REGION": "us-east-1", "TEMP_BUCKET": "temp"}
ECS = {
    "PREFECT_WORK_POOL_TYPE": "ecs",
    "ECS_CLUSTER": "lochan-prod",
    "ECS_VPC_ID": "vpc-1",
    "ECS_TASK_DEFINITION_ARN": "arn:aws:ecs:eu-west-1:123456789012:task-definition/lochan:3",
    "ECS_SUBNETS": "subnet-a, subnet-b",
    "ECS_SECURITY_GROUPS": "sg-1",
}


def test_a_laptop_runs_processes_and_tells_nobody() -> None:
    values = read_values(LOCAL)
    assert (values.pool_type, values.ecs, values.webhook) == ("process", None, None)
    assert values.stuck_after == timedelta(hours=6)


def test_a_pool_on_ecs_knows_where_its_runs_start() -> None:
    assert read_values({**LOCAL, **ECS}).ecs == EcsValues(
        cluster="lochan-prod",
        vpc="vpc-1",
        task_definition_arn="arn:aws:ecs:eu-west-1:123456789012:task-definition/lochan:3",
        subnets=("subnet-a", "subnet-b"),
        security_groups=("sg-1",),
    )


@pytest.mark.parametrize("missing", [name for name in ECS if name.startswith("ECS_")])
def test_a_value_that_a_pool_on_ecs_lacks_is_named(missing: str) -> None:
    with pytest.raises(BadValue, match=f"{missing} is not set, which a pool of type ecs"):
        read_values({**LOCAL, **ECS, missing: ""})


@pytest.mark.parametrize("missing", LOCAL)
def test_a_value_that_every_server_needs_is_named(missing: str) -> None:
    with pytest.raises(BadValue, match=f"{missing} is not set"):
        read_values({**LOCAL, missing: ""})


@pytest.mark.parametrize("url", ["hooks.example.com/x", "ftp://host/x", "https:///x"])
def test_what_is_no_webhook_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BadValue, match="is not the URL of a webhook") as refused:
        read_values({**LOCAL, "NOTIFY_WEBHOOK_URL": url})
    assert url not in str(refused.value)


@pytest.mark.parametrize("url", ["https://hooks.example.com/x", "http://127.0.0.1:8080/"])
def test_a_webhook_is_accepted(url: str) -> None:
    assert read_values({**LOCAL, "NOTIFY_WEBHOOK_URL": url}).webhook == url


@pytest.mark.parametrize("text", ["soon", "0", "-5", "0.1", "50000", "nan"])
def test_what_is_no_time_to_wait_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="STUCK_RUN_MINUTES"):
        read_values({**LOCAL, "STUCK_RUN_MINUTES": text})

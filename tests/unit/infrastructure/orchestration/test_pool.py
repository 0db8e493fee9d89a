from __future__ import annotations

import asyncio
import json
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.exceptions import ObjectNotFound
from prefect_aws.workers.ecs_worker import ECSJobConfiguration

from infrastructure.orchestration.pool import describe_template, ensure_pool, read_templates
from infrastructure.orchestration.values import BadValue, Values, read_values

LOCAL = {"AWS_DEFAULT_REGION": "us-east-1", "TEMP_BUCKET": "temp"}
ECS = {
    "PREFECT_WORK_POOL_TYPE": "ecs",
    "ECS_CLUSTER": "lochan-prod",
    "ECS_VPC_ID": "vpc-1",
    "ECS_TASK_DEFINITION_ARN": "arn:aws:ecs:eu-west-1:123456789012:task-definition/lochan:3",
    "ECS_SUBNETS": "subnet-a,subnet-b",
    "ECS_SECURITY_GROUPS": "sg-1",
}
# What an open-source server of the pinned version answers.
METADATA = json.loads(
    files("prefect.server.api.collections_data.views")
    .joinpath("aggregate-worker-metadata.json")
    .read_text()
)


class Server:
    """A server with at most one pool."""

    def __init__(self, pool: SimpleNamespace | None = None) -> None:
        self.pool = pool

    def read_worker_metadata(self) -> dict[str, Any]:
        return METADATA

    def read_work_pool(self, name: str) -> SimpleNamespace:
        assert name == "lochan"
        if self.pool is None:
            raise ObjectNotFound(Exception("404"))
        return self.pool

    def create_work_pool(self, pool: Any) -> None:
        self.pool = SimpleNamespace(type=pool.type, base_job_template=pool.base_job_template)

    def update_work_pool(self, name: str, pool: Any) -> None:
        assert self.pool is not None
        self.pool.base_job_template = pool.base_job_template


def values(**more: str) -> Values:
    return read_values({**LOCAL, **more})


def test_a_pool_is_made_once() -> None:
    server: Any = Server()
    assert ensure_pool(server, values()) == "Made the work pool lochan of type process."
    assert ensure_pool(server, values()) is None


def test_a_template_that_somebody_changed_is_mended() -> None:
    server: Any = Server(SimpleNamespace(type="process", base_job_template={"variables": {}}))
    assert "Mended" in str(ensure_pool(server, values()))
    assert server.pool.base_job_template == read_templates(server)["process"]


def test_a_pool_of_another_type_is_left_alone() -> None:
    server: Any = Server(SimpleNamespace(type="docker", base_job_template={}))
    with pytest.raises(BadValue, match="is of type docker, not process"):
        ensure_pool(server, values())


def test_push_pools_are_refused_where_the_server_has_none() -> None:
    with pytest.raises(BadValue, match="no work pools of type ecs:push"):
        ensure_pool(Server(), values(**{**ECS, "PREFECT_WORK_POOL_TYPE": "ecs:push"}))  # type: ignore[arg-type]


class NoServer:
    """Stands where Prefect resolves references to blocks, of which the template has none."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} asks the server")


def test_prefect_itself_reads_our_values_from_the_template() -> None:
    template = describe_template(read_templates(Server()), values(**ECS))  # type: ignore[arg-type]
    reading = ECSJobConfiguration.from_template_and_values(template, {}, client=NoServer())
    configuration = asyncio.run(reading)
    assert configuration.cluster == "lochan-prod"
    assert configuration.vpc_id == "vpc-1"
    assert configuration.network_configuration == {
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
    request = configuration.task_run_request
    assert request["taskDefinition"].endswith("task-definition/lochan:3")
    assert request["launchType"] == "FARGATE"

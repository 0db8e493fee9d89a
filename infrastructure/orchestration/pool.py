"""The work pool whose workers run the flows: processes on a laptop, Fargate tasks on AWS.

https://docs.prefect.io/v3/concepts/work-pools
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound

from infrastructure.orchestration.values import BadValue, EcsValues, Values

NAME = "lochan"
DESCRIPTION = "Runs the flows of prefect.yaml"
# What the task definition of Terraform calls its one container.
CONTAINER = "prefect"


def ensure_pool(client: SyncPrefectClient, values: Values) -> str | None:
    """Make the pool or mend its base job template; returns what was done, if anything was."""
    template = describe_template(read_templates(client), values)
    try:
        found = client.read_work_pool(NAME)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=NAME,
                description=DESCRIPTION,
                type=values.pool_type,
                base_job_template=template,
            )
        )
        return f"Made the work pool {NAME} of type {values.pool_type}."
    if found.type != values.pool_type:
        raise BadValue(
            f"The work pool {NAME} is of type {found.type}, not {values.pool_type}, and the type "
            f"of a pool cannot change: `prefect work-pool delete {NAME}`, then deploy again."
        )
    if found.base_job_template == template:
        return None
    client.update_work_pool(NAME, WorkPoolUpdate(base_job_template=template))
    return f"Mended the base job template of the work pool {NAME}."


def read_templates(client: SyncPrefectClient) -> dict[str, dict[str, Any]]:
    """Read the server's base job templates, by type of work pool."""
    return {
        kind: about["default_base_job_configuration"]
        for workers in client.read_worker_metadata().values()
        for kind, about in workers.items()
    }


def describe_template(templates: Mapping[str, dict[str, Any]], values: Values) -> dict[str, Any]:
    """Put our values into the base job template that the server has for the type of pool."""
    if values.pool_type not in templates:
        raise BadValue(
            f"This Prefect server has no work pools of type {values.pool_type}, but of "
            f"{', '.join(sorted(templates))}; push pools are Prefect Cloud's alone."
        )
    template = deepcopy(templates[values.pool_type])
    variables = template["variables"]["properties"]
    for name, default in (_describe_ecs(values.ecs) if values.ecs else {}).items():
        variables[name]["default"] = default
    return template


def _describe_ecs(ecs: EcsValues) -> dict[str, Any]:
    return {
        "cluster": ecs.cluster,
        "task_definition_arn": ecs.task_definition_arn,
        "container_name": CONTAINER,
        "launch_type": "FARGATE",
        "vpc_id": ecs.vpc,
        "network_configuration": {
            "subnets": list(ecs.subnets),
            "securityGroups": list(ecs.security_groups),
            "assignPublicIp": "DISABLED",
        },
    }

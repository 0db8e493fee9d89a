"""ECS as far as it is declared: moto keeps it, and here is what moto forgets of a service."""

import threading
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.moto import call_moto
from moto.ecs.models import ecs_backends

from lochan.plugin.declared_operations import ECS_MENDED

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
_FORGOTTEN = (
    *("availabilityZoneRebalancing", "deploymentConfiguration", "enableECSManagedTags"),
    *("enableExecuteCommand", "healthCheckGracePeriodSeconds"),
)

_lock = threading.Lock()
_given: dict[str, dict[str, Any]] = {}


def put_service(context: RequestContext, request: Mapping[str, Any]) -> Any:
    """Answer CreateService and UpdateService, and remember what was given."""
    answer = call_moto(context)
    service = answer["service"]
    with _lock:
        members = {name: request[name] for name in _FORGOTTEN if name in request}
        known = {} if context.operation.name == "CreateService" else _given[service["serviceArn"]]
        _given[service["serviceArn"]] = {**known, **members}
        _hold_tasks(context)
    _remember(service)
    service.update(runningCount=0, pendingCount=service["desiredCount"])
    return answer


def describe_services(context: RequestContext, request: Mapping[str, Any]) -> Any:
    """Answer DescribeServices."""
    answer = call_moto(context)
    for service in answer["services"]:
        _remember(service)
    return answer


OWN = dict(zip(ECS_MENDED, (put_service, put_service, describe_services), strict=True))


def _remember(service: dict[str, Any]) -> None:
    service.update(_given.get(service["serviceArn"], {}))


def _hold_tasks(context: RequestContext) -> None:
    """Have every task wait: moto says that they run as soon as their service was changed."""
    backend = ecs_backends[context.account_id][context.region]
    for cluster in backend.clusters.values():
        services = [
            known for known in backend.services.values() if known.cluster_arn == cluster.arn
        ]
        for service in services:
            service.running_count, service.pending_count = 0, service.desired_count
        cluster.running_tasks_count = 0
        cluster.pending_tasks_count = sum(service.desired_count for service in services)

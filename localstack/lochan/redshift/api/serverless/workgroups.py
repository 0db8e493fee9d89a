"""Workgroups: the compute of Redshift Serverless; every endpoint leads to the one stand-in.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Workgroup.html
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lochan.redshift.api.records import Workgroup
from lochan.redshift.api.serverless import namespaces, pages, parameters, tags, usage_limits
from lochan.redshift.api.serverless.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_id
from lochan.redshift.api.surroundings import Subnet

_DEFAULT_BASE_CAPACITY = 128
# Kept and shown as they were given: nothing here has a price, a public address or releases.
_SWITCHES: Mapping[str, Any] = {
    "enhancedVpcRouting": False,
    "publiclyAccessible": False,
    "extraComputeForAutomaticOptimization": False,
    "ipAddressType": "ipv4",
    "trackName": "current",
    "pricePerformanceTarget": {"status": "DISABLED"},
}
_CHANGEABLE = {*_SWITCHES, "baseCapacity", "maxCapacity", "configParameters", "port"} | {
    "subnetIds",
    "securityGroupIds",
}


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateWorkgroup."""
    name = request["workgroupName"]
    if name in state.workgroups:
        raise ConflictException(f"There is already a workgroup named {name}.")
    namespace = namespaces.find(state, request["namespaceName"])
    _check_is_free(state, namespace.name)
    _check_port(state, request)
    switches = {**_SWITCHES, **_read_switches(request)}
    subnets = _find_subnets(state, request.get("subnetIds"), switches)
    base, most = _read_capacity(request, _DEFAULT_BASE_CAPACITY, None, switches)
    id = make_id()
    workgroup = Workgroup(
        name=name,
        id=id,
        arn=state.serverless_arn("workgroup", id),
        created_at=state.now(),
        namespace=namespace.name,
        vpc=subnets[0].vpc,
        subnets=tuple(subnet.id for subnet in subnets),
        security_groups=tuple(request.get("securityGroupIds", [])),
        parameters=parameters.merge(parameters.DEFAULTS, request.get("configParameters", [])),
        base_capacity=base,
        max_capacity=most,
        switches=switches,
    )
    tags.put_list(state, workgroup.arn, request.get("tags", []))
    state.workgroups[name] = workgroup
    return {"workgroup": {**_describe(state, workgroup), "status": "CREATING"}}


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetWorkgroup."""
    return {"workgroup": _describe(state, find(state, request["workgroupName"]))}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer ListWorkgroups, of the account's own only."""
    owner = request.get("ownerAccount", state.account)
    own = state.workgroups.values() if owner == state.account else ()
    page, token = pages.cut(own, lambda item: item.name, request)
    return {"workgroups": [_describe(state, workgroup) for workgroup in page], **token}


def update(state: RedshiftState, request: Shape) -> Shape:
    """Answer UpdateWorkgroup: AWS takes one change in a request."""
    workgroup = find(state, request["workgroupName"])
    changes = sorted(request.keys() & _CHANGEABLE)
    if len(changes) != 1:
        raise ValidationException(
            f"A request changes one thing of a workgroup, not {', '.join(changes) or 'none'}."
        )
    changed = _change(state, workgroup, request)
    state.workgroups[changed.name] = changed
    return {"workgroup": {**_describe(state, changed), "status": "MODIFYING"}}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteWorkgroup; its usage limits go with it."""
    workgroup = find(state, request["workgroupName"])
    usage_limits.drop(state, workgroup.arn)
    tags.drop(state, workgroup.arn)
    del state.workgroups[workgroup.name]
    return {"workgroup": {**_describe(state, workgroup), "status": "DELETING"}}


def find(state: RedshiftState, name: str) -> Workgroup:
    """Return a workgroup, or refuse."""
    if name not in state.workgroups:
        raise ResourceNotFoundException(f"The workgroup {name} does not exist.")
    return state.workgroups[name]


def _check_port(state: RedshiftState, request: Shape) -> None:
    """Refuse a port on which nothing would listen."""
    port = request.get("port", state.stand_in.port)
    if port != state.stand_in.port:
        raise ValidationException(state.stand_in.explain_port(port))


def _check_is_free(state: RedshiftState, namespace: str) -> None:
    for workgroup in state.workgroups.values():
        if workgroup.namespace == namespace:
            raise ConflictException(
                f"The namespace {namespace} has the workgroup {workgroup.name} already."
            )


def _change(state: RedshiftState, workgroup: Workgroup, request: Shape) -> Workgroup:
    _check_port(state, request)
    switches = {**workgroup.switches, **_read_switches(request)}
    given = request.get("subnetIds", list(workgroup.subnets))
    subnets = _find_subnets(state, given, switches)
    base, most = _read_capacity(request, workgroup.base_capacity, workgroup.max_capacity, switches)
    return replace(
        workgroup,
        vpc=subnets[0].vpc,
        subnets=tuple(subnet.id for subnet in subnets),
        security_groups=tuple(request.get("securityGroupIds", workgroup.security_groups)),
        parameters=parameters.merge(workgroup.parameters, request.get("configParameters", [])),
        base_capacity=base,
        max_capacity=most,
        switches=switches,
    )


def _read_switches(request: Shape) -> dict[str, Any]:
    return {name: request[name] for name in _SWITCHES if name in request}


def _read_capacity(
    request: Shape, base: int | None, most: int | None, switches: Mapping[str, Any]
) -> tuple[int | None, int | None]:
    """Return the base and the maximum capacity that a workgroup then has; -1 is no maximum."""
    base = request.get("baseCapacity", base)
    most = request.get("maxCapacity", most)
    most = None if most == -1 else most
    if switches["pricePerformanceTarget"]["status"] == "ENABLED":
        return None, most
    if base is not None and not _is_base_capacity(base):
        raise ValidationException(
            f"The base capacity is 4 RPUs, 8 to 512 in steps of 8, or to 1024 in steps of 32, not"
            f" {base}."
        )
    if base is not None and most is not None and most < base:
        raise ValidationException(
            f"The maximum capacity {most} is less than the base capacity {base}."
        )
    return base, most


def _is_base_capacity(units: int) -> bool:
    """Tell whether AWS has this base capacity.

    https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html
    """
    return (
        units == 4
        or (8 <= units <= 512 and units % 8 == 0)
        or (512 < units <= 1024 and units % 32 == 0)
    )


def _find_subnets(
    state: RedshiftState, ids: list[str] | None, switches: Mapping[str, Any]
) -> list[Subnet]:
    """Return the subnets of a workgroup: those named, else those of the account's own VPC.

    https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-usage-considerations.html
    """
    found = state.neighbours.find_subnets(ids)
    missing = sorted(set(ids or ()) - {subnet.id for subnet in found})
    if missing:
        raise ValidationException(f"The subnet {missing[0]} does not exist.")
    if len({subnet.vpc for subnet in found}) != 1:
        raise ValidationException("The subnets of a workgroup have to be in one VPC.")
    needed = 3 if switches["enhancedVpcRouting"] else 2
    if len({subnet.zone for subnet in found}) < needed:
        raise ValidationException(
            f"A workgroup {'with' if needed == 3 else 'without'} enhanced VPC routing needs"
            f" {needed} subnets in {needed} Availability Zones at least."
        )
    return found


def _describe(state: RedshiftState, workgroup: Workgroup) -> Shape:
    endpoint = {
        "address": state.stand_in.host,
        "port": state.stand_in.port,
        "vpcEndpoints": [
            {
                "vpcEndpointId": f"vpce-{workgroup.id.replace('-', '')[:17]}",
                "vpcId": workgroup.vpc,
                "networkInterfaces": [],
            }
        ],
    }
    shown = {
        "workgroupName": workgroup.name,
        "workgroupId": workgroup.id,
        "workgroupArn": workgroup.arn,
        "creationDate": workgroup.created_at,
        "namespaceName": workgroup.namespace,
        "baseCapacity": workgroup.base_capacity,
        "maxCapacity": workgroup.max_capacity,
        "configParameters": parameters.describe(workgroup.parameters),
        "subnetIds": list(workgroup.subnets),
        "securityGroupIds": list(workgroup.security_groups),
        "port": state.stand_in.port,
        "endpoint": endpoint,
        "status": "AVAILABLE",
        **workgroup.switches,
    }
    return {name: value for name, value in shown.items() if value is not None}

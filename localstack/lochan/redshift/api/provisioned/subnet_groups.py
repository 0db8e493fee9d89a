"""Subnet groups: the subnets in which clusters may live.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateClusterSubnetGroup.html
"""

from dataclasses import replace

from lochan.redshift.api.provisioned import pages, tags
from lochan.redshift.api.provisioned.errors import (
    ClusterSubnetGroupAlreadyExists,
    ClusterSubnetGroupNotFoundFault,
    InvalidClusterSubnetGroupStateFault,
    InvalidParameterValue,
    InvalidSubnet,
)
from lochan.redshift.api.records import SubnetGroup
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateClusterSubnetGroup; names are kept in lower case."""
    name = request["ClusterSubnetGroupName"].lower()
    if name == "default":
        raise InvalidParameterValue("A cluster subnet group may not be named default.")
    if name in state.subnet_groups:
        raise ClusterSubnetGroupAlreadyExists(f"Cluster subnet group {name} already exists.")
    vpc, subnets = _find_subnets(state, request["SubnetIds"])
    state.subnet_groups[name] = SubnetGroup(name, request["Description"], vpc, subnets)
    tags.put_list(state, state.arn("subnetgroup", name), request.get("Tags", []))
    return {"ClusterSubnetGroup": _describe(state, state.subnet_groups[name])}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeClusterSubnetGroups."""
    named = request.get("ClusterSubnetGroupName")
    groups = [find(state, named)] if named else list(state.subnet_groups.values())
    shown = [
        group
        for group in groups
        if pages.has_tags(state, state.arn("subnetgroup", group.name), request)
    ]
    page, marker = pages.cut(shown, lambda group: group.name, request)
    return {"ClusterSubnetGroups": [_describe(state, group) for group in page], **marker}


def modify(state: RedshiftState, request: Shape) -> Shape:
    """Answer ModifyClusterSubnetGroup."""
    group = find(state, request["ClusterSubnetGroupName"])
    vpc, subnets = _find_subnets(state, request["SubnetIds"])
    description = request.get("Description", group.description)
    state.subnet_groups[group.name] = replace(
        group, description=description, vpc=vpc, subnets=subnets
    )
    return {"ClusterSubnetGroup": _describe(state, state.subnet_groups[group.name])}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteClusterSubnetGroup."""
    group = find(state, request["ClusterSubnetGroupName"])
    for cluster in state.clusters.values():
        if cluster.subnet_group == group.name:
            raise InvalidClusterSubnetGroupStateFault(
                f"Cluster subnet group {group.name} is used by the cluster {cluster.identifier}."
            )
    tags.drop(state, state.arn("subnetgroup", group.name))
    del state.subnet_groups[group.name]
    return {}


def find(state: RedshiftState, name: str) -> SubnetGroup:
    """Return a subnet group, or refuse."""
    group = state.subnet_groups.get(name.lower())
    if group is None:
        raise ClusterSubnetGroupNotFoundFault(f"Cluster subnet group {name} not found.")
    return group


def _find_subnets(state: RedshiftState, ids: list[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    found = state.neighbours.find_subnets(ids)
    missing = sorted(set(ids) - {subnet.id for subnet in found})
    if missing:
        raise InvalidSubnet(f"The subnet {missing[0]} does not exist.")
    if len({subnet.vpc for subnet in found}) != 1:
        raise InvalidSubnet("The subnets of a group have to be in one VPC.")
    return found[0].vpc, tuple((subnet.id, subnet.zone) for subnet in found)


def _describe(state: RedshiftState, group: SubnetGroup) -> Shape:
    return {
        "ClusterSubnetGroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": [
            {
                "SubnetIdentifier": id,
                "SubnetAvailabilityZone": {"Name": zone},
                "SubnetStatus": "Active",
            }
            for id, zone in group.subnets
        ],
        "Tags": tags.show(state, state.arn("subnetgroup", group.name)),
        "SupportedClusterIpAddressTypes": ["ipv4"],
    }

"""Provisioned clusters; every endpoint leads to the one stand-in.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lochan.redshift.api import admin_secret
from lochan.redshift.api.provisioned import cluster_rules, pages, parameter_groups, tags
from lochan.redshift.api.provisioned.cluster_view import describe
from lochan.redshift.api.provisioned.errors import (
    ClusterAlreadyExists,
    ClusterNotFound,
    InvalidParameterCombination,
)
from lochan.redshift.api.provisioned.subnet_groups import find as find_subnet_group
from lochan.redshift.api.records import Cluster
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_id

# Kept and shown as they were given.
_DEFAULTS: Mapping[str, Any] = {
    "AutomatedSnapshotRetentionPeriod": 1,
    "ManualSnapshotRetentionPeriod": -1,
    "AllowVersionUpgrade": True,
    "PubliclyAccessible": False,
    "Encrypted": True,
    "EnhancedVpcRouting": False,
    "PreferredMaintenanceWindow": "sun:06:00-sun:06:30",
    "MaintenanceTrackName": "current",
    "ClusterVersion": "1.0",
    "IpAddressType": "ipv4",
    "MultiAZ": False,
    "AvailabilityZoneRelocation": False,
    "NumberOfNodes": 1,
}
_GIVEN = (*_DEFAULTS, "NodeType", "KmsKeyId", "AvailabilityZone", "DefaultIamRoleArn")


def create(state: RedshiftState, request: Shape) -> Shape:
    """Answer CreateCluster."""
    identifier = request["ClusterIdentifier"]
    if identifier in state.clusters:
        raise ClusterAlreadyExists(f"Cluster already exists: {identifier}.")
    cluster_rules.check_new(state, request)
    group, subnets = _find_groups(state, request)
    cluster = Cluster(
        identifier=identifier,
        namespace_arn=state.arn("namespace", make_id()),
        created_at=state.now(),
        parameter_group=group,
        subnet_group=subnets,
        roles=tuple(request.get("IamRoles", [])),
        security_groups=tuple(request.get("VpcSecurityGroupIds", [])),
        settings=_read_settings(state, request),
    )
    tags.put_list(state, state.arn("cluster", identifier), request.get("Tags", []))
    state.clusters[identifier] = _manage_password(state, cluster, request)
    return {"Cluster": describe(state, state.clusters[identifier], "creating")}


def list_all(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeClusters."""
    named = request.get("ClusterIdentifier")
    clusters = [find(state, named)] if named else list(state.clusters.values())
    shown = [
        cluster
        for cluster in clusters
        if pages.has_tags(state, state.arn("cluster", cluster.identifier), request)
    ]
    page, marker = pages.cut(shown, lambda cluster: cluster.identifier, request)
    return {"Clusters": [describe(state, cluster) for cluster in page], **marker}


def modify(state: RedshiftState, request: Shape) -> Shape:
    """Answer ModifyCluster: everything given is changed at once."""
    cluster = find(state, request["ClusterIdentifier"])
    cluster_rules.check_change(state, request)
    settings = {name: request[name] for name in _GIVEN if name in request}
    if request.get("ClusterType") == "single-node":
        settings["NumberOfNodes"] = 1
    group = request.get("ClusterParameterGroupName")
    changed = replace(
        cluster,
        settings={**cluster.settings, **settings},
        parameter_group=parameter_groups.find(state, group).name
        if group
        else cluster.parameter_group,
        security_groups=tuple(request.get("VpcSecurityGroupIds", cluster.security_groups)),
    )
    state.clusters[cluster.identifier] = _change_password(state, changed, request)
    return {"Cluster": describe(state, state.clusters[cluster.identifier], "modifying")}


def modify_roles(state: RedshiftState, request: Shape) -> Shape:
    """Answer ModifyClusterIamRoles."""
    cluster = find(state, request["ClusterIdentifier"])
    gone = set(request.get("RemoveIamRoles", []))
    kept = [role for role in cluster.roles if role not in gone]
    added = [role for role in request.get("AddIamRoles", []) if role not in kept]
    default = {key: request[key] for key in ("DefaultIamRoleArn",) if key in request}
    changed = replace(cluster, roles=(*kept, *added), settings={**cluster.settings, **default})
    state.clusters[cluster.identifier] = changed
    return {"Cluster": describe(state, changed)}


def delete(state: RedshiftState, request: Shape) -> Shape:
    """Answer DeleteCluster, without a last snapshot; its secret and its limits go with it."""
    cluster = find(state, request["ClusterIdentifier"])
    cluster_rules.check_deletion(request)
    admin_secret.delete(state, cluster.secret)
    for limit in [
        known for known in state.cluster_limits.values() if known.cluster == cluster.identifier
    ]:
        tags.drop(state, state.arn("usagelimit", limit.id))
        del state.cluster_limits[limit.id]
    shown = describe(state, cluster, "deleting")
    tags.drop(state, state.arn("cluster", cluster.identifier))
    del state.clusters[cluster.identifier]
    return {"Cluster": shown}


def find(state: RedshiftState, identifier: str) -> Cluster:
    """Return a cluster, or refuse."""
    if identifier not in state.clusters:
        raise ClusterNotFound(f"Cluster {identifier} not found.")
    return state.clusters[identifier]


def _find_groups(state: RedshiftState, request: Shape) -> tuple[str, str | None]:
    """Return the names of the parameter group and the subnet group, which have to exist."""
    parameters = request.get("ClusterParameterGroupName", parameter_groups.DEFAULT)
    subnets = request.get("ClusterSubnetGroupName")
    return (
        parameter_groups.find(state, parameters).name,
        find_subnet_group(state, subnets).name if subnets else None,
    )


def _read_settings(state: RedshiftState, request: Shape) -> dict[str, Any]:
    subnets = request.get("ClusterSubnetGroupName")
    zone = find_subnet_group(state, subnets).subnets[0][1] if subnets else f"{state.region}a"
    given = {name: request[name] for name in _GIVEN if name in request}
    return {
        **_DEFAULTS,
        "AvailabilityZone": zone,
        "MasterUsername": request["MasterUsername"],
        **given,
    }


def _manage_password(state: RedshiftState, cluster: Cluster, request: Shape) -> Cluster:
    """Have the password kept in a secret if that is asked for."""
    if not request.get("ManageMasterPassword"):
        return cluster
    key = request.get("MasterPasswordSecretKmsKeyId")
    admin = cluster.settings["MasterUsername"]
    secret = admin_secret.create(state, cluster.identifier, admin, key)
    return replace(cluster, secret=secret, secret_key=key)


def _change_password(state: RedshiftState, cluster: Cluster, request: Shape) -> Cluster:
    is_managed = request.get("ManageMasterPassword", cluster.secret is not None)
    if is_managed and "MasterUserPassword" in request:
        raise InvalidParameterCombination(
            "MasterUserPassword cannot be used if ManageMasterPassword is true."
        )
    if not is_managed:
        admin_secret.delete(state, cluster.secret)
        return replace(cluster, secret=None, secret_key=None)
    if cluster.secret is None:
        return _manage_password(state, cluster, {**request, "ManageMasterPassword": True})
    key = request.get("MasterPasswordSecretKmsKeyId")
    if key:
        admin_secret.change(state, cluster.secret, None, key)
    return replace(cluster, secret_key=key or cluster.secret_key)

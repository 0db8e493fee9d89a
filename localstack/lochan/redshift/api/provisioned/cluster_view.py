"""How AWS shows a cluster."""

from lochan.redshift.api.provisioned import tags
from lochan.redshift.api.records import Cluster
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_AVAILABILITY = {
    "available": "Available",
    "creating": "Modifying",
    "modifying": "Modifying",
    "deleting": "Unavailable",
}


def describe(state: RedshiftState, cluster: Cluster, status: str = "available") -> Shape:
    """Return a cluster as AWS shows it; what is in progress is over when it is asked for again."""
    switched = dict(cluster.settings)
    relocates = switched.pop("AvailabilityZoneRelocation")
    shown = {
        **switched,
        "MultiAZ": "Enabled" if switched["MultiAZ"] else "Disabled",
        "AvailabilityZoneRelocationStatus": "enabled" if relocates else "disabled",
        "ClusterIdentifier": cluster.identifier,
        "ClusterNamespaceArn": cluster.namespace_arn,
        "ClusterCreateTime": cluster.created_at,
        "ClusterStatus": status,
        "ClusterAvailabilityStatus": _AVAILABILITY[status],
        "DBName": state.stand_in.database,
        "ClusterRevisionNumber": "1",
        "ClusterNodes": _list_nodes(switched["NumberOfNodes"]),
        "ClusterParameterGroups": [
            {"ParameterGroupName": cluster.parameter_group, "ParameterApplyStatus": "in-sync"}
        ],
        "ClusterSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": id, "Status": "active"} for id in cluster.security_groups
        ],
        "IamRoles": [{"IamRoleArn": role, "ApplyStatus": "in-sync"} for role in cluster.roles],
        "PendingModifiedValues": {},
        "MasterPasswordSecretArn": cluster.secret,
        "MasterPasswordSecretKmsKeyId": cluster.secret_key,
        "Tags": tags.show(state, state.arn("cluster", cluster.identifier)),
        **_place(state, cluster),
    }
    if status != "creating":
        # A cluster has no address before it is there.
        shown["Endpoint"] = {"Address": state.stand_in.host, "Port": state.stand_in.port}
    return {name: value for name, value in shown.items() if value is not None}


def _place(state: RedshiftState, cluster: Cluster) -> Shape:
    if cluster.subnet_group is None:
        return {"ClusterSubnetGroupName": "default"}
    group = state.subnet_groups[cluster.subnet_group]
    return {"ClusterSubnetGroupName": group.name, "VpcId": group.vpc}


def _list_nodes(count: int) -> list[dict[str, str]]:
    if count == 1:
        return [{"NodeRole": "SHARED"}]
    return [
        {"NodeRole": "LEADER"},
        *({"NodeRole": f"COMPUTE-{number}"} for number in range(count)),
    ]

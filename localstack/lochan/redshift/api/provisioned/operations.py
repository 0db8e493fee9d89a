"""Every operation of provisioned Redshift that Lochan emulates, by resource."""

from collections.abc import Mapping

from lochan.redshift.api.provisioned import (
    clusters,
    credentials,
    logging,
    parameter_groups,
    subnet_groups,
    tags,
    usage_limits,
)
from lochan.redshift.api.service import Handler

OPERATIONS: Mapping[str, Handler] = {
    # clusters
    "CreateCluster": clusters.create,
    "DescribeClusters": clusters.list_all,
    "ModifyCluster": clusters.modify,
    "ModifyClusterIamRoles": clusters.modify_roles,
    "DeleteCluster": clusters.delete,
    "GetClusterCredentials": credentials.get,
    # subnet groups
    "CreateClusterSubnetGroup": subnet_groups.create,
    "DescribeClusterSubnetGroups": subnet_groups.list_all,
    "ModifyClusterSubnetGroup": subnet_groups.modify,
    "DeleteClusterSubnetGroup": subnet_groups.delete,
    # parameter groups
    "CreateClusterParameterGroup": parameter_groups.create,
    "DescribeClusterParameterGroups": parameter_groups.list_all,
    "DescribeClusterParameters": parameter_groups.list_parameters,
    "ModifyClusterParameterGroup": parameter_groups.modify,
    "ResetClusterParameterGroup": parameter_groups.reset,
    "DeleteClusterParameterGroup": parameter_groups.delete,
    # logging
    "EnableLogging": logging.enable,
    "DisableLogging": logging.disable,
    "DescribeLoggingStatus": logging.describe,
    # usage limits
    "CreateUsageLimit": usage_limits.create,
    "DescribeUsageLimits": usage_limits.list_all,
    "ModifyUsageLimit": usage_limits.modify,
    "DeleteUsageLimit": usage_limits.delete,
    # tags
    "CreateTags": tags.create,
    "DeleteTags": tags.delete,
    "DescribeTags": tags.describe,
}

_NEITHER_MADE_NOR_CHANGED = (
    *("HsmClientCertificateIdentifier", "HsmConfigurationIdentifier", "ElasticIp"),
    "ClusterSecurityGroups",
)
# Members that would be ignored.
REFUSED_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "CreateCluster": (
        *_NEITHER_MADE_NOR_CHANGED,
        *("SnapshotScheduleIdentifier", "RedshiftIdcApplicationArn", "CatalogName"),
        *("AdditionalInfo", "LoadSampleData"),
    ),
    "ModifyCluster": (*_NEITHER_MADE_NOR_CHANGED, "NewClusterIdentifier"),
    "GetClusterCredentials": ("CustomDomainName", "DbGroups"),
}

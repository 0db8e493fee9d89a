"""Every operation of Redshift Serverless that Lochan emulates, by resource."""

from collections.abc import Mapping

from lochan.redshift.api.serverless import (
    credentials,
    namespaces,
    tags,
    usage_limits,
    workgroups,
)
from lochan.redshift.api.service import Handler

OPERATIONS: Mapping[str, Handler] = {
    # namespaces
    "CreateNamespace": namespaces.create,
    "GetNamespace": namespaces.get,
    "ListNamespaces": namespaces.list_all,
    "UpdateNamespace": namespaces.update,
    "DeleteNamespace": namespaces.delete,
    # workgroups
    "CreateWorkgroup": workgroups.create,
    "GetWorkgroup": workgroups.get,
    "ListWorkgroups": workgroups.list_all,
    "UpdateWorkgroup": workgroups.update,
    "DeleteWorkgroup": workgroups.delete,
    # usage limits
    "CreateUsageLimit": usage_limits.create,
    "GetUsageLimit": usage_limits.get,
    "ListUsageLimits": usage_limits.list_all,
    "UpdateUsageLimit": usage_limits.update,
    "DeleteUsageLimit": usage_limits.delete,
    # tags
    "TagResource": tags.tag,
    "UntagResource": tags.untag,
    "ListTagsForResource": tags.list_all,
    # credentials
    "GetCredentials": credentials.get,
}

# Members that would be ignored: snapshots are none, and nothing signs people on.
REFUSED_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "CreateNamespace": ("redshiftIdcApplicationArn",),
    "UpdateNamespace": ("logDestinationType", "s3TableAction", "s3TableNames"),
    "DeleteNamespace": ("finalSnapshotName", "finalSnapshotRetentionPeriod"),
    "GetCredentials": ("customDomainName",),
}

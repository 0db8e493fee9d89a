"""The errors of provisioned Redshift: a class's name is the code, its status that of AWS.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_Operations.html
"""

from lochan.redshift.api.errors import RedshiftError


class ClusterAlreadyExists(RedshiftError):
    """The account has a cluster of this identifier."""


class ClusterNotFound(RedshiftError):
    """There is no such cluster."""

    status = 404


class ClusterParameterGroupAlreadyExists(RedshiftError):
    """There is a parameter group of this name."""


class ClusterParameterGroupNotFound(RedshiftError):
    """There is no such parameter group."""

    status = 404


class ClusterSubnetGroupAlreadyExists(RedshiftError):
    """There is a subnet group of this name."""


class ClusterSubnetGroupNotFoundFault(RedshiftError):
    """There is no such subnet group."""


class InvalidClusterParameterGroupState(RedshiftError):
    """The parameter group is in use, or AWS's own."""


class InvalidClusterSubnetGroupStateFault(RedshiftError):
    """The subnet group is in use."""


class InvalidParameterCombination(RedshiftError):
    """Two parameters exclude one another, or one needs another."""


class InvalidParameterValue(RedshiftError):
    """A parameter has a value that AWS does not take."""


class InvalidSubnet(RedshiftError):
    """A subnet does not exist, or the subnets are not of one VPC."""


class InvalidTagFault(RedshiftError):
    """A tag has a key that AWS keeps for itself."""


class InvalidUsageLimit(RedshiftError):
    """A usage limit that AWS does not have."""


class ResourceNotFoundFault(RedshiftError):
    """What an ARN names does not exist."""

    status = 404


class TagLimitExceededFault(RedshiftError):
    """A resource would have more than fifty tags."""


class UsageLimitAlreadyExists(RedshiftError):
    """The cluster has such a usage limit."""


class UsageLimitNotFound(RedshiftError):
    """There is no such usage limit."""

    status = 404

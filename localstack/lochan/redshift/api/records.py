"""What Redshift's control plane keeps, as it was declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Namespace:
    """Databases, users and keys of Redshift Serverless; of the password, where it lies."""

    name: str
    id: str
    arn: str
    created_at: datetime
    database: str
    admin: str
    key: str
    secret: str | None = None
    secret_key: str | None = None
    roles: tuple[str, ...] = ()
    default_role: str | None = None
    log_exports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workgroup:
    """Compute of Redshift Serverless, and its endpoint."""

    name: str
    id: str
    arn: str
    created_at: datetime
    namespace: str
    vpc: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    parameters: Mapping[str, str]
    base_capacity: int | None
    max_capacity: int | None
    # Members that are kept and shown as they were given.
    switches: Mapping[str, Any]


@dataclass(frozen=True)
class UsageLimit:
    """How much a workgroup may use in a period."""

    id: str
    arn: str
    resource: str
    usage_type: str
    amount: int
    period: str
    breach_action: str


@dataclass(frozen=True)
class SubnetGroup:
    """The subnets in which clusters may live."""

    name: str
    description: str
    vpc: str
    subnets: tuple[tuple[str, str], ...]  # id and zone


@dataclass(frozen=True)
class ParameterGroup:
    """Settings of clusters; `values` are those that differ from the default."""

    name: str
    family: str
    description: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Cluster:
    """A provisioned cluster; `settings` are members of AWS's Cluster as they are shown."""

    identifier: str
    namespace_arn: str
    created_at: datetime
    parameter_group: str
    subnet_group: str | None
    roles: tuple[str, ...]
    security_groups: tuple[str, ...]
    settings: Mapping[str, Any]
    secret: str | None = None
    secret_key: str | None = None
    logging: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ClusterUsageLimit:
    """How much a cluster may use in a period."""

    id: str
    cluster: str
    feature: str
    limit_type: str
    amount: int
    period: str
    breach_action: str

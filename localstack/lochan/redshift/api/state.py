"""The state of Redshift's control plane in one account and region, and the registry of all."""

import secrets
import string
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lochan.redshift.api.records import (
    Cluster,
    ClusterUsageLimit,
    Namespace,
    ParameterGroup,
    SubnetGroup,
    UsageLimit,
    Workgroup,
)
from lochan.redshift.api.surroundings import Neighbours, StandIn

_PASSWORD_LENGTH = 32
Connect = Callable[[str, str], Neighbours]


def utc_now() -> datetime:
    """Return the present time with its zone."""
    return datetime.now(UTC)


@dataclass
class RedshiftState:
    """Everything that was declared in one account and region; hold `lock` to read or change it."""

    account: str
    region: str
    stand_in: StandIn
    neighbours: Neighbours
    now: Callable[[], datetime] = utc_now
    lock: threading.RLock = field(default_factory=threading.RLock)
    # serverless
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    workgroups: dict[str, Workgroup] = field(default_factory=dict)
    usage_limits: dict[str, UsageLimit] = field(default_factory=dict)
    # provisioned
    clusters: dict[str, Cluster] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    cluster_limits: dict[str, ClusterUsageLimit] = field(default_factory=dict)
    # of both, by ARN
    tags: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def serverless_arn(self, kind: str, id: str) -> str:
        """Name a resource of Redshift Serverless."""
        return f"arn:aws:redshift-serverless:{self.region}:{self.account}:{kind}/{id}"

    def arn(self, kind: str, name: str) -> str:
        """Name a resource of provisioned Redshift."""
        return f"arn:aws:redshift:{self.region}:{self.account}:{kind}:{name}"


class Accounts:
    """The states of all accounts and regions, made when first asked for."""

    def __init__(self, stand_in: StandIn, connect: Connect) -> None:
        self._states: dict[tuple[str, str], RedshiftState] = {}
        self._lock = threading.Lock()
        self._stand_in = stand_in
        self._connect = connect

    def state(self, account: str, region: str) -> RedshiftState:
        """Return the state of one account and region."""
        with self._lock:
            key = (account, region)
            if key not in self._states:
                neighbours = self._connect(account, region)
                self._states[key] = RedshiftState(account, region, self._stand_in, neighbours)
            return self._states[key]


def make_id() -> str:
    """Make an id as AWS gives to namespaces, workgroups and usage limits."""
    return str(uuid.uuid4())


def make_password() -> str:
    """Make a password that Redshift takes: letters of both cases and digits.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
    """
    alphabet = string.ascii_letters + string.digits
    while True:
        password = "".join(secrets.choice(alphabet) for _ in range(_PASSWORD_LENGTH))
        kinds = (str.islower, str.isupper, str.isdigit)
        if all(any(kind(letter) for letter in password) for kind in kinds):
            return password

"""What AWS refuses of a cluster, and what cannot be had here.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html
"""

import re

from lochan.redshift.api.errors import OperationNotSupportedException
from lochan.redshift.api.provisioned.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_NODE_TYPES = frozenset(
    {"dc2.large", "dc2.8xlarge", "rg.large", "rg.xlarge", "rg.4xlarge", "rg.12xlarge"}
    | {"ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"}
)
_IDENTIFIER = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)")
_ADMIN = re.compile(r"[a-z][a-z0-9_+.@-]{0,127}")
_PASSWORD = re.compile(r"""(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[!#-&(-.0-?A-\[\]-~]{8,64}""")
_MOST_NODES = 100
_LONGEST_SNAPSHOT_DAYS = 35


def check_new(state: RedshiftState, request: Shape) -> None:
    """Refuse a cluster that AWS would not make, or that would lead nowhere."""
    _match("ClusterIdentifier", request["ClusterIdentifier"], _IDENTIFIER)
    _match("MasterUsername", request["MasterUsername"], _ADMIN)
    if request["MasterUsername"] == "public":
        raise InvalidParameterValue("The user name can't be PUBLIC.")
    _check_password(request)
    _check_nodes(request)
    if request.get("Encrypted") is False:
        raise InvalidParameterValue("Redshift makes encrypted clusters only.")
    database = request.get("DBName", state.stand_in.database)
    if database != state.stand_in.database:
        raise InvalidParameterValue(state.stand_in.explain_database(database))
    check_change(state, request)


def check_change(state: RedshiftState, request: Shape) -> None:
    """Refuse values that a cluster can have neither when it is made nor later."""
    if request.get("NodeType", "ra3.large") not in _NODE_TYPES:
        raise InvalidParameterValue(
            f"There is no node type {request['NodeType']}: take {', '.join(sorted(_NODE_TYPES))}."
        )
    port = request.get("Port", state.stand_in.port)
    if port != state.stand_in.port:
        raise InvalidParameterValue(state.stand_in.explain_port(port))
    days = request.get("AutomatedSnapshotRetentionPeriod", 1)
    if not 0 <= days <= _LONGEST_SNAPSHOT_DAYS:
        raise InvalidParameterValue(f"Automated snapshots are kept 0 to 35 days, not {days}.")
    if days == 0 and request.get("NodeType", "").startswith(("ra3", "rg")):
        raise InvalidParameterValue("Automated snapshots of RA3 and RG nodes cannot be disabled.")


def check_deletion(request: Shape) -> None:
    """Refuse a last snapshot, which nothing here could be restored from."""
    named = "FinalClusterSnapshotIdentifier" in request
    if request.get("SkipFinalClusterSnapshot"):
        if named:
            raise InvalidParameterCombination(
                "FinalClusterSnapshotIdentifier must not be given when SkipFinalClusterSnapshot is"
                " true."
            )
        return
    if not named:
        raise InvalidParameterCombination(
            "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is true."
        )
    raise OperationNotSupportedException(
        "Lochan keeps no snapshots: delete the cluster with SkipFinalClusterSnapshot."
    )


def _check_password(request: Shape) -> None:
    is_managed = request.get("ManageMasterPassword", False)
    if is_managed == ("MasterUserPassword" in request):
        raise InvalidParameterCombination(
            "Give either MasterUserPassword, or ManageMasterPassword with the value true."
        )
    if not is_managed:
        if "MasterPasswordSecretKmsKeyId" in request:
            raise InvalidParameterCombination(
                "MasterPasswordSecretKmsKeyId can be used only if ManageMasterPassword is true."
            )
        if not _PASSWORD.fullmatch(request["MasterUserPassword"]):
            raise InvalidParameterValue(
                "MasterUserPassword needs 8 to 64 printable characters other than ' \" \\ / @ and"
                " space, with an upper-case letter, a lower-case letter and a number."
            )


def _check_nodes(request: Shape) -> None:
    """Refuse numbers of nodes that do not fit the type of the cluster."""
    is_multiple = request.get("ClusterType", "multi-node") == "multi-node"
    nodes = request.get("NumberOfNodes")
    if "ClusterType" in request and is_multiple and nodes is None:
        raise InvalidParameterCombination("Number of nodes for cluster type multi-node is missing.")
    if nodes is not None and not 1 <= nodes <= _MOST_NODES:
        raise InvalidParameterValue(f"A cluster has 1 to {_MOST_NODES} nodes, not {nodes}.")
    if "ClusterType" in request and nodes is not None and is_multiple != (nodes > 1):
        raise InvalidParameterCombination(
            f"A {request['ClusterType']} cluster cannot have {nodes} nodes."
        )


def _match(name: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        raise InvalidParameterValue(f"{name} {value!r} is not one that Redshift takes.")

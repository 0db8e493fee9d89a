"""Audit logging of clusters: kept and shown. Nothing is written, for nobody reads it here.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableLogging.html
"""

from dataclasses import replace

from lochan.redshift.api.provisioned import clusters
from lochan.redshift.api.provisioned.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
)
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState

_LOGS = ("connectionlog", "useractivitylog", "userlog")


def enable(state: RedshiftState, request: Shape) -> Shape:
    """Answer EnableLogging, to S3 or to CloudWatch."""
    cluster = clusters.find(state, request["ClusterIdentifier"])
    destination = request.get("LogDestinationType", "s3")
    logging = {"LoggingEnabled": True, **_read(destination, request)}
    state.clusters[cluster.identifier] = replace(cluster, logging=logging)
    return dict(logging)


def disable(state: RedshiftState, request: Shape) -> Shape:
    """Answer DisableLogging."""
    cluster = clusters.find(state, request["ClusterIdentifier"])
    state.clusters[cluster.identifier] = replace(cluster, logging=None)
    return {"LoggingEnabled": False}


def describe(state: RedshiftState, request: Shape) -> Shape:
    """Answer DescribeLoggingStatus."""
    cluster = clusters.find(state, request["ClusterIdentifier"])
    return dict(cluster.logging or {"LoggingEnabled": False})


def _read(destination: str, request: Shape) -> Shape:
    if destination == "s3":
        if "BucketName" not in request:
            raise InvalidParameterCombination("BucketName is missing: logs go to S3.")
        names = ("BucketName", "S3KeyPrefix")
        return {
            "LogDestinationType": "s3",
            **{name: request[name] for name in names if name in request},
        }
    if destination == "cloudwatch":
        exports = request.get("LogExports", [])
        if not exports or set(exports) - set(_LOGS):
            raise InvalidParameterValue(f"LogExports names one or more of {', '.join(_LOGS)}.")
        return {"LogDestinationType": "cloudwatch", "LogExports": list(exports)}
    raise InvalidParameterValue(f"Logs go to s3 or cloudwatch here, not to {destination}.")

"""Temporary passwords for a cluster.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
"""

from lochan.redshift.api import temporary_passwords
from lochan.redshift.api.provisioned import clusters
from lochan.redshift.api.provisioned.errors import InvalidParameterValue
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetClusterCredentials: IAM:name, or IAMA:name where the user may be new."""
    if "ClusterIdentifier" not in request:
        raise InvalidParameterValue("ClusterIdentifier is missing.")
    clusters.find(state, request["ClusterIdentifier"])
    seconds = request.get("DurationSeconds", temporary_passwords.SHORTEST_SECONDS)
    creates = request.get("AutoCreate", False)
    password, expires = temporary_passwords.give(
        state, request["DbUser"], seconds, creates=creates, misfit=InvalidParameterValue
    )
    return {
        "DbUser": f"{'IAMA' if creates else 'IAM'}:{request['DbUser']}",
        "DbPassword": password,
        "Expiration": expires,
    }

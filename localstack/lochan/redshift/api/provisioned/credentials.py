"""Temporary passwords for a cluster, which the stand-in takes.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
"""

from datetime import timedelta

from lochan.redshift.api.provisioned import clusters
from lochan.redshift.api.provisioned.errors import InvalidParameterValue
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_password
from lochan.redshift.api.surroundings import Refused

_SHORTEST_SECONDS, _LONGEST_SECONDS = 900, 3600


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetClusterCredentials: IAM:name, or IAMA:name where the user may be new."""
    if "ClusterIdentifier" not in request:
        raise InvalidParameterValue("ClusterIdentifier is missing.")
    clusters.find(state, request["ClusterIdentifier"])
    seconds = request.get("DurationSeconds", _SHORTEST_SECONDS)
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise InvalidParameterValue(
            f"DurationSeconds has to be {_SHORTEST_SECONDS} to {_LONGEST_SECONDS}, not {seconds}."
        )
    creates = request.get("AutoCreate", False)
    user, password = request["DbUser"], make_password()
    try:
        state.stand_in.accept_password(user, password, seconds, creates=creates)
    except Refused as error:
        raise InvalidParameterValue(str(error)) from error
    return {
        "DbUser": f"{'IAMA' if creates else 'IAM'}:{user}",
        "DbPassword": password,
        "Expiration": state.now() + timedelta(seconds=seconds),
    }

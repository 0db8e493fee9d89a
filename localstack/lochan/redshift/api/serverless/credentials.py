"""Temporary passwords for a workgroup, which the stand-in takes.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html
"""

from datetime import timedelta

from lochan.redshift.api.serverless import workgroups
from lochan.redshift.api.serverless.errors import ValidationException
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState, make_password
from lochan.redshift.api.surroundings import Refused

_SHORTEST_SECONDS, _LONGEST_SECONDS = 900, 3600


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetCredentials: a user for the caller, whom the stand-in makes where it is new."""
    if "workgroupName" not in request:
        raise ValidationException("workgroupName is missing.")
    workgroups.find(state, request["workgroupName"])
    seconds = request.get("durationSeconds", _SHORTEST_SECONDS)
    if not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
        raise ValidationException(
            f"durationSeconds has to be {_SHORTEST_SECONDS} to {_LONGEST_SECONDS}, not {seconds}."
        )
    prefix, user = state.neighbours.name_caller()
    password = make_password()
    try:
        state.stand_in.accept_password(user, password, seconds, creates=True)
    except Refused as error:
        raise ValidationException(str(error)) from error
    expires = state.now() + timedelta(seconds=seconds)
    return {
        "dbUser": f"{prefix}:{user}",
        "dbPassword": password,
        "expiration": expires,
        "nextRefreshTime": expires,
    }

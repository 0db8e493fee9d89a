"""Temporary passwords for a workgroup.

https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html
"""

from lochan.redshift.api import temporary_passwords
from lochan.redshift.api.serverless import workgroups
from lochan.redshift.api.serverless.errors import ValidationException
from lochan.redshift.api.service import Shape
from lochan.redshift.api.state import RedshiftState


def get(state: RedshiftState, request: Shape) -> Shape:
    """Answer GetCredentials: a user for the caller, whom the stand-in makes where it is new."""
    if "workgroupName" not in request:
        raise ValidationException("workgroupName is missing.")
    workgroups.find(state, request["workgroupName"])
    seconds = request.get("durationSeconds", temporary_passwords.SHORTEST_SECONDS)
    prefix, user = state.neighbours.name_caller()
    password, expires = temporary_passwords.give(
        state, user, seconds, creates=True, misfit=ValidationException
    )
    return {
        "dbUser": f"{prefix}:{user}",
        "dbPassword": password,
        "expiration": expires,
        "nextRefreshTime": expires,
    }

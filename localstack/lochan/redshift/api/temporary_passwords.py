"""Temporary passwords, which the stand-in takes for a quarter of an hour to an hour.

https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
"""

from datetime import datetime, timedelta

from lochan.redshift.api.errors import RedshiftError
from lochan.redshift.api.state import RedshiftState, make_password
from lochan.redshift.api.surroundings import Refused

SHORTEST_SECONDS, LONGEST_SECONDS = 900, 3600


def give(
    state: RedshiftState, user: str, seconds: int, *, creates: bool, misfit: type[RedshiftError]
) -> tuple[str, datetime]:
    """Return a password for this user and when it ends; `misfit` is what a refusal is called."""
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise misfit(
            f"A password lasts {SHORTEST_SECONDS} to {LONGEST_SECONDS} seconds, not {seconds}."
        )
    password = make_password()
    try:
        state.stand_in.accept_password(user, password, seconds, creates=creates)
    except Refused as error:
        raise misfit(str(error)) from error
    return password, state.now() + timedelta(seconds=seconds)

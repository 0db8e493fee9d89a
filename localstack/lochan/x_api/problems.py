"""The bodies with which X API v2 answers when it does not answer with data.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PROBLEMS = "https://api.twitter.com/2/problems"


class Problem(Exception):
    """An answer other than 200: its status and JSON body."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


@dataclass(frozen=True)
class InvalidParameter:
    """One objection to one parameter, as X lists it under `errors`."""

    name: str
    values: Sequence[str]
    message: str


def invalid_request(objections: Sequence[InvalidParameter]) -> Problem:
    """400: at least one parameter was wrong; all objections at once."""
    errors = [
        {"parameters": {objection.name: list(objection.values)}, "message": objection.message}
        for objection in objections
    ]
    return Problem(
        400,
        {
            "errors": errors,
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{PROBLEMS}/invalid-request",
        },
    )


def unauthorized() -> Problem:
    """401: no bearer token, or a wrong one."""
    return plain(401, "Unauthorized")


def client_forbidden() -> Problem:
    """403: the token is right, but its access level does not include the endpoint."""
    return Problem(
        403,
        {
            "client_id": "0",
            "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use "
            "keys and tokens from a Twitter developer App that is attached to a Project. You can "
            "create a project via the developer portal.",
            "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
            "title": "Client Forbidden",
            "required_enrollment": "Appropriate Level of API Access",
            "reason": "client-not-enrolled",
            "type": f"{PROBLEMS}/client-forbidden",
        },
    )


def not_a_path() -> Problem:
    """404: no endpoint has this path."""
    return plain(404, "Not Found")


def too_many_requests() -> Problem:
    """429: the limit of the endpoint is used up until x-rate-limit-reset."""
    return plain(429, "Too Many Requests")


def plain(status: int, title: str) -> Problem:
    """A problem of which X says no more than its name."""
    body = {"title": title, "detail": title, "type": "about:blank", "status": status}
    return Problem(status, body)


def tweet_not_found(parameter: str, tweet_id: str) -> dict[str, str]:
    """The entry in `errors` of a 200 for a tweet that was deleted or never was."""
    detail = f"Could not find tweet with {parameter}: [{tweet_id}]."
    return _resource("resource-not-found", "Not Found Error", "tweet", parameter, tweet_id, detail)


def tweet_not_authorized(parameter: str, tweet_id: str) -> dict[str, str]:
    """The entry in `errors` of a 200 for a tweet of a protected account."""
    detail = f"Sorry, you are not authorized to see the Tweet with {parameter}: [{tweet_id}]."
    title, kind = "Authorization Error", "not-authorized-for-resource"
    return _resource(kind, title, "tweet", parameter, tweet_id, detail)


def user_not_found(parameter: str, value: str) -> dict[str, str]:
    """The entry in `errors` of a 200 for a user who never was."""
    detail = f"Could not find user with {parameter}: [{value}]."
    return _resource("resource-not-found", "Not Found Error", "user", parameter, value, detail)


def user_suspended(parameter: str, value: str) -> dict[str, str]:
    """The entry in `errors` of a 200 for a suspended user: a Forbidden of type not found."""
    detail = f"User has been suspended: [{value}]."
    return _resource("resource-not-found", "Forbidden", "user", parameter, value, detail)


def _resource(
    kind: str, title: str, resource: str, parameter: str, value: str, detail: str
) -> dict[str, str]:
    return {
        "value": value,
        "detail": detail,
        "title": title,
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}/{kind}",
    }

"""Why the X API could not be read: what X said, and what to do about it.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn


class XApiError(Exception):
    """The X API cannot be read; the message says what to do."""


class BadRequest(XApiError):
    """400: a parameter is wrong, or a cursor has expired."""


class Unauthorized(XApiError):
    """401: the bearer token is not accepted."""


class Forbidden(XApiError):
    """403: the token's access level does not include the endpoint."""


class Unavailable(XApiError):
    """X did not answer properly, however often it was asked."""


class BodyTooLarge(XApiError):
    """An answer was longer than any page can be."""


class CursorLoop(XApiError):
    """A page led to a cursor that had been followed before."""


class RateLimitDeadline(XApiError):
    """The limit resets only after the deadline; `cursor` is where to go on."""

    def __init__(self, message: str, endpoint: str, cursor: str | None, reset: datetime) -> None:
        super().__init__(message, endpoint, cursor, reset)  # all of it, so that it can be pickled
        self.endpoint = endpoint
        self.cursor = cursor
        self.reset = reset

    def __str__(self) -> str:
        return str(self.args[0])


class UsageCapExceeded(XApiError):
    """429 of another kind: the month's reads are used up, and no wait of ours helps."""


def refuse(
    status: int, document: Mapping[str, Any], url: str, endpoint: str, credential_name: str
) -> NoReturn:
    """Raise what a status other than 200 means; none of these gets better by asking again."""
    said = _explain(document)
    if status == 400:
        raise BadRequest(f"The X API refused a request to {endpoint}: {said}")
    if status == 401:
        raise Unauthorized(
            f"The X API does not accept the bearer token in {credential_name} (401 Unauthorized): "
            "store a valid token there."
        )
    if status == 403:
        raise Forbidden(
            f"The bearer token in {credential_name} may not read {endpoint} (403 Forbidden): "
            f"{said} Use a token whose App has access to it, or leave this endpoint out."
        )
    if status == 429:
        raise UsageCapExceeded(
            f"The X API's usage cap is exceeded: {said} Wait for the next billing period, or "
            "raise the cap in the developer console."
        )
    raise XApiError(
        f"{url} answered with HTTP status {status}: {said} Check that the URL is the X API's."
    )


def _explain(document: Mapping[str, Any]) -> str:
    """What X says about a refusal, in one line."""
    errors = document.get("errors")
    messages = [
        str(error.get("message") or error.get("detail"))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, Mapping)
    ]
    said = "; ".join(messages) or str(
        document.get("detail") or document.get("title") or "no reason"
    )
    return said if said.endswith(".") else f"{said}."

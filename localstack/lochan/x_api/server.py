"""The HTTP side: one request -> token, access, limit, parameters, answer, in X's order."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from lochan.x_api import problems
from lochan.x_api.cursors import Position, decode_cursor, encode_cursor
from lochan.x_api.endpoints import Endpoint, match_path
from lochan.x_api.faults import HEADER, Fault, Faults
from lochan.x_api.limits import RateLimits
from lochan.x_api.pages import answer
from lochan.x_api.parameters import Request, read_request
from lochan.x_api.recordings import Recordings
from lochan.x_api.settings import Settings

JSON_TYPE = "application/json; charset=utf-8"


class Server:
    """Answers requests by the settings; holds nothing but rate limits and counts for faults."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._limits = RateLimits(settings.limits, clock=clock, seconds=settings.limit_seconds)
        self._faults = Faults(settings.faults)
        self._recordings = Recordings(settings.recordings) if settings.recordings else None

    def handle(self, http: HttpRequest) -> Response:
        """The answer to one request."""
        found = match_path(http.url.path)
        if found is None:
            return _problem_response(problems.not_a_path(), {})
        endpoint, key = found
        headers: dict[str, str] = {}
        try:
            token = self._authenticate(http)
            if endpoint.name in self._settings.forbidden:
                raise problems.client_forbidden()
            allowance = self._limits.take(token, endpoint)
            headers = allowance.headers
            if not allowance.granted:
                raise problems.too_many_requests()
            return self._answer(http, endpoint, key, headers)
        except problems.Problem as problem:
            return _problem_response(problem, headers)

    def _authenticate(self, http: HttpRequest) -> str:
        scheme, _, token = http.headers.get("authorization", "").partition(" ")
        accepted = [
            known
            for known in self._settings.tokens
            if secrets.compare_digest(known.encode(), token.encode())
        ]
        if scheme.lower() != "bearer" or not accepted:
            raise problems.unauthorized()
        return accepted[0]

    def _answer(
        self, http: HttpRequest, endpoint: Endpoint, key: str | None, headers: dict[str, str]
    ) -> Response:
        fault = self._faults.next_fault(endpoint.name, http.headers.get(HEADER))
        if fault is Fault.INTERNAL_ERROR:
            raise problems.plain(500, "Internal Server Error")
        if fault is Fault.UNAVAILABLE:
            raise problems.plain(503, "Service Unavailable")
        if fault is Fault.TOO_MANY_REQUESTS:
            raise problems.too_many_requests()
        if fault is Fault.NOT_JSON:
            return Response("<html>Over capacity</html>", media_type="text/html", headers=headers)
        if fault is Fault.SLOW:
            self._sleep(self._settings.slow_seconds)
        body = self._make_body(http, endpoint, key)
        if fault is Fault.TRUNCATED:
            return _truncated_response(body, headers)
        return Response(body, headers={"content-type": JSON_TYPE} | headers)

    def _make_body(self, http: HttpRequest, endpoint: Endpoint, key: str | None) -> bytes:
        now = self._settings.now or datetime.fromtimestamp(self._clock(), UTC)
        pairs = http.query_params.multi_items()
        if self._recordings:
            token = _take_cursor_of_lookup(endpoint, pairs)
            request = read_request(endpoint, key, pairs, now=now, check_age=False)
            return _replay(self._recordings, request, token or request.cursor)
        request = read_request(endpoint, key, pairs, now=now)
        return _encode(answer(self._settings.world, request, now))


def make_app(server: Server) -> Starlette:
    """The ASGI application: every GET goes to the server, GET /health says that it answers."""
    return Starlette(
        routes=[
            Route("/health", _report_health),
            Route("/{path:path}", server.handle),
        ]
    )


def _report_health(_: HttpRequest) -> Response:
    return JSONResponse({"status": "ready"})


def _take_cursor_of_lookup(endpoint: Endpoint, pairs: list[tuple[str, str]]) -> str | None:
    """Lookups have no cursor on X; those of our chains come as pagination_token."""
    if endpoint.is_paged:
        return None
    tokens = [pair for pair in pairs if pair[0] == "pagination_token"]
    for pair in tokens:
        pairs.remove(pair)
    return tokens[0][1] if tokens else None


def _replay(recordings: Recordings, request: Request, cursor: str | None) -> bytes:
    """The page of a chain that the cursor leads to, or the answer to what was not recorded."""
    endpoint, key = request.endpoint, request.key
    scope = f"recorded:{endpoint.name}:{key}"
    position = _read_position(cursor, scope).offset
    count = recordings.count(endpoint.name, key)
    if count == 0:
        return _encode(_nothing_recorded(request))
    if position >= count:
        raise _refuse_cursor(cursor or "")
    following = encode_cursor(Position(position + 1), scope) if position + 1 < count else None
    return recordings.page(endpoint.name, key, position, following)


def _read_position(cursor: str | None, scope: str) -> Position:
    if cursor is None:
        return Position()
    try:
        return decode_cursor(cursor, scope)
    except ValueError:
        raise _refuse_cursor(cursor) from None


def _refuse_cursor(cursor: str) -> problems.Problem:
    message = f"Invalid 'next_token':'{cursor}'. 'next_token' is not valid for this request."
    objection = problems.InvalidParameter("next_token", [cursor], message)
    return problems.invalid_request([objection])


def _nothing_recorded(request: Request) -> dict[str, Any]:
    if request.endpoint.is_paged:
        return {"meta": {"result_count": 0}}
    parameter = request.endpoint.key or request.endpoint.required or ""
    values = request.values or (request.key or "",)
    missing = (
        problems.tweet_not_found if request.endpoint.yields_tweets else problems.user_not_found
    )
    return {"errors": [missing(parameter, value) for value in values]}


def _encode(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _problem_response(problem: problems.Problem, headers: dict[str, str]) -> Response:
    content_type = {"content-type": "application/problem+json"}
    return Response(_encode(problem.body), problem.status, content_type | headers)


def _truncated_response(body: bytes, headers: dict[str, str]) -> Response:
    """Announce the whole body, send half of it, and let the server cut the connection."""

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]

    length = {"content-length": str(len(body)), "content-type": JSON_TYPE}
    return StreamingResponse(half(), headers=length | headers)

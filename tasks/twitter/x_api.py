"""Read the X API v2: one page after another, at the pace that X allows.

The same for https://api.x.com and for any server that answers like it: a URL and a token.
https://docs.x.com/x-api/fundamentals/pagination and /rate-limits
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from tasks.twitter.x_endpoints import ABOUT_TWEETS, ABOUT_USERS, ENDPOINTS, Endpoint
from tasks.twitter.x_errors import (
    BodyTooLarge,
    CursorLoop,
    RateLimitDeadline,
    Unauthorized,
    Unavailable,
    refuse,
)

# No page of X is that long.
LARGEST_BODY_BYTES = 64 * 1024 * 1024


class _Transient(Exception):
    """Worth another attempt."""


class _Unreadable(_Transient):
    """A 200 whose body is no JSON object; the response is kept for when that does not change."""

    def __init__(self, response: _Response) -> None:
        super().__init__("the body is no JSON object")
        self.response = response


@dataclass(frozen=True)
class _Response:
    status: int
    headers: httpx.Headers
    body: bytes
    url: str


@dataclass(frozen=True)
class Page:
    """One answer of X, as it came.

    identifier: what was asked for: the query, the user's id, the digest of looked-up ids.
    cursor: what led to this page; None for the first one.
    """

    endpoint: str
    identifier: str
    cursor: str | None
    body: bytes = field(repr=False)
    retrieved_at: datetime
    status: int
    url: str

    @cached_property
    def document(self) -> Mapping[str, Any] | None:
        """The JSON object, or None where the body is none."""
        return parse_object(self.body)

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page, None on the last one and on unreadable ones."""
        meta = (self.document or {}).get("meta")
        token = meta.get("next_token") if isinstance(meta, Mapping) else None
        return token if isinstance(token, str) and token else None

    @property
    def records(self) -> int:
        """How many objects `data` holds."""
        data = (self.document or {}).get("data")
        return len(data) if isinstance(data, list) else int(data is not None)

    @property
    def errors(self) -> int:
        """How many partial errors came with a 200: deleted, protected or suspended."""
        errors = (self.document or {}).get("errors")
        return len(errors) if isinstance(errors, list) else 0


@dataclass(frozen=True)
class Patience:
    """How long and how often to try."""

    attempts: int = 6
    unreadable_attempts: int = 3
    longest_pause_seconds: float = 30.0
    deadline_seconds: float = 3600.0  # from the client's making; no wait ends later
    timeout_seconds: float = 60.0
    largest_body_bytes: int = LARGEST_BODY_BYTES


class XApi:
    """A client of the X API v2.

    credential_name: what the token is called in error messages, such as its secret's ARN.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        credential_name: str = "the bearer token",
        patience: Patience = Patience(),
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not token.strip() or not token.isascii() or len(token.split()) != 1:
            raise Unauthorized(
                f"{credential_name} holds no bearer token: it is empty or has blanks in it. "
                "Store the token of an X developer App there."
            )
        self._url = url.rstrip("/")
        self._token = token.strip()
        self._credential_name = credential_name
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._deadline = clock() + patience.deadline_seconds
        self._http = httpx.Client(
            base_url=self._url,
            headers={"Authorization": f"Bearer {self._token}", "User-Agent": "lochan"},
            timeout=patience.timeout_seconds,
            transport=transport,
        )

    def __enter__(self) -> XApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def now(self) -> datetime:
        """The moment by the client's clock."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def fetch_pages(
        self,
        endpoint: str,
        parameters: Mapping[str, str],
        *,
        identifier: str | None = None,
        cursor: str | None = None,
    ) -> Iterator[Page]:
        """Every page from the cursor on, each fetched only when the one before has been taken.

        parameters: those of the endpoint; `id` fills its path. Fields, expansions and page size
        are asked for anyway. An unreadable page is handed out too, and ends the pages.
        """
        followed = {cursor}
        while True:
            page = self.fetch_page(endpoint, parameters, identifier=identifier, cursor=cursor)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in followed:
                raise CursorLoop(
                    f"{page.url} led back to the cursor {cursor!r}, which had been followed "
                    "before. X repeats itself: start over without a cursor."
                )
            followed.add(cursor)

    def fetch_page(
        self,
        endpoint: str,
        parameters: Mapping[str, str],
        *,
        identifier: str | None = None,
        cursor: str | None = None,
    ) -> Page:
        """The one page behind a cursor, the first one where there is none."""
        request = self._build_request(ENDPOINTS[endpoint], parameters, cursor)
        response = self._ask(endpoint, request, cursor)
        if response.status != 200:
            # What answers may be a proxy that tells all it was sent.
            body = response.body.replace(self._token.encode(), b"***")
            document = parse_object(body) or {}
            refuse(
                response.status, document, _shorten(request.url), endpoint, self._credential_name
            )
        identity = identifier if identifier is not None else _identify(parameters)
        retrieved_at = self.now()
        url = _shorten(request.url)
        return Page(endpoint, identity, cursor, response.body, retrieved_at, response.status, url)

    def _build_request(
        self, endpoint: Endpoint, parameters: Mapping[str, str], cursor: str | None
    ) -> httpx.Request:
        query = dict(parameters)
        path = endpoint.path.format(id=query.pop("id", ""))
        if endpoint.page_size is not None:
            query.setdefault("max_results", str(endpoint.page_size))
        if cursor is not None:
            query[endpoint.cursor_parameter] = cursor
        return self._http.build_request("GET", path, params=query | dict(endpoint.fields))

    def _ask(self, endpoint: str, request: httpx.Request, cursor: str | None) -> _Response:
        """The first answer that is not a 429."""
        while True:
            response = self._ask_patiently(request)
            if response.status != 429 or _is_capped(response):
                return response
            self._wait_for_reset(endpoint, response, cursor)

    def _ask_patiently(self, request: httpx.Request) -> _Response:
        """One answer; a 5xx, a lost connection and a body that is cut off are tried again."""
        retrying = Retrying(
            retry=retry_if_exception_type(_Transient),
            wait=wait_random_exponential(max=self._patience.longest_pause_seconds),
            stop=self._is_exhausted,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._send, request)
        except _Unreadable as unreadable:
            return unreadable.response
        except _Transient as error:
            raise Unavailable(
                f"{_shorten(request.url)} did not answer in {self._patience.attempts} attempts: "
                f"{error}. Run again later."
            ) from error

    def _is_exhausted(self, state: RetryCallState) -> bool:
        outcome = state.outcome.exception() if state.outcome else None
        most = (
            self._patience.unreadable_attempts
            if isinstance(outcome, _Unreadable)
            else self._patience.attempts
        )
        return state.attempt_number >= most

    def _send(self, request: httpx.Request) -> _Response:
        try:
            response = self._read(request)
        except httpx.TransportError as error:
            raise _Transient(f"{type(error).__name__}: {error}") from error
        if response.status >= 500:
            raise _Transient(f"HTTP status {response.status}")
        if response.status == 200 and parse_object(response.body) is None:
            raise _Unreadable(response)
        return response

    def _read(self, request: httpx.Request) -> _Response:
        """The whole answer, unless it is longer than any page can be."""
        limit = self._patience.largest_body_bytes
        with_body = self._http.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in with_body.iter_bytes():
                body += chunk
                if len(body) > limit:
                    raise BodyTooLarge(
                        f"{_shorten(request.url)} answered with more than {limit} bytes. No page "
                        "of X is that long: check that the URL is the X API's."
                    )
        finally:
            with_body.close()
        return _Response(with_body.status_code, with_body.headers, bytes(body), str(request.url))

    def _wait_for_reset(self, endpoint: str, response: _Response, cursor: str | None) -> None:
        now = self._clock()
        reset = _read_reset(response, default=now + 60)
        # Jitter keeps several clients from coming back in the same instant.
        until = max(reset, now) + random.uniform(0.5, 3.0)
        if until > self._deadline:
            moment = datetime.fromtimestamp(reset, UTC)
            raise RateLimitDeadline(
                f"The X API's limit for {endpoint} is used up until {moment:%Y-%m-%d %H:%M:%S}Z, "
                f"later than this run may wait. Run it again after that: it goes on where it "
                "stopped.",
                endpoint,
                cursor,
                moment,
            )
        self._sleep(until - now)


def parse_object(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object in a body, or None where the body holds anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _is_capped(response: _Response) -> bool:
    """Whether the month's reads are used up: a 429 that no reset ends."""
    kind = (parse_object(response.body) or {}).get("type")
    return isinstance(kind, str) and kind.endswith("/usage-capped")


def _read_reset(response: _Response, *, default: float) -> float:
    try:
        return float(response.headers.get("x-rate-limit-reset", ""))
    except ValueError:
        return default


def _identify(parameters: Mapping[str, str]) -> str:
    names = ("query", "id", "ids", "usernames")
    return next((parameters[name] for name in names if name in parameters), "")


def _shorten(url: httpx.URL) -> str:
    """The URL without what every request asks for; it never holds a secret."""
    constant = {*ABOUT_TWEETS, *ABOUT_USERS}
    query = {name: value for name, value in url.params.items() if name not in constant}
    text = str(url.copy_with(params=query) if query else url.copy_with(query=None))
    return text if len(text) <= 1000 else f"{text[:997]}..."

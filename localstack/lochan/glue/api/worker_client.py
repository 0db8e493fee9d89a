"""Speaks to the Glue worker over HTTP: JSON, with the stack's bearer token."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lochan.glue.api.worker_events import EventPage, parse_event_page

_ANSWER_SECONDS = 30
# Greater than any sequence number: asks for the instance and no events.
_AFTER_ALL = 2**62


class WorkerUnreachable(Exception):
    """The worker did not answer; the text is a sentence for the person who started the run."""


class WorkerRefused(Exception):
    """The worker answered that it will not do this; the text is a sentence with its reason."""


class WorkerClient:
    """The worker's HTTP interface; `url` is None where no worker was configured."""

    def __init__(self, url: str | None, token_file: Path | None) -> None:
        self.url = url
        self._token_file = token_file
        # Nothing between us and the worker: proxies of the environment are for the outside.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def start_run(self, description: Mapping[str, Any]) -> None:
        """Hand over a run."""
        self._request("POST", "/runs", description)

    def stop_run(self, run_id: str) -> None:
        """Ask for the end of a run."""
        self._request("POST", f"/runs/{run_id}/stop", {})

    def start_crawl(self, crawl_id: str, description: Mapping[str, Any]) -> None:
        """Hand over a crawl."""
        self._request("POST", "/crawls", {"crawl_id": crawl_id, **description})

    def stop_crawl(self, crawl_id: str) -> None:
        """Ask for the end of a crawl."""
        self._request("POST", f"/crawls/{crawl_id}/stop", {})

    def identify_instance(self) -> str:
        """Return what distinguishes this worker process from one before or after it."""
        return self.fetch_events(_AFTER_ALL, wait_seconds=0).instance

    def fetch_events(self, after: int, wait_seconds: int) -> EventPage:
        """Return the events after a sequence number, waiting for the first up to `wait_seconds`."""
        path = f"/events?after={after}&wait={wait_seconds}"
        timeout = wait_seconds + _ANSWER_SECONDS
        body = self._request("GET", path, None, timeout)
        try:
            return parse_event_page(body)
        except (KeyError, TypeError, ValueError) as error:
            raise WorkerRefused(
                f"The Glue worker at {self.url} answered GET /events with what is no page of"
                f" events: {error!r}. Its version is not the plugin's: stop and start the stack."
            ) from error

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        timeout_seconds: float = _ANSWER_SECONDS,
    ) -> Any:
        request = self._build(method, path, body)
        try:
            with self._opener.open(request, timeout=timeout_seconds) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            with error:
                reason = _read_reason(error)
            raise WorkerRefused(f"The Glue worker at {self.url} refused this: {reason}") from error
        except (OSError, http.client.HTTPException) as error:
            raise WorkerUnreachable(
                f"The Glue worker at {self.url} does not answer ({_reason(error)}): start it with"
                " `lochan up`, or read its log with `lochan logs glue-worker`."
            ) from error
        return self._decode(text)

    def _decode(self, text: bytes) -> Any:
        try:
            return json.loads(text) if text else {}
        except ValueError as error:
            raise WorkerRefused(
                f"What answers at {self.url} is no Glue worker: it sent {text[:100]!r}."
            ) from error

    def _build(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> urllib.request.Request:
        if self.url is None:
            raise WorkerUnreachable(
                "LOCHAN_WORKER_URL is not set, so there is no Glue worker to run jobs and crawlers:"
                " start the stack with `lochan up`."
            )
        data = None if body is None else json.dumps(body, default=_encode).encode()
        headers = {"Content-Type": "application/json", **self._authorize()}
        return urllib.request.Request(
            self.url.rstrip("/") + path, data=data, headers=headers, method=method
        )

    def _authorize(self) -> dict[str, str]:
        if self._token_file is None:
            return {}
        try:
            token = self._token_file.read_text().strip()
        except OSError as error:
            raise WorkerUnreachable(
                f"The token for the Glue worker cannot be read from {self._token_file}:"
                f" {error.strerror}."
            ) from error
        return {"Authorization": f"Bearer {token}"}


def _encode(value: Any) -> float:
    """Write a time as AWS's JSON does: seconds since 1970."""
    return float(value.timestamp())


def _read_reason(error: urllib.error.HTTPError) -> str:
    """Return the sentence of a refusal, which the worker sends as {"error": "…"}."""
    text = error.read().decode(errors="replace").strip()
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{text or error.reason} (status {error.code})"


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)

"""The worker's HTTP interface: JSON, and a bearer token on everything but the health check."""

import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lochan.glue.worker.run_requests import CrawlRequest, InvalidRequest, RunRequest
from lochan.glue.worker.worker import GlueWorker

MAXIMUM_WAIT_SECONDS = 60.0
# Each waiting reader of events holds a thread.
THREADS = 100


def create_application(worker: GlueWorker, token: str) -> Starlette:
    """Return the ASGI application of a worker, which starts and closes with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        worker.start()
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(worker.close)

    routes = Routes(worker)
    return Starlette(
        routes=[
            Route("/health", routes.health, methods=["GET"]),
            Route("/runs", routes.start_run, methods=["POST"]),
            Route("/runs/{run_id}/stop", routes.stop_run, methods=["POST"]),
            Route("/crawls", routes.start_crawl, methods=["POST"]),
            Route("/crawls/{crawl_id}/stop", routes.stop_crawl, methods=["POST"]),
            Route("/events", routes.read_events, methods=["GET"]),
        ],
        middleware=[Middleware(TokenCheck, token=token)],
        exception_handlers={InvalidRequest: _answer_invalid},
        lifespan=lifespan,
    )


class TokenCheck:
    """Refuses requests without the token, except the health check."""

    def __init__(self, application: ASGIApp, token: str) -> None:
        self._application = application
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] == "http" and scope["path"] != "/health":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                refusal = _error(401, "The request lacks the bearer token of LOCHAN_TOKEN_FILE.")
                await refusal(scope, receive, send)
                return
        await self._application(scope, receive, send)


class Routes:
    """The requests that a worker answers."""

    def __init__(self, worker: GlueWorker) -> None:
        self._worker = worker

    async def health(self, _: Request) -> Response:
        """Say whether a run would work now."""
        if self._worker.is_ready:
            return JSONResponse({"status": "ready"})
        failure = self._worker.failure
        status = {"status": "failed", "error": failure} if failure else {"status": "starting"}
        return JSONResponse(status, 503)

    async def start_run(self, request: Request) -> Response:
        """Begin a job run."""
        run = RunRequest.from_json(await _read_json(request))
        await anyio.to_thread.run_sync(self._worker.run, run)
        return JSONResponse({"run_id": run.run_id}, 202)

    async def start_crawl(self, request: Request) -> Response:
        """Begin a crawl."""
        crawl = CrawlRequest.from_json(await _read_json(request))
        await anyio.to_thread.run_sync(self._worker.crawl, crawl)
        return JSONResponse({"crawl_id": crawl.crawl_id}, 202)

    async def stop_run(self, request: Request) -> Response:
        """Stop a job run."""
        return await _stop(self._worker.stop_run, "run", request.path_params["run_id"])

    async def stop_crawl(self, request: Request) -> Response:
        """Stop a crawl."""
        return await _stop(self._worker.stop_crawl, "crawl", request.path_params["crawl_id"])

    async def read_events(self, request: Request) -> Response:
        """Return what changed after an event; waits for a change."""
        after = int(_number(request, "after", 0))
        wait_seconds = min(_number(request, "wait", 0), MAXIMUM_WAIT_SECONDS)
        log = self._worker.events
        events = await anyio.to_thread.run_sync(log.read, after, wait_seconds)
        return JSONResponse({"instance": log.instance, "events": events})


async def _read_json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise InvalidRequest(f"The body is not JSON: {error}") from error


async def _stop(stop: Callable[[str], bool], kind: str, identifier: str) -> Response:
    if await anyio.to_thread.run_sync(stop, identifier):
        return JSONResponse({}, 202)
    return _error(404, f"There is no {kind} {identifier} in this worker.")


def _number(request: Request, name: str, default: float) -> float:
    value = request.query_params.get(name, default)
    try:
        return max(0.0, float(value))
    except ValueError as error:
        raise InvalidRequest(f"{name} must be a number, not {value!r}.") from error


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    return _error(400, str(error))

"""The private HTTP routes beside the AWS services, below `/_lochan`."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from localstack.http import Request, Response, Router
from localstack.services.plugins import SERVICE_PLUGINS

from lochan.glue.api import job_bookmarks
from lochan.glue.api.errors import EntityNotFoundException, GlueError, InvalidInputException
from lochan.glue.api.operations import OPERATIONS
from lochan.glue.api.records import Bookmark
from lochan.plugin.glue import glue_service
from lochan.plugin.launch import SERVICES, SERVICES_ON_DEMAND
from lochan.plugin.request_record import read_requests
from lochan.plugin.s3 import LochanS3Provider

_BOOKMARK_MEMBERS: Mapping[str, type] = {"run_id": str, "attempt": int, "state": dict}


def add_routes(router: Router[Any]) -> None:
    """Serve our routes beside LocalStack's."""
    router.add("/_lochan/health", _answer_health, methods=["GET"])
    router.add("/_lochan/requests", _list_requests, methods=["GET"])
    router.add("/_lochan/glue/jobs/<path:job>/bookmark", _put_bookmark, methods=["PUT"])


def _answer_health(_: Request) -> Response:
    """Say which services work: LocalStack swallows the errors of providers that do not load."""
    faults = {name: fault for name in SERVICES if (fault := _find_fault(name)) is not None}
    glue = glue_service().model
    body = {
        "status": "unhealthy" if faults else "ready",
        "faults": faults,
        "services": list(SERVICES),
        "services_on_demand": list(SERVICES_ON_DEMAND),
        "glue": {"known": len(glue.operation_names), "emulated": len(OPERATIONS)},
    }
    return _answer(body, 503 if faults else 200)


def _list_requests(request: Request) -> Response:
    """List the latest requests after the number that the query names."""
    after = request.args.get("after", "0")
    if not after.isdecimal():
        return _answer({"error": f"after must be the number of a request, not {after!r}."}, 400)
    return _answer({"requests": read_requests(int(after))}, 200)


def _find_fault(service: str) -> str | None:
    container = SERVICE_PLUGINS.get_service_container(service)
    if container is None:
        errors = SERVICE_PLUGINS.plugin_errors.errors.items()
        reasons = [repr(error) for (api, _), error in errors if api == service]
        return "; ".join(reasons) or "no provider of this service was found"
    if container.state.value != "running":
        return f"the service is {container.state.value}: {container.errors}"
    provider = container.service._provider
    if service == "s3" and not isinstance(provider, LochanS3Provider):
        return "LocalStack's own S3 was loaded: start it with PROVIDER_OVERRIDE_S3=lochan"
    if service == "glue" and type(provider).__name__ != "LochanGlueProvider":
        return "another Glue than Lochan's was loaded"
    return None


def _put_bookmark(request: Request, job: str) -> Response:
    """Advance a job's bookmark, as Job.commit() does; LocalStack leaves paths quoted."""
    try:
        bookmark = _commit(unquote(job), _read_body(request))
    except GlueError as error:
        status = 404 if isinstance(error, EntityNotFoundException) else error.status
        return _answer({"error": error.message}, status)
    return _answer({"version": bookmark.version, "run": bookmark.run}, 200)


def _commit(job: str, body: Mapping[str, Any]) -> Bookmark:
    """Commit in the account that knows the run: the request itself names none."""
    for state in glue_service().accounts.all():
        with state.lock:
            if body["run_id"] in state.runs:
                return job_bookmarks.commit(
                    state, job, body["run_id"], body["attempt"], body["state"]
                )
    raise EntityNotFoundException(f"Job run {body['run_id']} of job {job} not found.")


def _read_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise InvalidInputException(f"The body is not JSON: {error}.") from error
    for member, kind in _BOOKMARK_MEMBERS.items():
        if not isinstance(body, dict) or not isinstance(body.get(member), kind):
            raise InvalidInputException(
                f"The body must be an object whose {member} is a {kind.__name__}."
            )
    return dict(body)


def _answer(body: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")

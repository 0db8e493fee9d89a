"""Job definitions.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
"""

from dataclasses import replace
from typing import Any

from lochan.glue.api import security_configurations, tags
from lochan.glue.api.capacity import check_capacity, describe_capacity
from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Job, Shape
from lochan.glue.api.state import GlueState

# A job that names no version gets the newest: facts of 2026-11.
_DEFAULT_GLUE_VERSION = "6.0"
_TIMEOUT_MINUTES = 480
_TIMEOUT_MINUTES_BEFORE_GLUE_5 = 2880
_LONGEST_TIMEOUT_MINUTES = 7 * 24 * 60
_COMMANDS = ("glueetl", "gluestreaming", "pythonshell", "glueray")


def find(state: GlueState, name: str) -> Job:
    """Return a job, or raise EntityNotFoundException."""
    job = state.jobs.get(name)
    if job is None:
        raise EntityNotFoundException(f"Job {name} not found.")
    return job


def create(state: GlueState, request: Shape) -> Shape:
    """Answer CreateJob."""
    name = request["Name"]
    if name in state.jobs:
        raise AlreadyExistsException(f"Job {name} already exists.")
    definition = _complete(request, omit=("Name", "Tags"))
    security_configurations.check_of_job(state, definition)
    tags.put(state, state.arn("job", name), request.get("Tags", {}))
    now = state.now()
    state.jobs[name] = Job(name, definition, now, now)
    return {"Name": name}


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetJob."""
    return {"Job": _describe(find(state, request["JobName"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetJobs."""
    page, token = cut_page(state.jobs.values(), lambda job: (job.name,), request)
    return {"Jobs": [_describe(job) for job in page], **token}


def list_names(state: GlueState, request: Shape) -> Shape:
    """Answer ListJobs."""
    wanted = request.get("Tags", {})
    names = (name for name in state.jobs if tags.has(state, state.arn("job", name), wanted))
    page, token = cut_page(names, lambda name: (name,), request)
    return {"JobNames": page, **token}


def get_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchGetJobs."""
    names = request["JobNames"]
    return {
        "Jobs": [_describe(state.jobs[name]) for name in names if name in state.jobs],
        "JobsNotFound": [name for name in names if name not in state.jobs],
    }


def update(state: GlueState, request: Shape) -> Shape:
    """Answer UpdateJob: what the update leaves out is reset to its default."""
    job = find(state, request["JobName"])
    definition = _complete(request["JobUpdate"], omit=())
    security_configurations.check_of_job(state, definition)
    for member in ("Role", "Command"):
        if member not in definition:
            raise InvalidInputException(
                f"JobUpdate replaces the whole definition of job {job.name}, so it must have"
                f" {member}."
            )
    state.jobs[job.name] = replace(job, definition=definition, modified=state.now())
    return {"JobName": job.name}


def delete(state: GlueState, request: Shape) -> Shape:
    """Answer DeleteJob; as documented, a job that is not there is no error."""
    name = request["JobName"]
    if state.jobs.pop(name, None) is not None:
        state.bookmarks.pop(name, None)
        for run in [run for run in state.runs.values() if run.job == name and not run.is_active]:
            del state.runs[run.id]
        tags.drop(state, state.arn("job", name))
    return {"JobName": name}


def _complete(request: Shape, omit: tuple[str, ...]) -> dict[str, Any]:
    """Return a job's definition with the defaults that Glue documents."""
    given = {member: value for member, value in request.items() if member not in omit}
    _check(given)
    version = given.get("GlueVersion", _DEFAULT_GLUE_VERSION)
    definition = {
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "MaxRetries": 0,
        "GlueVersion": version,
        "Timeout": _default_timeout(version),
        "ExecutionClass": "STANDARD",
        **given,
    }
    return {**definition, **describe_capacity(definition)}


def _check(definition: dict[str, Any]) -> None:
    command = definition.get("Command", {})
    if command.get("Name", "glueetl") not in _COMMANDS:
        raise InvalidInputException(
            f"Command name {command['Name']!r} is not one of {', '.join(_COMMANDS)}."
        )
    if definition.get("Timeout", 0) > _LONGEST_TIMEOUT_MINUTES:
        raise InvalidInputException(
            f"Timeout {definition['Timeout']} is more than {_LONGEST_TIMEOUT_MINUTES} minutes"
            " (7 days)."
        )
    check_capacity(definition)


def _default_timeout(glue_version: str) -> int:
    is_old = glue_version.partition(".")[0] in ("0", "1", "2", "3", "4")
    return _TIMEOUT_MINUTES_BEFORE_GLUE_5 if is_old else _TIMEOUT_MINUTES


def _describe(job: Job) -> dict[str, Any]:
    return {
        **job.definition,
        "Name": job.name,
        "CreatedOn": job.created,
        "LastModifiedOn": job.modified,
    }

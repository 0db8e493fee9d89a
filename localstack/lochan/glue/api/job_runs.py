"""Job runs: the worker carries them out, and `apply` follows what it reports.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lochan.glue.api import jobs, security_configurations
from lochan.glue.api.capacity import check_capacity, describe_capacity
from lochan.glue.api.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    GlueError,
    InvalidInputException,
)
from lochan.glue.api.pages import cut_page
from lochan.glue.api.records import Job, JobRun, Origin, Shape
from lochan.glue.api.state import GlueState
from lochan.glue.api.worker_events import WorkerEvent

_LOG_GROUPS = {"pythonshell": "/aws-glue/python-jobs"}
_LOG_GROUP = "/aws-glue/jobs"
_INHERITED = ("Timeout", "SecurityConfiguration", "NotificationProperty", "ExecutionClass")
_WORKERS = ("WorkerType", "NumberOfWorkers")
_DPU = ("MaxCapacity", "AllocatedCapacity")


def start(state: GlueState, request: Shape) -> Shape:
    """Answer StartJobRun; with JobRunId, the next attempt of that run with its arguments."""
    if "JobRunId" not in request:
        return start_first_attempt(state, request, None)
    job = jobs.find(state, request["JobName"])
    _check_concurrency(state, job)
    check_capacity(request)
    settings = _inherit_settings(job, request)
    previous = _find(state, job.name, request["JobRunId"])
    arguments = request.get("Arguments", previous.arguments)
    encryption = _read_encryption(state, settings)
    restarted = replace(previous, origin=None, encryption=encryption)
    return _begin_next_attempt(state, job, restarted, arguments, settings)


def start_first_attempt(state: GlueState, request: Shape, origin: Origin | None) -> Shape:
    """Start a run for a person, or for a trigger."""
    job = jobs.find(state, request["JobName"])
    _check_concurrency(state, job)
    check_capacity(request)
    run = _describe_new(state, job, request, origin)
    run = _encrypt(job, run, _read_encryption(state, run.settings))
    return _begin(state, job, run)


def record_refusal(state: GlueState, request: Shape, origin: Origin, reason: str) -> None:
    """Keep a run that a trigger could not start, as one that FAILED at once."""
    job = state.jobs.get(request["JobName"])
    if job is not None:
        run = _describe_new(state, job, request, origin)
        state.runs[run.id] = replace(
            run, state="FAILED", completed=run.started, error=reason, was_refused=True
        )


def get(state: GlueState, request: Shape) -> Shape:
    """Answer GetJobRun."""
    jobs.find(state, request["JobName"])
    return {"JobRun": _describe(_find(state, request["JobName"], request["RunId"]))}


def list_all(state: GlueState, request: Shape) -> Shape:
    """Answer GetJobRuns, newest first."""
    job = jobs.find(state, request["JobName"])
    runs = (run for run in state.runs.values() if run.job == job.name)
    page, token = cut_page(runs, lambda run: (-run.sequence,), request)
    return {"JobRuns": [_describe(run) for run in page], **token}


def stop_batch(state: GlueState, request: Shape) -> Shape:
    """Answer BatchStopJobRun; a run that is unknown or over is an entry of Errors."""
    job = jobs.find(state, request["JobName"])
    stopped, errors = [], []
    for run_id in request["JobRunIds"]:
        entry = {"JobName": job.name, "JobRunId": run_id}
        try:
            _stop(state, _find(state, job.name, run_id))
            stopped.append(entry)
        except GlueError as error:
            detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
            errors.append({**entry, "ErrorDetail": detail})
    return {"SuccessfulSubmissions": stopped, "Errors": errors}


def apply(state: GlueState, event: WorkerEvent) -> None:
    """Follow what the worker says of a run; a run that FAILED is retried up to MaxRetries."""
    run = state.runs.get(event.id)
    if run is None or not run.is_active:
        return
    if run.state == "STOPPING" and event.state in ("STARTING", "RUNNING"):
        return  # sent before the worker heard of the stop
    updated = replace(
        run,
        state=event.state,
        started=event.started or run.started,
        completed=event.completed or run.completed,
        execution_time=event.execution_time,
        dpu_seconds=event.dpu_seconds,
        error=event.error,
        modified=state.now(),
    )
    state.runs[run.id] = updated
    if updated.state == "FAILED":
        _retry(state, updated)


def _retry(state: GlueState, failed: JobRun) -> None:
    job = state.jobs.get(failed.job)
    if job is not None and failed.attempt < job.definition["MaxRetries"]:
        _begin_next_attempt(state, job, failed, failed.arguments, failed.settings)


def _begin_next_attempt(
    state: GlueState, job: Job, previous: JobRun, arguments: Mapping[str, str], settings: Shape
) -> Shape:
    """Begin `jr_…_attempt_N`, as Glue names the attempts after the first."""
    first = previous.id.partition("_attempt_")[0]
    attempts = [run.attempt for run in state.runs.values() if run.id.startswith(first)]
    attempt = max(attempts) + 1
    run = _new_run(state, job, f"{first}_attempt_{attempt}", arguments, settings)
    run = _encrypt(job, run, previous.encryption)
    return _begin(
        state,
        job,
        replace(run, attempt=attempt, previous_run=previous.id, origin=previous.origin),
    )


def _describe_new(state: GlueState, job: Job, request: Shape, origin: Origin | None) -> JobRun:
    run_id, arguments = f"jr_{secrets.token_hex(32)}", request.get("Arguments", {})
    run = _new_run(state, job, run_id, arguments, _inherit_settings(job, request))
    return replace(run, origin=origin)


def _new_run(
    state: GlueState, job: Job, run_id: str, arguments: Mapping[str, str], settings: Shape
) -> JobRun:
    now = state.now()
    return JobRun(
        id=run_id,
        job=job.name,
        attempt=0,
        sequence=state.next_sequence(),
        state="STARTING",
        started=now,
        modified=now,
        arguments=arguments,
        merged_arguments=_merge_arguments(job, arguments),
        settings=settings,
        log_group=_LOG_GROUPS.get(job.definition["Command"].get("Name", ""), _LOG_GROUP),
    )


def _read_encryption(state: GlueState, settings: Shape) -> Shape:
    name = settings.get("SecurityConfiguration")
    return security_configurations.read_encryption(state, name)


def _encrypt(job: Job, run: JobRun, encryption: Shape) -> JobRun:
    """Return the run as one that encrypts what it writes; encrypted logs have their own group."""
    name = run.settings.get("SecurityConfiguration")
    group = security_configurations.name_job_logs(
        run.log_group, job.definition["Role"], name, encryption
    )
    return replace(run, encryption=encryption, log_group=group)


def _begin(state: GlueState, job: Job, run: JobRun) -> Shape:
    state.runs[run.id] = run
    state.worker.start_run(run.id, _describe_for_worker(job, run))
    return {"JobRunId": run.id}


def _merge_arguments(job: Job, arguments: Mapping[str, str]) -> dict[str, str]:
    """Default arguments, then the run's, then those that a run cannot override."""
    return {
        **job.definition.get("DefaultArguments", {}),
        **arguments,
        **job.definition.get("NonOverridableArguments", {}),
    }


def _inherit_settings(job: Job, request: Shape) -> dict[str, Any]:
    """Return what a run takes from the request, and else from its job."""
    inherited = {
        name: request.get(name, job.definition.get(name))
        for name in _INHERITED
        if name in request or name in job.definition
    }
    return {
        **inherited,
        **describe_capacity(_choose_capacity(job.definition, request)),
        "GlueVersion": job.definition["GlueVersion"],
    }


def _choose_capacity(definition: Shape, request: Shape) -> Shape:
    """Return the job's definition with the capacity that the request states instead, if any."""
    stated = {name: request[name] for name in (*_WORKERS, *_DPU) if name in request}
    if any(name in stated for name in _DPU):
        definition = {name: value for name, value in definition.items() if name not in _WORKERS}
    return {**definition, **stated}


def _describe_for_worker(job: Job, run: JobRun) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "job_name": job.name,
        "command": job.definition["Command"],
        "arguments": run.merged_arguments,
        "glue_version": run.settings["GlueVersion"],
        "timeout_minutes": run.settings["Timeout"],
        "worker_type": run.settings.get("WorkerType"),
        "number_of_workers": run.settings.get("NumberOfWorkers"),
        "attempt": run.attempt,
        "security_configuration": run.settings.get("SecurityConfiguration"),
        "s3_encryption": security_configurations.read_s3_encryption(run.encryption),
        "log_group": run.log_group,
        "log_key": security_configurations.read_log_key(run.encryption),
    }


def _check_concurrency(state: GlueState, job: Job) -> None:
    limit = job.definition["ExecutionProperty"].get("MaxConcurrentRuns", 1)
    active = sum(run.is_active for run in state.runs.values() if run.job == job.name)
    if active >= limit:
        raise ConcurrentRunsExceededException(
            f"Concurrent runs exceeded for {job.name}: {active} active, MaxConcurrentRuns {limit}."
        )


def _stop(state: GlueState, run: JobRun) -> None:
    if not run.is_active:
        raise InvalidInputException(f"Job run {run.id} is over: it is {run.state}.")
    state.runs[run.id] = replace(run, state="STOPPING", modified=state.now())
    state.worker.stop_run(run.id)


def _find(state: GlueState, job: str, run_id: str) -> JobRun:
    run = state.runs.get(run_id)
    if run is None or run.job != job:
        raise EntityNotFoundException(f"Job run {run_id} of job {job} not found.")
    return run


def _describe(run: JobRun) -> dict[str, Any]:
    optional = {
        "PreviousRunId": run.previous_run,
        "CompletedOn": run.completed,
        "ErrorMessage": run.error,
        "DPUSeconds": run.dpu_seconds,
        "TriggerName": run.origin.trigger if run.origin else None,
    }
    predecessors = run.origin.predecessors if run.origin else ()
    return {
        "Id": run.id,
        "Attempt": run.attempt,
        "JobName": run.job,
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
        "StartedOn": run.started,
        "LastModifiedOn": run.modified,
        "JobRunState": run.state,
        "Arguments": dict(run.arguments),
        "PredecessorRuns": [{"JobName": job, "RunId": id} for job, id in predecessors],
        "ExecutionTime": run.execution_time,
        "LogGroupName": run.log_group,
        **run.settings,
        **{name: value for name, value in optional.items() if value is not None},
    }

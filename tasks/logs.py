"""What a flow run logs of the runs that it starts, and the last lines of a CloudWatch log stream.

Prefect adds the ids of flow run and task run to each record; as JSON lines they are written where
PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER is `json`.
https://docs.prefect.io/v3/advanced/logging-customization
"""

from __future__ import annotations

import logging
from typing import Any

from prefect import get_run_logger, runtime
from prefect.exceptions import MissingContextError
from prefect.logging import get_logger

# The argument of a Glue job that names the flow run which started it.
FLOW_RUN_ARGUMENT = "--flow_run_id"


def find_logger() -> logging.Logger | logging.LoggerAdapter[logging.Logger]:
    """Return the logger of the run that this is called in, or Lochan's own outside of any."""
    try:
        return get_run_logger()
    except MissingContextError:
        return get_logger("lochan")


def announce_glue_run(job_name: str, run_id: str) -> None:
    """Log which run of a Glue job is waited for; in JSON lines both are fields of their own."""
    find_logger().info(
        "Waiting for the run %s of the Glue job %s",
        run_id,
        job_name,
        extra={"glue_run_id": run_id, "glue_job": job_name},
    )


def name_flow_run() -> dict[str, str]:
    """Return the argument that tells a Glue job by which flow run it is started, if by any."""
    flow_run_id = runtime.flow_run.id
    return {FLOW_RUN_ARGUMENT: str(flow_run_id)} if flow_run_id else {}


def read_log_tail(logs: Any, *, group: str, stream: str, limit: int = 20) -> list[str]:
    """Return the last lines of a log stream; a stream that was never written to has none."""
    try:
        events = logs.get_log_events(
            logGroupName=group, logStreamName=stream, limit=limit, startFromHead=False
        )["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [str(event["message"]).rstrip("\n") for event in events]

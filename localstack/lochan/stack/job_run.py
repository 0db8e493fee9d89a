"""A person's own Glue script as a job run of the stack, its logs followed to the end."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lochan.stack.clients import AWS_ERRORS, ROLE, open_clients, tell
from lochan.stack.errors import StackError
from lochan.stack.settings import Settings

_BUCKET = "lochan-job-run"
_GLUE_VERSION = "5.1"
_LOG_GROUPS = ("/aws-glue/jobs/output", "/aws-glue/jobs/error")
_FINAL_STATES = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})
_POLL_SECONDS = 0.3


@dataclass
class _Logs:
    """Reads the streams of one run from where it stopped reading."""

    client: Any
    run_id: str
    tokens: dict[str, str] = field(default_factory=dict)

    def read(self) -> Iterator[tuple[str, str]]:
        """Yield the group and text of each event that was added."""
        for group in _LOG_GROUPS:
            for event in self._read_group(group):
                yield group, event["message"]

    def _read_group(self, group: str) -> list[dict[str, Any]]:
        position = {"nextToken": self.tokens[group]} if group in self.tokens else {}
        try:
            page = self.client.get_log_events(
                logGroupName=group, logStreamName=self.run_id, startFromHead=True, **position
            )
        except self.client.exceptions.ResourceNotFoundException:
            return []  # nothing was written yet
        self.tokens[group] = page["nextForwardToken"]
        events: list[dict[str, Any]] = page["events"]
        return events


def run_script(
    settings: Settings,
    script: Path,
    arguments: Sequence[str],
    write: Callable[[str, str], None],
) -> dict[str, Any]:
    """Run a script as a Glue job and return the shape JobRun of its end.

    `write` takes the log group and the text of each event while the job runs. An interruption
    stops the run.
    """
    parsed = parse_arguments(arguments)
    glue, s3, logs = open_clients(settings, "glue", "s3", "logs")
    try:
        job = _deploy(glue, s3, script)
        run_id = glue.start_job_run(JobName=job, Arguments=parsed)["JobRunId"]
        return _follow(glue, _Logs(logs, run_id), job, run_id, write)
    except AWS_ERRORS as error:
        raise tell(error, f"The run of {script}") from error


def parse_arguments(arguments: Sequence[str]) -> dict[str, str]:
    """Pair `--name value` and `--name=value` as StartJobRun takes them; a lone name is empty."""
    parsed: dict[str, str] = {}
    name = ""
    for word in arguments:
        if word.startswith("--"):
            name, _, parsed_value = word.partition("=")
            parsed[name] = parsed_value
        elif name and not parsed[name]:
            parsed[name] = word
        else:
            raise StackError(f"The argument {word!r} has no name: write it as --name {word}.")
    return parsed


def _deploy(glue: Any, s3: Any, script: Path) -> str:
    """Upload the script and define its job anew, so that it runs as it is now."""
    s3.create_bucket(Bucket=_BUCKET)
    s3.upload_file(str(script), _BUCKET, script.name)
    name = f"run-{script.stem}"
    location = f"s3://{_BUCKET}/{script.name}"
    definition = {
        "Role": ROLE,
        "Command": {"Name": "glueetl", "ScriptLocation": location, "PythonVersion": "3"},
        "GlueVersion": _GLUE_VERSION,
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
    }
    try:
        glue.update_job(JobName=name, JobUpdate=definition)
    except glue.exceptions.EntityNotFoundException:
        glue.create_job(Name=name, **definition)
    return name


def _follow(
    glue: Any, logs: _Logs, job: str, run_id: str, write: Callable[[str, str], None]
) -> dict[str, Any]:
    try:
        while True:
            run: dict[str, Any] = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
            # Read after the state: what was written before the end is there when it is seen.
            for group, text in logs.read():
                write(group, text)
            if run["JobRunState"] in _FINAL_STATES:
                return run
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
        raise

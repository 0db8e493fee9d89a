"""What the Glue API asks of the worker, checked once where it comes in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lochan.glue.worker.s3_encryption import S3Encryption

# A retry has the id of its first attempt and the number of its own.
RUN_ID = re.compile(r"jr_[0-9a-f]{64}(_attempt_[0-9]{1,4})?\Z")

# Data processing units of a worker.
# https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
UNITS_OF_WORKER = {
    "Standard": 1.0,
    "G.025X": 0.25,
    "G.1X": 1.0,
    "G.2X": 2.0,
    "G.4X": 4.0,
    "G.8X": 8.0,
}
# https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html: the default of a shell job.
UNITS_OF_PYTHON_SHELL = 0.0625


class InvalidRequest(ValueError):
    """A request lacks something or has it wrong; the message names the field."""


@dataclass(frozen=True)
class LogGroups:
    """Where a run or crawl logs: the name, or what precedes /output and /error; and the key."""

    name: str
    key: str | None = None


@dataclass(frozen=True)
class RunRequest:
    """A job run to carry out; `arguments` are merged already."""

    run_id: str
    job_name: str
    command: str
    script: str
    arguments: Mapping[str, str]
    glue_version: str | None
    timeout_seconds: float
    worker_type: str | None
    number_of_workers: int | None
    attempt: int
    security_configuration: str | None
    s3_encryption: S3Encryption | None
    logs: LogGroups

    @classmethod
    def from_json(cls, body: Any) -> "RunRequest":
        """Read the body of `POST /runs`. Raises InvalidRequest."""
        fields = _object(body, "the body")
        command = _object(fields.get("command"), "command")
        run_id = _text(fields, "run_id")
        if not RUN_ID.match(run_id):
            raise InvalidRequest(f"run_id must be jr_ and 64 hexadecimal digits, not {run_id!r}.")
        arguments = _object(fields.get("arguments") or {}, "arguments")
        return cls(
            run_id=run_id,
            job_name=_text(fields, "job_name"),
            command=_text(command, "Name"),
            script=_text(command, "ScriptLocation"),
            arguments={name: str(value) for name, value in arguments.items()},
            glue_version=fields.get("glue_version"),
            timeout_seconds=_number(fields, "timeout_minutes") * 60,
            worker_type=fields.get("worker_type"),
            number_of_workers=fields.get("number_of_workers"),
            attempt=int(fields.get("attempt") or 0),
            security_configuration=fields.get("security_configuration"),
            s3_encryption=_read_s3_encryption(fields.get("s3_encryption")),
            logs=_read_logs(fields),
        )

    @property
    def units(self) -> float:
        """The data processing units that AWS would bill for each second of this run."""
        if self.command == "pythonshell":
            return UNITS_OF_PYTHON_SHELL
        workers = self.number_of_workers or 2
        return workers * UNITS_OF_WORKER.get(self.worker_type or "G.1X", 1.0)


@dataclass(frozen=True)
class CrawlRequest:
    """A crawl to carry out; `crawler` has the shape Crawler of GetCrawler."""

    crawl_id: str
    crawler: Mapping[str, Any]
    logs: LogGroups

    @classmethod
    def from_json(cls, body: Any) -> "CrawlRequest":
        """Read the body of `POST /crawls`. Raises InvalidRequest."""
        fields = _object(body, "the body")
        crawler = _object(fields.get("crawler"), "crawler")
        _text(crawler, "Name")
        return cls(_text(fields, "crawl_id"), crawler, _read_logs(fields))


def _read_logs(fields: Mapping[str, Any]) -> LogGroups:
    return LogGroups(_text(fields, "log_group"), fields.get("log_key"))


def _read_s3_encryption(value: Any) -> S3Encryption | None:
    if value is None:
        return None
    fields = _object(value, "s3_encryption")
    return S3Encryption(_text(fields, "algorithm"), str(fields.get("key") or ""))


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidRequest(f"{name} must be a JSON object.")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(f"{name} must be a string that is not empty.")
    return value


def _number(fields: Mapping[str, Any], name: str) -> float:
    value = fields.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        raise InvalidRequest(f"{name} must be a number above 0.")
    return float(value)

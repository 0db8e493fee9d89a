"""What the Glue API remembers: one frozen record for each resource.

`definition` is always the validated request shape (TableInput, CreateJobRequest ...); a change
makes a new record, so that a reader never sees half of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Shape = Mapping[str, Any]

ACTIVE_RUN_STATES = frozenset({"STARTING", "RUNNING", "STOPPING", "WAITING"})
ACTIVE_CRAWL_STATES = frozenset({"RUNNING", "STOPPING"})


@dataclass(frozen=True)
class Database:
    """A database of the catalog."""

    name: str
    definition: Shape
    created: datetime


@dataclass(frozen=True)
class Table:
    """One version of a table of the catalog."""

    database: str
    name: str
    definition: Shape
    version: int
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Partition:
    """A partition of a table; `values` are in the order of the table's partition keys."""

    values: tuple[str, ...]
    definition: Shape
    created: datetime


@dataclass(frozen=True)
class Connection:
    """How to reach a data store."""

    name: str
    definition: Shape
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Classifier:
    """A custom classifier; `kind` is the member of the request that defines it."""

    name: str
    kind: str
    definition: Shape
    created: datetime
    updated: datetime
    version: int


@dataclass(frozen=True)
class SecurityConfiguration:
    """How crawlers and jobs encrypt what they write, in the shape EncryptionConfiguration."""

    name: str
    definition: Shape
    created: datetime


@dataclass(frozen=True)
class Trigger:
    """What starts jobs and crawlers; `activated` is when its schedule came into force."""

    name: str
    type: str
    state: str
    definition: Shape
    activated: datetime | None = None


@dataclass(frozen=True)
class Origin:
    """Which trigger started a run or crawl.

    `chain` is shared by all that descends from one firing of a scheduled or on-demand trigger;
    `predecessors` are the job runs (name of the job, id) that a conditional trigger waited for.
    """

    trigger: str
    chain: str
    predecessors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Crawler:
    """A crawler's definition; what it does at the moment is in its newest crawl.

    `scheduled` is when its schedule came into force, None while it has none or it is stopped.
    """

    name: str
    definition: Shape
    created: datetime
    updated: datetime
    version: int
    scheduled: datetime | None = None


@dataclass(frozen=True)
class Crawl:
    """One run of a crawler; one that a trigger could not start was refused, and never ran."""

    id: str
    crawler: str
    state: str
    sequence: int
    started: datetime
    log_group: str
    completed: datetime | None = None
    error: str | None = None
    changes: Mapping[str, int] = field(default_factory=dict)
    worker_instance: str | None = None
    origin: Origin | None = None
    was_refused: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the crawler still works on this crawl."""
        return self.state in ACTIVE_CRAWL_STATES


@dataclass(frozen=True)
class Job:
    """A job's definition."""

    name: str
    definition: Shape
    created: datetime
    modified: datetime


@dataclass(frozen=True)
class JobRun:
    """One attempt to run a job.

    `arguments` were passed to StartJobRun, `merged_arguments` reach the script; `settings` holds
    what a run inherits from its job unless told otherwise (Timeout, WorkerType ...).
    `encryption` is that of its security configuration, as it was when the run began; `log_group`
    precedes /output and /error. A run that a trigger could not start was refused, and never ran.
    """

    id: str
    job: str
    attempt: int
    sequence: int
    state: str
    started: datetime
    modified: datetime
    arguments: Mapping[str, str]
    merged_arguments: Mapping[str, str]
    settings: Shape
    log_group: str
    encryption: Shape = field(default_factory=dict)
    previous_run: str | None = None
    completed: datetime | None = None
    execution_time: int = 0
    dpu_seconds: float | None = None
    error: str | None = None
    worker_instance: str | None = None
    origin: Origin | None = None
    was_refused: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the run still counts against MaxConcurrentRuns."""
        return self.state in ACTIVE_RUN_STATES


@dataclass(frozen=True)
class Bookmark:
    """What a job had processed after its `version`-th commit or reset; `content` is JSON."""

    job: str
    version: int
    run: int
    attempt: int
    content: str
    run_id: str | None = None
    previous_run_id: str | None = None

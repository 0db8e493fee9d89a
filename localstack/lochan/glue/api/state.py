"""The state of Glue in one account and region, and the registry of all of them."""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from lochan.glue.api.errors import EntityNotFoundException
from lochan.glue.api.records import (
    Bookmark,
    Classifier,
    Connection,
    Crawl,
    Crawler,
    Database,
    Job,
    JobRun,
    Partition,
    SecurityConfiguration,
    Table,
    Trigger,
)

TableKey = tuple[str, str]
Partitions = dict[tuple[str, ...], Partition]


class Worker(Protocol):
    """Who runs jobs and crawls; every call returns at once and is carried out in order."""

    def start_run(self, run_id: str, description: Mapping[str, Any]) -> None:
        """Run a job."""

    def stop_run(self, run_id: str) -> None:
        """Stop a run."""

    def start_crawl(self, crawl_id: str, description: Mapping[str, Any]) -> None:
        """Run a crawler."""

    def stop_crawl(self, crawl_id: str) -> None:
        """Stop a crawl."""


def utc_now() -> datetime:
    """Return the present time with its zone."""
    return datetime.now(UTC)


@dataclass
class GlueState:
    """Everything Glue knows in one account and region; hold `lock` to read or change it."""

    account: str
    region: str
    worker: Worker
    now: Callable[[], datetime] = utc_now
    lock: threading.RLock = field(default_factory=threading.RLock)
    databases: dict[str, Database] = field(default_factory=dict)
    tables: dict[TableKey, Table] = field(default_factory=dict)
    archived_tables: dict[TableKey, tuple[Table, ...]] = field(default_factory=dict)
    partitions: dict[TableKey, Partitions] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    classifiers: dict[str, Classifier] = field(default_factory=dict)
    security_configurations: dict[str, SecurityConfiguration] = field(default_factory=dict)
    crawlers: dict[str, Crawler] = field(default_factory=dict)
    crawls: dict[str, Crawl] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    runs: dict[str, JobRun] = field(default_factory=dict)
    bookmarks: dict[str, tuple[Bookmark, ...]] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    # Ids of the runs and crawls that have made a conditional trigger fire, by its name.
    spent: dict[str, frozenset[str]] = field(default_factory=dict)
    tags: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _sequence: Iterator[int] = field(default_factory=itertools.count)

    def next_sequence(self) -> int:
        """Return a number greater than all before: two runs may start in the same microsecond."""
        return next(self._sequence)

    def arn(self, kind: str, name: str) -> str:
        """Return the name under which tags know a resource of this account."""
        return f"arn:aws:glue:{self.region}:{self.account}:{kind}/{name}"


def fold(name: str) -> str:
    """Return a catalog name as Glue stores it: in lower case, for Hive."""
    return name.lower()


def check_catalog(state: GlueState, request: Mapping[str, Any]) -> None:
    """Refuse a catalog other than the account's own, which is the only one here."""
    catalog = request.get("CatalogId", state.account)
    if catalog != state.account:
        raise EntityNotFoundException(
            f"Catalog {catalog} not found: Lochan holds the catalog {state.account} of the calling"
            " account only."
        )


class Accounts:
    """The states of all accounts and regions, made when first asked for."""

    def __init__(self, connect: "Callable[[Accounts], Worker]") -> None:
        self._states: dict[tuple[str, str], GlueState] = {}
        self._lock = threading.Lock()
        self._worker = connect(self)

    def state(self, account: str, region: str) -> GlueState:
        """Return the state of one account and region."""
        with self._lock:
            key = (account, region)
            if key not in self._states:
                self._states[key] = GlueState(account, region, self._worker)
            return self._states[key]

    def all(self) -> tuple[GlueState, ...]:
        """Return every state that exists."""
        with self._lock:
            return tuple(self._states.values())

"""The plan: which partitions are missing, which have changed, and what is left as it is.

A partition of the source is compared by its name with the ledger, and by its objects (keys and
ETags) with what its published copy was made of. Names of all partitions are compared, by one
statement and one listing by delimiter; objects only of those that are missing and of the newest
that are loaded, so that a run costs the same however much is loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.academy.names import SPECS, Names
from tasks.academy.recorded import Published, read_published
from tasks.academy.source import (
    FoundPartitions,
    SourcePartition,
    get_partitions_from_s3,
    read_partition,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3_THREADS = 16

# In S3 and not in Redshift.
MISSING = "missing"
# In both, with other objects than it was loaded from.
CHANGED = "changed"
# Published as it is, and not loaded: an earlier run ended between the two.
UNLOADED = "unloaded"
# In both, the same.
CURRENT = "current"
# A folder without data objects.
EMPTY = "empty"
STATES = (MISSING, CHANGED, UNLOADED, CURRENT, EMPTY)


@dataclass(frozen=True)
class ComparedPartition:
    """A partition that was looked into."""

    value: str
    state: str
    source: SourcePartition


@dataclass(frozen=True)
class TablePlan:
    """What is there of a table and what is to be done.

    `unchecked` are the partitions in both places whose objects were not compared; `gone` are those
    in Redshift that S3 no longer has: their rows stay.
    """

    table: str
    found: FoundPartitions
    recorded: int
    compared: tuple[ComparedPartition, ...]
    unchecked: int
    gone: tuple[str, ...]

    def of(self, *states: str) -> tuple[ComparedPartition, ...]:
        """Return the partitions in one of the states, by day."""
        return tuple(one for one in self.compared if one.state in states)

    @property
    def to_extract(self) -> tuple[ComparedPartition, ...]:
        """Return the partitions that the job has to read."""
        return self.of(MISSING, CHANGED)

    @property
    def to_load(self) -> tuple[str, ...]:
        """Return the days that Redshift has to load."""
        return tuple(one.value for one in self.of(MISSING, CHANGED, UNLOADED))

    def as_row(self) -> dict[str, Any]:
        """Return a row of a table of counts."""
        return {
            "table": self.table,
            "in S3": len(self.found.values),
            "in Redshift": self.recorded,
            **{state: len(self.of(state)) for state in STATES},
            "unchecked": self.unchecked,
            "gone": len(self.gone),
            "passed over": len(self.found.passed_over),
            "bytes to read": sum(one.source.bytes for one in self.to_extract),
        }


def plan_table(
    s3: S3Client,
    names: Names,
    table: str,
    *,
    recorded: Mapping[str, frozenset[str]],
    processed_bucket: str,
    recheck: int | None,
) -> TablePlan:
    """Compare a table's partitions; `recheck` is of how many loaded ones the objects are compared.

    recorded: loads by day, as the ledger has them. recheck: the newest so many, None for all.
    """
    found = get_partitions_from_s3(s3, names, table)
    missing = [value for value in found.values if value not in recorded]
    loaded = [value for value in found.values if value in recorded]
    checked = loaded if recheck is None else loaded[len(loaded) - min(recheck, len(loaded)) :]

    def look(value: str) -> ComparedPartition:
        source = read_partition(s3, names, table, value)
        published = read_published(s3, processed_bucket, SPECS[table], value)
        state = compare(source, published, recorded.get(value))
        return ComparedPartition(value, state, source)

    with ThreadPoolExecutor(S3_THREADS) as threads:
        compared = tuple(threads.map(look, sorted([*missing, *checked])))
    return TablePlan(
        table=table,
        found=found,
        recorded=len(recorded),
        compared=compared,
        unchecked=len(loaded) - len(checked),
        gone=tuple(sorted(recorded.keys() - set(found.values))),
    )


def compare(
    source: SourcePartition, published: Published | None, loads: frozenset[str] | None
) -> str:
    """Name the state of a partition; `loads` are those that the ledger has of it, None if none."""
    if not source.objects:
        return EMPTY
    if published is None or published.source_id != source.source_id:
        return MISSING if loads is None else CHANGED
    return CURRENT if loads and published.load_id in loads else UNLOADED


def make_document(
    plans: Iterable[TablePlan], names: Names, *, processed_bucket: str, reject_limit: int
) -> dict[str, Any]:
    """Write down for the job what it has to do; `plan_id` is the hash of the rest."""
    document: dict[str, Any] = {
        "source_bucket": names.bucket,
        "raw_database": names.raw_database,
        "processed_bucket": processed_bucket,
        "processed_database": names.processed_database,
        "reject_limit": reject_limit,
        "tables": [
            {
                "table": plan.table,
                "raw_name": names.raw_names[plan.table],
                "processed_name": names.raw_names[plan.table],
                "partitions": [_describe(names, plan.table, one) for one in plan.to_extract],
            }
            for plan in plans
            if plan.to_extract
        ],
    }
    text = json.dumps(document, sort_keys=True)
    return document | {"plan_id": hashlib.sha256(text.encode()).hexdigest()}


def _describe(names: Names, table: str, partition: ComparedPartition) -> dict[str, Any]:
    return {
        "value": partition.value,
        "source_id": partition.source.source_id,
        "prefix": names.prefix(table, partition.value),
        "bytes": partition.source.bytes,
        "etags": {stored.key: stored.etag for stored in partition.source.objects},
    }

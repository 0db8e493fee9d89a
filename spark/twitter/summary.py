"""What a run of process_tweets did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from spark.quality import RuleOutcome
from spark.tables import Counts
from spark.twitter.publication import Touched


@dataclass(frozen=True)
class TouchedPartition:
    """A partition that the input falls in; unchanged where it held every row already."""

    table: str
    partition: str
    rows: int
    objects: int
    changed: bool


@dataclass(frozen=True)
class Summary:
    """Everything that a run did. `load_id` is the hash of the landed objects that it read."""

    load_id: str
    landed_objects: int
    api_errors: int
    tables: dict[str, Counts]
    partitions: tuple[TouchedPartition, ...]
    quarantine_uri: str | None
    quality: dict[str, tuple[RuleOutcome, ...]] = field(default_factory=dict)


def touched_partitions(touched: Iterable[Touched]) -> tuple[TouchedPartition, ...]:
    """Describe partitions by the markers that they have now, sorted by table and date."""
    described = (
        TouchedPartition(
            one.description.table_name,
            one.marker.partition,
            one.marker.rows,
            len(one.marker.objects),
            one.changed,
        )
        for one in touched
    )
    return tuple(sorted(described, key=lambda one: (one.table, one.partition)))


def summary_lines(summary: Summary) -> list[str]:
    """Say what a run did, for its log: a line for each table, then quarantine and quality."""
    lines = [
        f"{name}: {counts.input} input, {counts.loaded} loaded, {counts.rejected} rejected, "
        f"{counts.duplicate} duplicate"
        for name, counts in summary.tables.items()
    ]
    rejected = sum(counts.rejected for counts in summary.tables.values())
    where = f" in {summary.quarantine_uri}" if summary.quarantine_uri else ""
    rules = sum(len(outcomes) for outcomes in summary.quality.values())
    return [
        *lines,
        f"quarantine: {rejected} records{where}",
        f"quality: {rules} rules of {len(summary.quality)} tables hold",
    ]

"""What could not be used, laid aside with its place, the reason and the raw record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.rejects import lay_aside
from spark.tables import REJECT
from spark.twitter.census import Census
from spark.twitter.transforms.records import PAGES, flatten_rejects
from spark.zone import Zone


class TooManyRejects(Exception):
    """More is unusable than the run may bear; nothing was published."""


@dataclass(frozen=True)
class Quarantine:
    """How many rejects each table has, and where they lie; no URI where there are none."""

    counts: Counter[str]
    uri: str | None


def quarantine_rejects(
    records: DataFrame,
    census: Census,
    damage: Sequence[tuple[str, str]],
    zone: Zone,
    load_id: str,
) -> Quarantine:
    """Write the rejects of the records, and the damaged objects, as JSON lines.

    The folder is named after the input, so that a repeated run replaces what it wrote before.
    """
    counts = Counter(census.rejected) + Counter({PAGES: len(damage)})
    if not counts:
        return Quarantine(counts, None)
    uri = zone.uri(f"quarantine/{zone.dataset}/load_id={load_id}/")
    rejects = flatten_rejects(records).unionByName(_damage_frame(records.sparkSession, damage))
    lay_aside(rejects, uri)
    return Quarantine(counts, uri)


def enforce_limit(quarantine: Quarantine, limit: int) -> None:
    """Raise TooManyRejects above the limit."""
    total = quarantine.counts.total()
    if total > limit:
        by_table = ", ".join(f"{count} of {name}" for name, count in quarantine.counts.items())
        raise TooManyRejects(
            f"{total} records are unusable ({by_table}), the limit is {limit}; nothing was "
            f"published. Look at {quarantine.uri}, then raise --reject_limit or mend the source."
        )


def _damage_frame(spark: SparkSession, damage: Sequence[tuple[str, str]]) -> DataFrame:
    """Hold objects that gave no text at all as rows of REJECT, without a position or a record."""
    rows = [{"table_name": PAGES, "file": key, "reason": reason} for key, reason in damage]
    array = F.from_json(F.lit(json.dumps(rows)), f"array<{REJECT.simpleString()}>")
    return spark.range(1).select(F.inline(array))

"""How many files an event hour gets, planned from how large its rows are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from spark.repartition.generations import Generation


@dataclass(frozen=True)
class PlannedHour:
    """What an event hour will be at most: the rows that arrived and those that it has."""

    rows: int
    bytes: int
    files: int


def plan_files(
    arrived: Mapping[str, int],
    existing: Mapping[str, Generation],
    *,
    input_bytes: int,
    file_bytes: int,
) -> dict[str, PlannedHour]:
    """Plan the files of each event hour that rows arrived for.

    A row is as large as those that lie there already; where that is not known, as it is in the
    compressed input, which Parquet comes close to.
    """
    stored_bytes = sum(one.bytes for one in existing.values())
    if stored_bytes:
        row_bytes = stored_bytes / sum(one.rows for one in existing.values())
    else:
        row_bytes = input_bytes / max(1, sum(arrived.values()))
    planned = {}
    for hour, rows in arrived.items():
        total = rows + (existing[hour].rows if hour in existing else 0)
        size = math.ceil(total * row_bytes)
        planned[hour] = PlannedHour(total, size, max(1, math.ceil(size / file_bytes)))
    return planned

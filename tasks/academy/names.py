"""The names that a synchronization is about, and which table of the warehouse each is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.academy import ACADEMY
from warehouse.tables import TableSpec

SPECS: Mapping[str, TableSpec] = {spec.table: spec for spec in ACADEMY}
_PARTITION = re.compile(r"dt=(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Names:
    """Where the raw data are and where they go.

    `raw_names` are by table of the warehouse: each is a folder of the bucket, and the table of its
    name in both catalog databases.
    """

    bucket: str
    raw_database: str
    processed_database: str
    raw_names: Mapping[str, str]

    def prefix(self, table: str, value: str | None = None) -> str:
        """Name the prefix of a table or of one of its partitions in the bucket."""
        partition = "" if value is None else f"dt={value}/"
        return f"{self.raw_names[table]}/{partition}"


def parse_partition(folder: str) -> str | None:
    """Return the day of a folder named `dt=2026-11-20`; None where it is named otherwise."""
    match = _PARTITION.fullmatch(folder)
    if match is None:
        return None
    try:
        return datetime.date.fromisoformat(match[1]).isoformat()
    except ValueError:
        return None

"""The table that ends a run's report in a terminal: what became of the rows of each table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from rich.table import Table


class Counted(Protocol):
    """Something of which input = loaded + rejected + duplicate."""

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Return input, loaded, rejected and duplicate."""


def draw_tables(rows: Mapping[str, int], parts: Mapping[str, Iterable[Counted]]) -> Table:
    """Draw a line for each table: the sums of its parts in this run, and the rows that it has."""
    drawn = Table("Redshift table")
    for heading in ("input", "loaded", "rejected", "duplicate", "rows now"):
        drawn.add_column(heading, justify="right")
    for name, count in rows.items():
        nothing = (0, 0, 0, 0)
        sums = map(sum, zip(nothing, *(part.counts for part in parts.get(name, ())), strict=True))
        drawn.add_row(name, *(f"{number:,}" for number in (*sums, count)))
    return drawn


def group_parts(schema: str, parts: Iterable[tuple[str, Counted]]) -> Mapping[str, list[Counted]]:
    """Group what was counted of tables by `schema.table`."""
    grouped: dict[str, list[Counted]] = {}
    for table, part in parts:
        grouped.setdefault(f"{schema}.{table}", []).append(part)
    return grouped

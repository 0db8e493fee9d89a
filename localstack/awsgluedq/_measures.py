"""What the rules of a ruleset have to know of the data, gathered for one Spark action.

Everything that a plain aggregate tells is one aggregation over the frame. What needs a query of its
own (how often each value occurs, a join with another frame) adds one row to the same action.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from awsgluedq import _sql


@dataclass(eq=False)
class _Query:
    """A frame and the aggregates that are asked of it: numbers, and texts."""

    frame: DataFrame
    numbers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def row(self, place: int) -> DataFrame:
        """Plan the answers as one row."""
        numbers = ", ".join(f"double({one})" for one in self.numbers)
        texts = ", ".join(f"string({one})" for one in self.texts)
        return self.frame.selectExpr(
            f"{place} AS query",
            f"CAST(array({numbers}) AS array<double>) AS numbers",
            f"CAST(array({texts}) AS array<string>) AS texts",
        )


class Measures:
    """Collects aggregates; each is named by what gives its value in the row of `answers`."""

    def __init__(self, frame: DataFrame) -> None:
        self._primary = frame
        # An aggregate makes one row of no rows, as long as there is one.
        self._queries = [_Query(frame, ["count(*)"])]
        self._frequencies: dict[str, _Query] = {}

    def number(self, aggregate: str) -> str:
        """Measure an aggregate of the frame as a double."""
        return self._ask(self._queries[0], aggregate)

    def text(self, aggregate: str) -> str:
        """Measure an aggregate of the frame as a text."""
        texts = self._queries[0].texts
        if aggregate not in texts:
            texts.append(aggregate)
        return f"texts_0[{texts.index(aggregate)}]"

    def query(self, frame: DataFrame, aggregates: Sequence[str]) -> list[str]:
        """Measure aggregates of another frame as doubles."""
        query = _Query(frame)
        self._queries.append(query)
        return [self._ask(query, aggregate) for aggregate in aggregates]

    def frequencies(
        self, columns: Sequence[str], where: str | None, aggregates: Sequence[str]
    ) -> list[str]:
        """Measure aggregates of how often each combination of values occurs: `__dq_n` rows have it.

        Rows with a null among the columns are left out.
        """
        names = [_sql.name(column) for column in columns]
        present = _sql.both(where, *(f"{name} IS NOT NULL" for name in names))
        key = f"{present} {names}"
        if key not in self._frequencies:
            counted = self._primary.where(present).groupBy(*names).agg(F.expr("count(*) AS __dq_n"))
            self._frequencies[key] = _Query(counted)
            self._queries.append(self._frequencies[key])
        return [self._ask(self._frequencies[key], aggregate) for aggregate in aggregates]

    def answers(self) -> DataFrame:
        """Plan the frame of one row in which the expressions have their values."""
        rows = [query.row(place) for place, query in enumerate(self._queries)]
        columns = [
            f"max(CASE WHEN query = {place} THEN {kind} END) AS {kind}_{place}"
            for place in range(len(rows))
            for kind in ("numbers", "texts")
        ]
        return reduce(DataFrame.unionAll, rows).selectExpr(*columns)

    def _ask(self, query: _Query, aggregate: str) -> str:
        if aggregate not in query.numbers:
            query.numbers.append(aggregate)
        return f"numbers_{self._queries.index(query)}[{query.numbers.index(aggregate)}]"

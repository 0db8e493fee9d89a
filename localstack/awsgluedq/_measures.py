"""What the rules of a ruleset have to know of the data, taken in one Spark action.

Everything that a plain aggregate tells is one aggregation over the frame. What needs a query of its
own (how often each value occurs, a join with another frame) adds one row to the same action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from awsgluedq import _sql

# What was measured, once it has been taken; null where there is nothing to measure.
Value = Callable[[], float | None]
Text = Callable[[], str | None]

# Of frequencies: values that occur once, rows, distinct values.
UNIQUE, ROWS, DISTINCT = "count_if(__dq_n = 1)", "sum(__dq_n)", "count(*)"


@dataclass(eq=False)
class _Query:
    """A frame and the aggregates that are asked of it, numbers and texts; then their values."""

    frame: DataFrame
    numbers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    number_values: list[float | None] = field(default_factory=list)
    text_values: list[str | None] = field(default_factory=list)

    def number(self, aggregate: str) -> Value:
        """Ask for a number."""
        place = _place(self.numbers, aggregate)
        return lambda: self.number_values[place]

    def text(self, aggregate: str) -> Text:
        """Ask for a text."""
        place = _place(self.texts, aggregate)
        return lambda: self.text_values[place]

    def row(self, query: int) -> DataFrame:
        """Plan the values as one row."""
        numbers = ", ".join(f"double({one})" for one in self.numbers)
        texts = ", ".join(f"string({one})" for one in self.texts)
        return self.frame.selectExpr(
            f"{query} AS query",
            f"CAST(array({numbers}) AS array<double>) AS numbers",
            f"CAST(array({texts}) AS array<string>) AS texts",
        )


class Measures:
    """Collects what to measure; the values are there after `take`."""

    def __init__(self, frame: DataFrame) -> None:
        self._primary = _Query(frame, ["count(*)"])
        self._queries = [self._primary]
        self._frequencies: dict[str, _Query] = {}

    def number(self, aggregate: str) -> Value:
        """Measure an aggregate of the frame."""
        return self._primary.number(aggregate)

    def text(self, aggregate: str) -> Text:
        """Measure an aggregate of the frame, as text."""
        return self._primary.text(aggregate)

    def query(self, frame: DataFrame, aggregates: Sequence[str]) -> list[Value]:
        """Measure aggregates of another frame."""
        query = _Query(frame)
        self._queries.append(query)
        return [query.number(aggregate) for aggregate in aggregates]

    def frequencies(
        self, columns: Sequence[str], where: str | None, aggregates: Sequence[str]
    ) -> list[Value]:
        """Measure aggregates of how often each combination of values occurs: __dq_n rows have it.

        Rows with a null among the columns are left out.
        """
        names = [_sql.name(column) for column in columns]
        present = _sql.both(where, *(f"{name} IS NOT NULL" for name in names))
        key = f"{names} {present}"
        if key not in self._frequencies:
            rows = self._primary.frame.where(present)
            counted = rows.groupBy(*names).agg(F.expr("count(*) AS __dq_n"))
            self._frequencies[key] = _Query(counted)
            self._queries.append(self._frequencies[key])
        return [self._frequencies[key].number(aggregate) for aggregate in aggregates]

    def take(self) -> None:
        """Measure what was asked for."""
        rows = [query.row(number) for number, query in enumerate(self._queries)]
        for row in reduce(DataFrame.unionAll, rows).collect():
            query = self._queries[row["query"]]
            query.number_values, query.text_values = row["numbers"], row["texts"]


def _place(asked: list[str], aggregate: str) -> int:
    if aggregate not in asked:
        asked.append(aggregate)
    return asked.index(aggregate)

"""What the rules of a ruleset have to know of the data, gathered for one Spark action.

Everything that a plain aggregate tells is one aggregation over the frame. What needs a query of its
own (how often each value occurs, a join with another frame) adds one row to the same action. All
numbers come out as texts in arrays, by query, because a union wants rows of one type; a double's
text is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame

from awsgluedq import _sql

_QUERY, _ANSWERS = "query", "answers"


class Measures:
    """Collects expressions; each is named by what gives its value in the frame of `answer`."""

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame
        self._aggregates: list[str] = []
        self._queries: list[tuple[DataFrame, list[str]]] = []
        self._frequencies: dict[tuple[tuple[str, ...], str | None], int] = {}

    def number(self, aggregate: str) -> str:
        """Measure an aggregate of the frame as a double."""
        return f"double({self.value(aggregate)})"

    def value(self, aggregate: str) -> str:
        """Measure an aggregate of the frame as text."""
        if aggregate not in self._aggregates:
            self._aggregates.append(aggregate)
        return f"{_answers(0)}[{self._aggregates.index(aggregate)}]"

    def query(self, frame: DataFrame, aggregates: Sequence[str]) -> list[str]:
        """Measure aggregates of another frame as doubles."""
        self._queries.append((frame, list(aggregates)))
        query = _answers(len(self._queries))
        return [f"double({query}[{index}])" for index in range(len(aggregates))]

    def frequencies(
        self, columns: Sequence[str], where: str | None, what: Sequence[str]
    ) -> list[str]:
        """Measure aggregates of how often each combination of values occurs: `n` rows have it.

        Rows with a null among the columns are left out.
        """
        key = (tuple(columns), where)
        if key not in self._frequencies:
            names = [_sql.name(column) for column in columns]
            present = [f"{name} IS NOT NULL" for name in names]
            counted = self.frame.where(_sql.both(where, *present)).groupBy(*names)
            self._queries.append((counted.agg({"*": "count"}).toDF(*_places(names), "n"), []))
            self._frequencies[key] = len(self._queries)
        number = self._frequencies[key]
        aggregates = self._queries[number - 1][1]
        for aggregate in what:
            if aggregate not in aggregates:
                aggregates.append(aggregate)
        return [f"double({_answers(number)}[{aggregates.index(one)}])" for one in what]

    def answer(self) -> DataFrame:
        """Return the frame of one row in which the expressions have their values."""
        queries = [(self.frame, self._aggregates or ["count(*)"]), *self._queries]
        rows = [
            frame.selectExpr(
                f"{number} AS {_QUERY}",
                f"array({', '.join(f'string({one})' for one in aggregates)}) AS {_ANSWERS}",
            )
            for number, (frame, aggregates) in enumerate(queries)
        ]
        if len(rows) == 1:
            return rows[0].withColumnRenamed(_ANSWERS, _answers(0))
        return reduce(DataFrame.unionAll, rows).selectExpr(
            *(
                f"max(CASE WHEN {_QUERY} = {number} THEN {_ANSWERS} END) AS {_answers(number)}"
                for number in range(len(rows))
            )
        )


def _answers(query: int) -> str:
    return f"{_ANSWERS}_{query}"


def _places(names: Sequence[str]) -> list[str]:
    return [f"column_{place}" for place in range(len(names))]

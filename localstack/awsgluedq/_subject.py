"""The frame whose rules are evaluated, as the rules look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyspark.errors import AnalysisException, IllegalArgumentException, ParseException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from awsgluedq._measures import Measures
from awsgluedq._ruleset import Rule


@dataclass(frozen=True)
class Subject:
    """The primary frame, what is measured of it, and the other data sources by alias."""

    frame: DataFrame
    measures: Measures
    others: Mapping[str, DataFrame]

    @cached_property
    def _types(self) -> dict[str, DataType]:
        return column_types(self.frame)

    def type_of(self, column: str) -> DataType | None:
        """Return the type of a column; None where there is no such column."""
        return self._types.get(column.lower())

    def missing(self, columns: Iterable[str]) -> str | None:
        """Return the first of the columns that is not there."""
        return next((column for column in columns if self.type_of(column) is None), None)


def column_types(frame: DataFrame) -> dict[str, DataType]:
    """Return the types of a frame's columns; Spark takes names in any case."""
    return {field.name.lower(): field.dataType for field in frame.schema.fields}


def check_where_syntax(rule: Rule) -> None:
    """Raise IllegalArgumentException where a where clause is not one expression of Spark SQL."""
    if rule.where is None:
        return
    try:
        F.expr(rule.where)
    except ParseException as error:
        raise _invalid_where(rule, error) from None


def check_where(rule: Rule, frame: DataFrame) -> None:
    """Raise IllegalArgumentException where a where clause is no condition on the frame."""
    if rule.where is None:
        return
    try:
        frame.where(rule.where)
    except AnalysisException as error:
        raise _invalid_where(rule, error) from None


def _invalid_where(rule: Rule, error: Exception) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"Rule {rule.text} has provided an invalid where clause :\n{error}"
    )

"""Tables of the processed zone, and the types of their columns."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

EVENT_DATE = "event_date"


def struct_of(**fields: DataType) -> StructType:
    """Build a struct of nullable fields."""
    return StructType([StructField(name, kind) for name, kind in fields.items()])


TEXT, ID, COUNT = StringType(), LongType(), LongType()
TIMESTAMP, FLAG, POSITION, DEGREES = TimestampType(), BooleanType(), IntegerType(), DoubleType()

REJECT = struct_of(table_name=TEXT, file=TEXT, position=TEXT, reason=TEXT, record=TEXT)


@dataclass(frozen=True)
class Table:
    """A table of the processed zone: its columns in file order, and what makes a row the same row.

    COPY maps Parquet columns by position, so the order is the warehouse's order.
    """

    name: str
    columns: StructType
    keys: tuple[str, ...]

    @property
    def partitioned(self) -> StructType:
        """The columns with the partition column, which lives in the path and not in the file."""
        return StructType([*self.columns.fields, StructField(EVENT_DATE, DateType())])


@dataclass(frozen=True)
class Counts:
    """What became of a table's input: input = loaded + rejected + duplicate."""

    input: int
    loaded: int
    rejected: int
    duplicate: int

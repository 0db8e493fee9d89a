"""Readings as they were read, all text, become typed rows in the hour of their event, or rejects.

In come the declared fields as strings, the arrival hour's year, month, day and hour, and `file`.
Out come the declared columns, event_time, arrived_at (the start of the arrival hour), event_hour,
and for a reject its reason and record.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from spark.repartition.request import EventTime, Shape
from spark.repartition.times import HOUR_PARTS, ISO8601, hour_of, parse_time

EVENT_TIME, ARRIVED_AT, EVENT_HOUR = "event_time", "arrived_at", "event_hour"
FILE, REASON, RECORD = "file", "reason", "record"
SHOWN_CHARACTERS = 80

TYPES: dict[str, DataType] = {
    "string": StringType(),
    "int": IntegerType(),
    "bigint": LongType(),
    "double": DoubleType(),
    "boolean": BooleanType(),
    "timestamp": TimestampType(),
}
# What any type of whole numbers holds, which is nearly all of them.
_SHORT = r"^[+-]?\d{1,9}$"
_WHOLE = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}


def table_schema(shape: Shape) -> StructType:
    """Return the columns of the table's files, in their order."""
    fields = [StructField(name, TYPES[kind]) for name, kind in shape.columns.items()]
    times = [StructField(name, TimestampType()) for name in (EVENT_TIME, ARRIVED_AT)]
    return StructType([*fields, *times])


def read_readings(raw: DataFrame, shape: Shape, event_time: EventTime) -> DataFrame:
    """Type the readings, and say of each that cannot be used why."""
    # Columns of their own and no struct: Spark would read each text again wherever it is used.
    parsed = raw.select(
        *(F.col(f"`{name}`").alias(_raw(name)) for name in raw_names(shape, event_time)),
        *(_cast(F.col(f"`{name}`"), kind).alias(name) for name, kind in shape.columns.items()),
        parse_time(F.col(event_time.field), event_time.format, event_time.zone).alias(EVENT_TIME),
        _arrived_at().alias(ARRIVED_AT),
        F.col(FILE),
    )
    record = F.struct(*(_text(name).alias(name) for name in raw_names(shape, event_time)))
    judged = parsed.withColumn(REASON, F.coalesce(*_reasons(shape, event_time)))
    return judged.select(
        *shape.columns,
        EVENT_TIME,
        ARRIVED_AT,
        F.when(F.col(REASON).isNull(), hour_of(F.col(EVENT_TIME))).alias(EVENT_HOUR),
        FILE,
        REASON,
        F.when(F.col(REASON).isNotNull(), F.to_json(record)).alias(RECORD),
    )


def raw_names(shape: Shape, event_time: EventTime) -> list[str]:
    """Name the fields that a reading is judged by."""
    return list(dict.fromkeys([*shape.columns, event_time.field]))


def _raw(name: str) -> str:
    """Name the column of a field as it was read; no field has a dot."""
    return f"raw.{name}"


def _text(name: str) -> Column:
    return F.col(f"`{_raw(name)}`")


def _arrived_at() -> Column:
    year, month, day, hour = (F.col(name).cast("int") for name in HOUR_PARTS)
    return F.make_timestamp(year, month, day, hour, F.lit(0), F.lit(0).cast("decimal(16,6)"))


def _cast(text: Column, kind: str) -> Column:
    """Return the value that the text says in full, null where it says none of the type."""
    if kind == "string":
        return text
    if kind == "timestamp":
        return parse_time(text, ISO8601, "UTC")
    if kind == "boolean":
        return F.when(F.lower(text).isin("true", "false"), F.lower(text) == "true")
    if kind in _WHOLE:
        # One fraction in an hour makes JSON's readers give all its numbers as fractions.
        exact = text.cast("decimal(38,9)")
        least, most = (F.lit(str(end)).cast("decimal(20,0)") for end in _WHOLE[kind])
        is_whole = (exact == F.floor(exact)) & exact.between(least, most)
        slow = F.when(is_whole, exact.cast(TYPES[kind]))
        return F.when(text.rlike(_SHORT), text.cast(TYPES[kind])).otherwise(slow)
    return text.cast(TYPES[kind])


def _reasons(shape: Shape, event_time: EventTime) -> Iterator[Column]:
    """Yield a column for each thing that may be wrong: the reason, or null."""
    yield _missing(shape.id_field)
    yield _missing(event_time.field)
    moment, written = F.col(EVENT_TIME), _shown(event_time.field)
    field = event_time.field
    kind = f"no {event_time.format} time" if event_time.format != "auto" else "no time"
    yield F.when(moment.isNull(), F.concat(F.lit(f"{field} "), written, F.lit(f" is {kind}")))
    earliest = F.lit(event_time.earliest).cast("timestamp")
    yield F.when(
        moment < earliest,
        F.concat(F.lit(f"{field} "), written, F.lit(f" is before {event_time.earliest}")),
    )
    latest = F.col(ARRIVED_AT) + F.expr(
        f"INTERVAL {60 + event_time.future_tolerance_minutes} MINUTES"
    )
    hour = F.date_format(ARRIVED_AT, "yyyy-MM-dd HH:mm")
    yield F.when(
        moment >= latest,
        F.concat(F.lit(f"{field} "), written, F.lit(" is after the arrival hour "), hour),
    )
    for name, column_kind in shape.columns.items():
        if column_kind != "string":
            unread = _text(name).isNotNull() & F.col(name).isNull()
            text = F.concat(F.lit(f"{name} "), _shown(name), F.lit(f" is no {column_kind}"))
            yield F.when(unread, text)


def _missing(name: str) -> Column:
    field = _text(name)
    return F.when(field.isNull() | (F.trim(field) == ""), F.lit(f"{name} is missing"))


def _shown(name: str) -> Column:
    return F.concat(F.lit("'"), F.substring(_text(name), 1, SHOWN_CHARACTERS), F.lit("'"))

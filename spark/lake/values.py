"""One value on its way into a column: converted exactly, or refused with the reason.

Spark's casts are lenient: they cut '12.5' down to 12, wrap numbers that are too large around and
turn what they cannot read into null. Here a value either arrives as it was or is a problem.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark.lake.plan import TargetType

LONGEST_VARCHAR = 65535
# A row of COPY may have 4 MB: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
LONGEST_JSON = 1024 * 1024
SHOWN_CHARACTERS = 40

_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_NESTED = (T.ArrayType, T.MapType, T.StructType)
_WHOLE = T.DecimalType(38, 0)
_MOST_FRACTION = 18
_INTEGER = r"^[+-]?[0-9]{1,38}$"


@dataclass(frozen=True)
class Converted:
    """A value in its column's type, and what is wrong with it; either is null."""

    value: Column
    problem: Column


Convert = Callable[[Column, T.DataType, TargetType], Column]


def convert(column: Column, source: T.DataType, target: TargetType) -> Converted:
    """Convert a value; a struct is a choice, of which whichever member is there is converted."""
    if isinstance(source, T.StructType) and target.name != "super":
        return _convert_choice(column, source, target)
    converted = _CONVERSIONS[target.name](column, source, target)
    too_long = _describe_length(converted, target)
    unread = F.when(
        _is_there(column, source) & converted.isNull(), _describe(column, source, target)
    )
    problem = unread if too_long is None else F.coalesce(unread, too_long)
    return Converted(F.when(problem.isNull(), converted), problem)


def _convert_choice(column: Column, source: T.StructType, target: TargetType) -> Converted:
    members = [
        convert(column.getField(member.name), member.dataType, target) for member in source.fields
    ]
    return Converted(
        F.coalesce(*(member.value for member in members)),
        F.coalesce(*(member.problem for member in members)),
    )


def _is_there(column: Column, source: T.DataType) -> Column:
    """Tell whether there is a value: blank text and not-a-number are none in a typed column."""
    if isinstance(source, T.StringType):
        return F.trim(column) != ""
    if isinstance(source, (T.DoubleType, T.FloatType)):
        return column.isNotNull() & ~F.isnan(column)
    return column.isNotNull()


def _describe(column: Column, source: T.DataType, target: TargetType) -> Column:
    shown = F.to_json(column) if isinstance(source, _NESTED) else column.cast("string")
    return F.concat(F.lit("'"), F.substring(shown, 1, SHOWN_CHARACTERS), F.lit(f"' is no {target}"))


def _describe_length(converted: Column, target: TargetType) -> Column | None:
    if target.name == "super":
        return F.when(
            F.octet_length(converted) > LONGEST_JSON,
            F.lit(f"is more than {LONGEST_JSON} bytes of JSON"),
        )
    if target.name not in ("varchar", "char"):
        return None
    fixed = target.stated or target.name == "char"
    limit = target.arguments[0] if fixed else LONGEST_VARCHAR
    return F.when(F.octet_length(converted) > limit, F.lit(f"is longer than {limit} bytes")).when(
        F.instr(converted, "\0") > 0, F.lit("holds the character NUL")
    )


def _to_text(column: Column, source: T.DataType, target: TargetType) -> Column:
    if isinstance(source, _NESTED):
        return F.to_json(column, {"ignoreNullFields": "false"})
    return F.hex(column) if isinstance(source, T.BinaryType) else column.cast("string")


def _to_integer(column: Column, source: T.DataType, target: TargetType) -> Column:
    low, high = _RANGES[target.name]
    whole = _to_whole(column, source)
    fits = whole.between(F.lit(low).cast(_WHOLE), F.lit(high).cast(_WHOLE))
    return F.when(fits, whole.cast(target.name if target.name != "integer" else "int"))


def _to_whole(column: Column, source: T.DataType) -> Column:
    """Return the number without fraction that a value is; null where it is none."""
    if isinstance(source, T.StringType):
        text = F.trim(column)
        return F.when(text.rlike(_INTEGER), text.cast(_WHOLE))
    if isinstance(source, (T.DoubleType, T.FloatType, T.DecimalType)):
        return F.when(column == F.floor(column), column.cast(_WHOLE))
    if isinstance(source, (T.IntegralType, T.BooleanType)):
        return column.cast("bigint").cast(_WHOLE)
    return F.lit(None).cast(_WHOLE)


def _to_decimal(column: Column, source: T.DataType, target: TargetType) -> Column:
    precision, scale = target.arguments
    fraction = max(scale, min(_MOST_FRACTION, 38 - (precision - scale)))
    if isinstance(source, (T.DateType, T.TimestampType, T.BinaryType, *_NESTED)):
        return F.lit(None).cast(T.DecimalType(precision, scale))
    number = F.trim(column) if isinstance(source, T.StringType) else column
    exact, rounded = (
        number.cast(T.DecimalType(38, fraction)),
        number.cast(T.DecimalType(precision, scale)),
    )
    return F.when(exact == rounded.cast(T.DecimalType(38, fraction)), rounded)


def _to_float(column: Column, source: T.DataType, target: TargetType) -> Column:
    if isinstance(source, (T.DateType, T.TimestampType, T.BinaryType, *_NESTED)):
        return F.lit(None).cast("double")
    number = (F.trim(column) if isinstance(source, T.StringType) else column).cast("double")
    usable = ~F.isnan(number) & (F.abs(number) != float("inf"))
    if isinstance(source, T.LongType):
        usable = usable & (number.cast(_WHOLE) == column.cast(_WHOLE))
    return F.when(usable, number.cast("float") if target.name == "real" else number)


def _to_boolean(column: Column, source: T.DataType, target: TargetType) -> Column:
    if isinstance(source, (T.StringType, T.BooleanType)):
        return column.cast("boolean")
    if isinstance(source, T.NumericType):
        return F.when(column.isin(0, 1), column == 1)
    return F.lit(None).cast("boolean")


def _to_date(column: Column, source: T.DataType, target: TargetType) -> Column:
    readable = isinstance(source, (T.StringType, T.DateType, T.TimestampType, T.TimestampNTZType))
    return column.cast("date") if readable else F.lit(None).cast("date")


def _to_timestamp(column: Column, source: T.DataType, target: TargetType) -> Column:
    """Read moments; a number may be seconds or milliseconds, and is none."""
    readable = isinstance(source, (T.StringType, T.DateType, T.TimestampType, T.TimestampNTZType))
    return column.cast("timestamp") if readable else F.lit(None).cast("timestamp")


def _to_json(column: Column, source: T.DataType, target: TargetType) -> Column:
    """Write a value as the JSON by which COPY fills SUPER; a text has to be JSON already."""
    if isinstance(source, _NESTED):
        return F.to_json(column, {"ignoreNullFields": "false"})
    if isinstance(source, T.StringType):
        return F.when(F.get_json_object(column, "$").isNotNull(), column)
    return column.cast("string")


def _to_bytes(column: Column, source: T.DataType, target: TargetType) -> Column:
    readable = isinstance(source, (T.BinaryType, T.StringType))
    binary = column.cast("binary") if readable else F.lit(None).cast("binary")
    return F.when(F.octet_length(binary) <= target.arguments[0], binary)


_CONVERSIONS: dict[str, Convert] = {
    "varchar": _to_text,
    "char": _to_text,
    **dict.fromkeys(_RANGES, _to_integer),
    "decimal": _to_decimal,
    "real": _to_float,
    "double precision": _to_float,
    "boolean": _to_boolean,
    "date": _to_date,
    "timestamp": _to_timestamp,
    "timestamptz": _to_timestamp,
    "super": _to_json,
    "varbyte": _to_bytes,
}


def join_problems(problems: list[Column]) -> Column:
    """Join what is wrong with a row's values; null where nothing is."""
    joined = F.concat_ws("; ", *problems)
    return F.when(reduce(lambda a, b: a | b, (p.isNotNull() for p in problems)), joined)

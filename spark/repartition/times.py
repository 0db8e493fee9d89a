"""When something happened, read from text: ISO-8601 with or without offset, or epoch numbers.

Everything is UTC. A time without an offset is of the zone that the caller names: of the two hours
that a change of the clocks makes of one the first is meant, and an hour that it leaves out is
read as if the clocks had been changed already.
https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/ZonedDateTime.html
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

ISO8601, EPOCH_SECONDS, EPOCH_MILLIS, AUTO = "iso8601", "epoch_seconds", "epoch_millis", "auto"
FORMATS = (AUTO, ISO8601, EPOCH_MILLIS, EPOCH_SECONDS)

# An hour in UTC, as folders and records name it.
HOUR_PATTERN = "yyyy-MM-dd-HH"
HOUR_PARTS = ("year", "month", "day", "hour")

_OFFSET = r"(Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
_ISO8601 = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|z|[+-]\d{2}(:?\d{2})?)?$"
_NUMBER = r"^[+-]?\d{1,16}(\.\d{1,9})?([eE][+]?\d{1,2})?$"
_EXACT = "decimal(38,9)"


def parse_time(text: Column, form: str, zone: str) -> Column:
    """Return the moment that the text says, null where it says none."""
    if form == ISO8601:
        return _parse_iso8601(text, zone)
    if form == EPOCH_SECONDS:
        return _parse_number(text, 1_000_000)
    if form == EPOCH_MILLIS:
        return _parse_number(text, 1_000)
    if form == AUTO:
        return F.coalesce(_parse_iso8601(text, zone), _parse_number(text, 1_000))
    raise ValueError(f"An event time is {', '.join(FORMATS)}, not {form!r}.")


def hour_of(moment: Column) -> Column:
    """Name the hour in UTC that a moment falls in, such as 2026-10-25-07."""
    return F.date_format(moment, HOUR_PATTERN)


def split_hour(hour: str) -> tuple[str, str, str, str]:
    """Return year, month, day and hour, each with its leading zeros."""
    year, month, day, clock = hour.split("-")
    return year, month, day, clock


def hour_folder(hour: str) -> str:
    """Name the folder of an hour: year=2026/month=10/day=25/hour=07/."""
    parts = zip(HOUR_PARTS, split_hour(hour), strict=True)
    return "".join(f"{name}={value}/" for name, value in parts)


def _parse_iso8601(text: Column, zone: str) -> Column:
    plain = F.regexp_replace(F.regexp_replace(F.upper(F.trim(text)), ",", "."), " ", "T")
    offset = F.regexp_extract(plain, _OFFSET, 1)
    # The digits alone: Spark would read an offset by rules of its own.
    clock = F.regexp_replace(plain, _OFFSET, "").cast("timestamp_ntz")
    # In the session's zone, which is UTC.
    as_utc = clock.cast("timestamp")
    shifted = F.timestamp_micros(F.unix_micros(as_utc) - _offset_micros(offset))
    local = as_utc if zone == "UTC" else F.to_utc_timestamp(as_utc, zone)
    moment = F.when(offset == "", local).otherwise(shifted)
    return F.when(F.trim(text).rlike(_ISO8601), moment)


def _offset_micros(offset: Column) -> Column:
    digits = F.rpad(F.regexp_replace(offset, "[^0-9]", ""), 4, "0")
    minutes = F.substring(digits, 1, 2).cast("int") * 60 + F.substring(digits, 3, 2).cast("int")
    sign = F.when(offset.startswith("-"), -1).otherwise(1)
    return (sign * minutes).cast("long") * F.lit(60_000_000).cast("long")


def _parse_number(text: Column, micros: int) -> Column:
    number = F.when(F.trim(text).rlike(_NUMBER), F.trim(text).cast(_EXACT))
    exact = F.floor(number * F.lit(micros).cast("decimal(10,0)")).cast("long")
    # What no calendar of four digits holds would wrap around or fail in Spark.
    return F.when(
        exact.between(-62_135_596_800_000_000, 253_402_300_799_999_999), F.timestamp_micros(exact)
    )

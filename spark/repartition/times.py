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

_ISO8601 = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|z|[+-]\d{2}(:?\d{2})?)?$"
# Of texts of that form only: the zone's offset at their end.
_OFFSET = r"(Z|z|:\d{2}([.,]\d{1,9})?[+-]\d{2}(:?\d{2})?)$"
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
    trimmed = F.trim(text)
    # Spark's own reading is fast and takes more than ISO-8601: the pattern says what is meant.
    moment = _with_seconds(F.translate(trimmed, "tz ,", "TZT.")).cast("timestamp")
    if zone != "UTC":
        # The session's zone, in which a time without an offset is read, is UTC.
        has_offset = trimmed.rlike(_OFFSET)
        moment = F.when(has_offset, moment).otherwise(F.to_utc_timestamp(moment, zone))
    return F.when(trimmed.rlike(_ISO8601), moment)


def _with_seconds(text: Column) -> Column:
    """Write out seconds where a time ends at its minutes: Spark wants them before an offset."""
    short = F.concat(F.substring(text, 1, 16), F.lit(":00"), F.substring(text, 17, 6))
    return F.when(F.substring(text, 17, 1) == ":", text).otherwise(short)


def _parse_number(text: Column, micros: int) -> Column:
    number = F.when(F.trim(text).rlike(_NUMBER), F.trim(text).cast(_EXACT))
    exact = F.floor(number * F.lit(micros).cast("decimal(10,0)")).cast("long")
    # What no calendar of four digits holds would wrap around or fail in Spark.
    return F.when(
        exact.between(-62_135_596_800_000_000, 253_402_300_799_999_999), F.timestamp_micros(exact)
    )

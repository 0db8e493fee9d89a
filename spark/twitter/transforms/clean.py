"""Cleaning of single values: column in, column out.

Text is kept as X writes it, with `&`, `<` and `>` as HTML entities: the positions of a tweet's
entities count characters of that text. Only characters that no reader can use are removed, NUL and
the other controls except tab, newline and carriage return; Redshift refuses NUL.
https://docs.x.com/x-api/fundamentals/data-dictionary
https://docs.aws.amazon.com/redshift/latest/dg/multi-byte-character-load-errors.html
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

CONTROL_CHARACTERS = r"[\p{Cc}&&[^\t\n\r]]"
# Whole numbers that a bigint surely holds.
IDENTIFIER = r"^([0-9]{1,18}|[0-8][0-9]{18}|9[01][0-9]{17})$"
UTC_TIMESTAMP = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$"


def remove_controls(text: Column) -> Column:
    """Remove control characters other than tab, newline and carriage return."""
    return F.regexp_replace(text, CONTROL_CHARACTERS, "")


def parse_id(text: Column) -> Column:
    """Read an identifier of X as bigint; null where it is none."""
    return F.when(text.rlike(IDENTIFIER), text.cast("bigint"))


def parse_timestamp(text: Column) -> Column:
    """Read `2026-11-20T12:34:56.000Z`; null where it is written otherwise or no such moment is."""
    return F.when(text.rlike(UTC_TIMESTAMP), F.try_to_timestamp(text))

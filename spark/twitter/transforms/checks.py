"""What makes a record unusable: a check is null where all is well, else it says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pyspark.sql import Column
from pyspark.sql import functions as F

from spark.twitter.transforms.clean import parse_id, parse_timestamp

# Bytes of the warehouse's VARCHAR columns: several times what X allows, so that a text is refused
# only when the API has changed its limits. A text is never cut.
TEXT_BYTES = MappingProxyType(
    {
        "text": 65535,
        "lang": 32,
        "source": 1024,
        "reply_settings": 64,
        "place_id": 64,
        "username": 64,
        "name": 1024,
        "description": 8192,
        "location": 2048,
        "url": 8192,
        "profile_image_url": 8192,
        "verified_type": 64,
        "hashtag": 2048,
        "expanded_url": 8192,
        "display_url": 8192,
        "unwound_url": 8192,
        "title": 8192,
        "reference_type": 64,
    }
)


@dataclass(frozen=True)
class RecordRules:
    """When a record is refused: older than X, from the future, longer than its column."""

    earliest_created_at: str = "2006-03-21T00:00:00Z"
    clock_skew: str = "1 day"
    text_bytes: Mapping[str, int] = field(default_factory=lambda: TEXT_BYTES)


def present(value: Column, name: str) -> Column:
    """Check that a field is there."""
    return F.when(value.isNull(), F.lit(f"{name} is missing"))


def identifier(value: Column, name: str) -> Column:
    """Check that a field, where it is there, is an identifier of X."""
    return F.when(
        value.isNotNull() & parse_id(value).isNull(),
        F.concat(F.lit(f"{name} is not a number: "), F.left(value, F.lit(64))),
    )


def timestamp(value: Column, name: str) -> Column:
    """Check that a field, where it is there, is a moment in UTC."""
    return F.when(
        value.isNotNull() & parse_timestamp(value).isNull(),
        F.concat(F.lit(f"{name} does not parse as a timestamp: "), F.left(value, F.lit(64))),
    )


def plausible(moment: Column, retrieved_at: Column, name: str, rules: RecordRules) -> Column:
    """Check that a moment lies between the start of X and its retrieval."""
    earliest = F.lit(rules.earliest_created_at).cast("timestamp")
    latest = retrieved_at + F.expr(f"INTERVAL {rules.clock_skew}")
    return F.coalesce(
        F.when(moment < earliest, F.lit(f"{name} lies before X existed")),
        F.when(moment > latest, F.lit(f"{name} lies after the record was retrieved")),
    )


def within_bytes(columns: Mapping[str, Column], rules: RecordRules) -> Column:
    """Check that each text fits its column in the warehouse, which counts bytes, not characters.

    https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
    """
    return F.coalesce(
        F.lit(None).cast("string"),
        *(
            _too_long(name, text, rules.text_bytes[name])
            for name, text in columns.items()
            if name in rules.text_bytes
        ),
    )


def _too_long(name: str, text: Column, limit: int) -> Column:
    size = F.octet_length(text)
    reason = F.concat(
        F.lit(f"{name} has "), size.cast("string"), F.lit(f" bytes, its column holds {limit}")
    )
    return F.when(size > limit, reason)

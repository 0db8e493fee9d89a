"""Expected moments are computed by hand: 2024-02-29T00:00:00Z is 1709164800 seconds after 1970."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.repartition.times import hour_folder, hour_of, parse_time, split_hour

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def parsed(spark: SparkSession) -> Any:
    """Texts to what they say, in UTC, to the microsecond; None where they say nothing."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")

    def parse(texts: list[str | None], form: str, zone: str = "UTC") -> list[str | None]:
        frame = spark.createDataFrame(list(enumerate(texts)), "i int, t string")
        moment = parse_time(F.col("t"), form, zone)
        rows = frame.orderBy("i").select(F.date_format(moment, "yyyy-MM-dd HH:mm:ss.SSSSSS"))
        return [row[0] for row in rows.collect()]

    return parse


def check(parsed: Any, cases: dict[str, str | None], form: str, zone: str = "UTC") -> None:
    assert dict(zip(cases, parsed(list(cases), form, zone), strict=True)) == cases


def test_iso8601_with_offsets_is_utc(parsed: Any) -> None:
    check(
        parsed,
        {
            "2026-10-25T07:15:00Z": "2026-10-25 07:15:00.000000",
            "2026-10-25T07:15:00z": "2026-10-25 07:15:00.000000",
            "2026-10-25T07:15Z": "2026-10-25 07:15:00.000000",
            "2026-10-25 07:15:00+01:00": "2026-10-25 06:15:00.000000",
            "2026-10-25T07:15:00+0530": "2026-10-25 01:45:00.000000",
            "2026-10-25T00:15:00+14": "2026-10-24 10:15:00.000000",
            "2026-10-25T23:59:59.999999-08:00": "2026-10-26 07:59:59.999999",
            "2026-10-25T07:15:00.1234567Z": "2026-10-25 07:15:00.123456",
            "2026-10-25T07:15:00,5Z": "2026-10-25 07:15:00.500000",
            # Newfoundland, half an hour off.
            "2026-01-01T00:00:00-03:30": "2026-01-01 03:30:00.000000",
        },
        "iso8601",
    )


def test_hours_begin_and_end_where_they_do(parsed: Any) -> None:
    check(
        parsed,
        {
            "2026-10-25T06:59:59.999999Z": "2026-10-25 06:59:59.999999",
            "2026-10-25T07:00:00Z": "2026-10-25 07:00:00.000000",
            "2025-12-31T23:30:00-00:30": "2026-01-01 00:00:00.000000",
        },
        "iso8601",
    )


def test_leap_days(parsed: Any) -> None:
    check(
        parsed,
        {
            "2024-02-29T23:30:00-01:00": "2024-03-01 00:30:00.000000",
            "2024-03-01T00:30:00+01:00": "2024-02-29 23:30:00.000000",
            # 2000 was a leap year, 1900 and 2026 were none.
            "2000-02-29T00:00:00Z": "2000-02-29 00:00:00.000000",
            "1900-02-29T00:00:00Z": None,
            "2026-02-29T00:00:00Z": None,
        },
        "iso8601",
    )


def test_what_is_no_time_is_nothing(parsed: Any) -> None:
    texts = [
        None,
        "",
        "yesterday",
        "25/10/2026",
        "2026-10-25",
        "2026-13-01T00:00:00Z",
        "2026-10-25T24:30:00Z",
        "2026-10-25T07:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-10-25T07:15:00Zulu",
        "2026-10-25T07:15:00 Europe/London",
        "1767225600000",
    ]
    assert parsed(texts, "iso8601") == [None] * len(texts)


def test_clocks_that_change_in_london(parsed: Any) -> None:
    # Back on 2026-10-25 at 02:00 BST: 01:30 is there twice, and the first is meant. Forward on
    # 2026-03-29 at 01:00 GMT: 01:30 is not there, and is read as 02:30 BST.
    check(
        parsed,
        {
            "2026-10-25T00:59:59": "2026-10-24 23:59:59.000000",
            "2026-10-25T01:30:00": "2026-10-25 00:30:00.000000",
            "2026-10-25T02:30:00": "2026-10-25 02:30:00.000000",
            "2026-03-29T00:30:00": "2026-03-29 00:30:00.000000",
            "2026-03-29T01:30:00": "2026-03-29 01:30:00.000000",
            "2026-03-29T02:30:00": "2026-03-29 01:30:00.000000",
            # An offset is stronger than the zone.
            "2026-07-01T12:00:00Z": "2026-07-01 12:00:00.000000",
            "2026-07-01T12:00:00": "2026-07-01 11:00:00.000000",
        },
        "iso8601",
        "Europe/London",
    )


def test_epochs(parsed: Any) -> None:
    check(
        parsed,
        {
            "1709164800000": "2024-02-29 00:00:00.000000",
            "1709164799999": "2024-02-28 23:59:59.999000",
            "1.7091648E12": "2024-02-29 00:00:00.000000",
            "0": "1970-01-01 00:00:00.000000",
            "-1": "1969-12-31 23:59:59.999000",
            "2024-02-29T00:00:00Z": None,
            "NaN": None,
            "9999999999999999": None,
        },
        "epoch_millis",
    )
    check(
        parsed,
        {
            "1709164800": "2024-02-29 00:00:00.000000",
            "1709164800.25": "2024-02-29 00:00:00.250000",
        },
        "epoch_seconds",
    )


def test_auto_is_either(parsed: Any) -> None:
    check(
        parsed,
        {
            "1709164800000": "2024-02-29 00:00:00.000000",
            "2024-02-29T01:00:00+01:00": "2024-02-29 00:00:00.000000",
            "soon": None,
        },
        "auto",
    )


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not 'rfc2822'"):
        parse_time(F.lit("x"), "rfc2822", "UTC")


def test_hours_are_named_in_utc(spark: SparkSession) -> None:
    moment = F.timestamp_seconds(F.lit(1709164799))
    assert spark.range(1).select(hour_of(moment)).collect()[0][0] == "2024-02-28-23"
    assert split_hour("2024-02-28-23") == ("2024", "02", "28", "23")
    assert hour_folder("2024-02-29-00") == "year=2024/month=02/day=29/hour=00/"

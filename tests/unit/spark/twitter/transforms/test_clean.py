from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pyspark.sql import functions as F

from spark.twitter.transforms.clean import parse_id, parse_timestamp, remove_controls

pytestmark = pytest.mark.spark


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain", "plain"),
        ("a\x00b\x07c\x7fd\x85e", "abcde"),
        ("tab\tline\nreturn\r", "tab\tline\nreturn\r"),
        ("Q&amp;A &lt;3 &gt; 2", "Q&amp;A &lt;3 &gt; 2"),
        ("👩🏻‍💻 é 日本", "👩🏻‍💻 é 日本"),
        ("", ""),
        (None, None),
    ],
)
def test_text_stays_but_for_control_characters(
    raw: str | None, clean: str | None, value_of: Callable[..., Any]
) -> None:
    assert value_of(remove_controls(F.lit(raw).cast("string"))) == clean


@pytest.mark.parametrize(
    ("raw", "identifier"),
    [
        ("0", 0),
        ("1576994789110992896", 1576994789110992896),
        ("9199999999999999999", 9199999999999999999),
        ("9223372036854775808", None),  # 2**63
        ("99999999999999999999", None),
        ("-1", None),
        ("1.0", None),
        ("12a", None),
        ("", None),
        (None, None),
    ],
)
def test_identifiers_fit_a_bigint(
    raw: str | None, identifier: int | None, value_of: Callable[..., Any]
) -> None:
    assert value_of(parse_id(F.lit(raw).cast("string"))) == identifier


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2021-05-18T19:24:56.000Z", datetime(2021, 5, 18, 19, 24, 56)),
        ("2021-05-18T19:24:56Z", datetime(2021, 5, 18, 19, 24, 56)),
        ("2021-05-18T19:24:56.123456Z", datetime(2021, 5, 18, 19, 24, 56, 123456)),
        ("2021-02-30T00:00:00.000Z", None),
        ("2021-05-18T25:00:00.000Z", None),
        ("2021-05-18", None),
        ("2021-05-18T19:24:56+02:00", None),
        ("Tue May 18 19:24:56 +0000 2021", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_timestamps_are_utc_or_null(
    raw: str | None, moment: datetime | None, value_of: Callable[..., Any]
) -> None:
    text = F.date_format(parse_timestamp(F.lit(raw).cast("string")), "yyyy-MM-dd HH:mm:ss.SSSSSS")
    expected = f"{moment:%Y-%m-%d %H:%M:%S.%f}" if moment else None
    assert value_of(text) == expected

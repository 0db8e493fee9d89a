from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.assets import Asset

from tasks.assets import s3_asset


@pytest.mark.parametrize(
    ("prefix", "key"),
    [
        ("x_api/search_recent/", "s3://lake/x_api/search_recent"),
        ("dt=2026-11-20/", "s3://lake/dt=2026-11-20"),
        ("odd lines+/", "s3://lake/odd~20lines+"),
        ("50%/~tmp", "s3://lake/50~25/~7etmp"),
    ],
)
def test_a_prefix_is_named_in_characters_that_prefect_takes(prefix: str, key: str) -> None:
    assert s3_asset("lake", prefix) == key


def test_long_prefixes_that_begin_alike_have_names_of_their_own() -> None:
    first, second = s3_asset("lake", "a" * 900 + "1"), s3_asset("lake", "a" * 900 + "2")
    assert len(first) == len(second) == 512
    assert first != second


# Keys of S3 have up to 1,024 bytes of UTF-8.
@given(st.text(st.characters(codec="utf-8"), max_size=256))
def test_whatever_s3_takes_prefect_takes(prefix: str) -> None:
    Asset(key=s3_asset("lake", prefix))

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.lake.names import UnusableNames, name_column, name_columns
from warehouse.sql import quote_column


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (("fare",), "fare"),
        (("ORDER",), "order"),  # a keyword is quoted like any other name
        (("Pickup Zone",), "pickup_zone"),
        (("tip (%)",), "tip"),
        (("2008 Sales",), "_2008_sales"),
        (("name", "first.given"), "name_first_given"),
        (("Größe",), "größe"),
        (("日本語",), "日本語"),
        (("ﬁeld①",), "field1"),  # NFKC
        (("oid",), "oid_"),
        (("lochan_load_id",), "lochan_load_id_"),
        (("__v",), "__v"),
        (('a"; DROP TABLE t; --',), "a_drop_table_t"),
    ],
)
def test_a_column_is_named_after_its_field(path: tuple[str, ...], column: str) -> None:
    assert name_column(path) == column


@pytest.mark.parametrize("name", ["", " ", "%", "___", "\N{PILE OF POO}"])
def test_a_field_without_letters_has_to_be_mapped(name: str) -> None:
    with pytest.raises(UnusableNames, match=r"no letter or digit.*mapping"):
        name_column((name,))


def test_a_name_longer_than_redshift_allows_has_to_be_mapped() -> None:
    assert name_column(("é" * 63,)) == "é" * 63
    with pytest.raises(UnusableNames, match="more than 127 bytes"):
        name_column(("é" * 64,))


def test_fields_that_would_share_a_column_are_refused_by_name() -> None:
    with pytest.raises(UnusableNames, match=r"The fields a\.b and a_b would all be the column a_b"):
        name_columns([("a", "b"), ("a_b",)])
    with pytest.raises(UnusableNames, match=r"The fields Fare and FARE would all be"):
        name_columns([("Fare",), ("FARE",)])


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_every_name_given_can_be_quoted(path: list[str]) -> None:
    try:
        name = name_column(path)
    except UnusableNames:
        return
    assert quote_column(name) == f'"{name}"'

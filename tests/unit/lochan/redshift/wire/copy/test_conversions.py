"""The fast way of a batch and the exact way of a cell give the same values."""

from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lochan.redshift.wire.copy.conversions import ColumnConverter, make_converters
from lochan.redshift.wire.copy.statement import Conversions
from lochan.redshift.wire.copy.table import Column

COLUMNS = [
    Column("v", "int2"),
    Column("v", "int4"),
    Column("v", "int8"),
    Column("v", "numeric", 5, 2),
    Column("v", "numeric", 38, 0),
    Column("v", "numeric", 4, 4),
    Column("v", "float8"),
    Column("v", "date"),
    Column("v", "timestamp"),
    Column("v", "timestamptz"),
    Column("v", "varchar", 5),
    Column("v", "bpchar", 5),
]
OPTIONS = [
    Conversions(),
    Conversions(empty_as_null=True, blanks_as_null=True),
    Conversions(null_as="0", trim_blanks=True),
    Conversions(null_as=""),
    Conversions(truncate_columns=True, round_decimals=True),
    Conversions(date_format="auto", time_format="auto"),
]
numbers = st.from_regex(r"[+-]?[0-9]{0,20}(\.[0-9]{0,4})?(e[0-9])?", fullmatch=True)
moments = st.from_regex(
    r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]( [012][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,7})?)?",
    fullmatch=True,
)
words = st.text(st.sampled_from("a é\t0\0"), max_size=7)


def make(column: Column, options: Conversions) -> ColumnConverter:
    [converter] = make_converters([column], options, NoBackend(), is_json=False)  # type: ignore[arg-type]
    return converter


class NoBackend:
    """'auto' asks for forms beyond ISO 8601, which these tests do not write."""

    def side_connection(self) -> Any:
        pytest.fail("no text here needs PostgreSQL's date parser")


@settings(deadline=None)
@given(
    st.lists(st.one_of(numbers, moments, words, st.none()), max_size=5),
    st.sampled_from(COLUMNS),
    st.sampled_from(OPTIONS[:-1]),
)
def test_fast_and_exact_conversions_agree(
    texts: list[str | None], column: Column, options: Conversions
) -> None:
    converter = make(column, options)
    fast = converter.convert_fast(pyarrow.array(texts, pyarrow.string()))
    exact = converter.convert_exactly(texts)
    if fast is not None:
        assert exact.errors == {}
        assert fast.to_pylist() == exact.array.to_pylist()


@settings(deadline=None)
@given(st.lists(moments, max_size=5), st.sampled_from(COLUMNS[7:10]))
def test_fast_and_exact_conversions_agree_on_auto(texts: list[str], column: Column) -> None:
    converter = make(column, OPTIONS[-1])
    fast = converter.convert_fast(pyarrow.array(texts, pyarrow.string()))
    if fast is not None:
        assert fast.to_pylist() == converter.convert_exactly(texts).array.to_pylist()


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (Column("v", "int4"), ["1", "-2", None]),
        (Column("v", "int8"), ["9223372036854775807"]),
        (Column("v", "numeric", 18, 2), ["1", "-1.5", "0.25"]),
        (Column("v", "float8"), ["1.5", "-3", "2e10"]),
        (Column("v", "date"), ["2020-01-02"]),
        (Column("v", "timestamp"), ["2020-01-02 03:04:05", "2020-01-02 03:04:05.25"]),
        (Column("v", "varchar", 5), ["abcde", "éé"]),
    ],
)
def test_ordinary_texts_take_the_fast_way(column: Column, texts: list[str | None]) -> None:
    assert make(column, Conversions()).convert_fast(pyarrow.array(texts)) is not None

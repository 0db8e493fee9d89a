from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lochan.glue.crawler.schema import (
    Scalar,
    Struct,
    infer_type,
    merge,
    merge_all,
    similarity,
    spell,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


# Types as crawled tables show them: int where 32 bits suffice, else bigint.
@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        (1, "int"),
        (2**31 - 1, "int"),
        (2**31, "bigint"),
        (-(2**31), "int"),
        (-(2**31) - 1, "bigint"),
        (2**63, "double"),
        (1.5, "double"),
        (True, "boolean"),
        ("a", "string"),
        (None, "string"),
        ([], "array<string>"),
        ([1, None, 2.5], "array<double>"),
        ([1, "a"], "array<string>"),
        ({"a": 1, "b": {"c": [True]}}, "struct<a:int,b:struct<c:array<boolean>>>"),
        ([{"a": 1}, {"b": "x"}], "array<struct<a:int,b:string>>"),
    ],
)
def test_infer_type(value: Any, spelt: str) -> None:
    assert spell(infer_type(value)) == spelt


@pytest.mark.parametrize(
    ("values", "spelt"),
    [
        ([1, 2**40], "bigint"),
        ([1, 1.5], "double"),
        ([1, "a"], "string"),
        ([True, 1], "string"),
        ([None, 1], "int"),
        ([{"a": 1}, [1]], "string"),
        ([{"a": None}, {"a": 1, "b": 2}], "struct<a:int,b:int>"),
    ],
)
def test_merge(values: list[Any], spelt: str) -> None:
    assert spell(merge_all(map(infer_type, values))) == spelt


@given(json_values, json_values, json_values)
def test_merge_does_not_depend_on_grouping(a: Any, b: Any, c: Any) -> None:
    x, y, z = map(infer_type, (a, b, c))
    assert spell(merge(merge(x, y), z)) == spell(merge(x, merge(y, z)))


@given(json_values)
def test_merge_with_itself_changes_nothing(value: Any) -> None:
    kind = infer_type(value)
    assert merge(kind, kind) == kind


def test_similarity_counts_shared_columns_of_the_same_kind() -> None:
    left = Struct({"a": Scalar("int"), "B": Scalar("string"), "c": Struct()})
    right = Struct({"A": Scalar("double"), "b": Scalar("string"), "c": Scalar("string")})
    assert similarity(left, right) == pytest.approx(2 / 3)
    assert similarity(left, left) == 1.0

from __future__ import annotations

from typing import Any

import pytest

from infrastructure.resource import Hidden, find_differences


@pytest.mark.parametrize(
    ("declared", "found", "shown"),
    [
        ({"a": 1}, {"a": 1, "b": "what AWS adds"}, []),
        ({"a": 1}, {"a": 2}, ["a: 2 -> 1"]),
        ({"a": {"b": "x"}}, {"a": {}}, ["a.b: (nothing) -> x"]),
        ({"a": None}, {"a": "set by somebody"}, ["a: set by somebody -> (nothing)"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a.1: 3 -> 2"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a: [1, 2] -> [1]"]),
        ({"a": Hidden({"password": "x"})}, {"a": Hidden({"password": "x"})}, []),
        ({"a": Hidden("x")}, {"a": Hidden("y")}, ["a: (hidden) -> (hidden)"]),
        (
            {"a": ["read", "write"]},
            {"a": ["read", "list", "delete"]},
            ['a: ["delete", "list"] -> ["write"], the rest as it is'],
        ),
        (
            {"s": [{"Sid": "Read", "Action": ["a"]}]},
            {"s": [{"Sid": "Read", "Action": ["b"]}, {"Sid": "Added", "Action": ["c"]}]},
            ['s.Sids: ["Added", "Read"] -> ["Read"]', "s.Read.Action.0: b -> a"],
        ),
    ],
)
def test_differences_name_the_place_and_both_values(
    declared: Any, found: Any, shown: list[str]
) -> None:
    assert [str(difference) for difference in find_differences(declared, found)] == shown

"""Conditions on numbers, and numbers as Java writes them."""

from __future__ import annotations

import pytest

from awsgluedq._numbers import java_text, number_test
from awsgluedq._ruleset import Condition, DqdlError, Duration, Number, Text


# https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/lang/Double.html#toString(double)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (0.0, "0.0"),
        (5.0, "5.0"),
        (-0.75, "-0.75"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (-1e300, "-1.0E300"),
        (2 / 3, "0.6666666666666666"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_number_as_java_writes_it(value: float | None, text: str) -> None:
    assert java_text(value) == text


# https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
@pytest.mark.parametrize(
    ("operator", "operands", "negated", "holds", "fails"),
    [
        ("=", ["1.0"], False, 1.0, 1.1),
        ("!=", ["1"], False, 2.0, 1.0),
        (">", ["1"], False, 1.1, 1.0),
        (">=", ["1"], False, 1.0, 0.9),
        ("<", ["1"], False, 0.9, 1.0),
        ("<=", ["1"], False, 1.0, 1.1),
        ("between", ["1", "3"], False, 2.0, 1.0),
        ("between", ["1", "3"], True, 3.0, 2.0),
        ("in", ["1", "2"], False, 2.0, 3.0),
        ("in", ["1", "2"], True, 3.0, 2.0),
    ],
)
def test_condition(
    operator: str, operands: list[str], negated: bool, holds: float, fails: float
) -> None:
    condition = Condition(operator, tuple(Number(one) for one in operands), negated)
    test = number_test(condition, "a rule")
    assert (test(holds), test(fails), test(None)) == (True, False, False)


@pytest.mark.parametrize("operand", [Text("much"), Duration("2", "days")])
def test_only_numbers_are_numbers(operand: Text | Duration) -> None:
    with pytest.raises(DqdlError, match="a rule: compare with numbers"):
        number_test(Condition(">", (operand,)), "a rule")

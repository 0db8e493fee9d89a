"""Numbers that rules compute: their conditions, and how AWS writes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from types import MappingProxyType

from awsgluedq._ruleset import Condition, DqdlError, Number, Text

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
)


def number_test(condition: Condition, what: str) -> Callable[[float | None], bool]:
    """Return whether a number fulfils a condition; nothing fulfils none. `what` names the rule."""
    numbers = operands(condition, what)

    def holds(value: float | None) -> bool:
        return value is not None and _compare(condition, value, numbers)

    return holds


def operands(condition: Condition, what: str) -> list[float]:
    """Read the numbers of a condition, which may be quoted; raises DqdlError for anything else."""
    if condition.operator == "matches":
        raise DqdlError(f"{what}: a number cannot match a pattern; compare it with numbers.")
    return [_number(operand, what) for operand in condition.operands]


def java_text(value: float | None) -> str:
    """Write a number as Java does, which is how AWS' reasons have it: 1.0, 1.0E-4, NULL."""
    if value is None:
        return "NULL"
    if not math.isfinite(value):
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), "NaN")
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    written = (f"{value:.{places}e}" for places in range(1, 18))
    digits, _, exponent = next(text for text in written if float(text) == value).partition("e")
    return f"{digits}E{int(exponent)}"


def _compare(condition: Condition, value: float, numbers: list[float]) -> bool:
    if condition.operator == "between":
        found = numbers[0] < value < numbers[1]
    elif condition.operator == "in":
        found = value in numbers
    else:
        found = _COMPARISONS[condition.operator](value, numbers[0])
    return found != condition.negated


def _number(operand: object, what: str) -> float:
    if isinstance(operand, Number | Text):
        try:
            return float(operand.value)
        except ValueError:
            pass
    raise DqdlError(f"{what}: compare with numbers.")

"""Conditions of rules as Spark SQL: on a number that a rule has computed, or on a column's values.

`between` excludes its ends, as AWS' reference says; `not between` is its opposite.
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

from __future__ import annotations

from datetime import datetime

from pyspark.sql.types import BooleanType, DataType, DateType, NumericType, TimestampType
from pyspark.sql.types import TimestampNTZType as LocalTimestampType

from awsgluedq import _sql
from awsgluedq._numbers import operands
from awsgluedq._ruleset import Condition, DqdlError, Duration, Keyword, Moment, Number, Text

_HOURS = {"minutes": "1 / 60.0", "hours": "1", "days": "24"}
_KEYWORDS = {
    "NULL": "{value} IS NULL",
    "EMPTY": "{value} = ''",
    "WHITESPACES_ONLY": "(length({value}) > 0 AND trim(BOTH ' \\t\\n\\r\\f' FROM {value}) = '')",
}


def number_holds(condition: Condition, value: str, what: str) -> str:
    """Compare a number; `what` names the rule in errors."""
    numbers = [f"double({_sql.text(str(number))})" for number in operands(condition, what)]
    return _is_true(condition, _compare(condition.operator, value, numbers))


def age_holds(condition: Condition, value: str, what: str) -> str:
    """Compare an age in hours with durations in hours or days."""
    ages = []
    for operand in condition.operands:
        if not isinstance(operand, Duration):
            raise DqdlError(f"{what}: say how old in hours or days, such as <= 24 hours.")
        ages.append(f"({operand.amount} * {_HOURS[operand.unit]})")
    return _is_true(condition, _compare(condition.operator, value, ages))


def value_holds(condition: Condition, column: str, kind: DataType, what: str) -> str:
    """Compare a column's value with the operands, as its type asks for.

    A null fails, but for != and `not in`, where it is as good as any other value.
    https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html
    """
    value = _sql.name(column)
    if condition.operator in ("=", "!=", "in"):
        tests = [_equals(value, kind, operand, what) for operand in condition.operands]
        found = f"({' OR '.join(_sql.is_true(test) for test in tests)})"
        return f"NOT {found}" if condition.negated or condition.operator == "!=" else found
    if condition.operator == "matches":
        return _is_true(condition, _matches(condition, value))
    return _is_true(condition, _in_order(condition, value, kind, what))


def _matches(condition: Condition, value: str) -> str:
    """Ask that the whole value matches, which an alternative at the top would undo."""
    (pattern,) = condition.operands
    regex = _sql.text(f"^(?:{getattr(pattern, 'value', '')})$")
    return f"string({value}) RLIKE {regex}"


def _is_true(condition: Condition, comparison: str) -> str:
    if condition.negated:
        comparison = f"NOT ({comparison})"
    return _sql.is_true(comparison)


def _compare(operator: str, value: str, operands: list[str]) -> str:
    if operator == "between":
        return f"{value} > {operands[0]} AND {value} < {operands[1]}"
    if operator == "in":
        return f"{value} IN ({', '.join(operands)})"
    return f"{value} {operator} {operands[0]}"


def _equals(value: str, kind: DataType, operand: object, what: str) -> str:
    if isinstance(operand, Keyword):
        template = _KEYWORDS[operand.name]
        return template.format(value=value if operand.name == "NULL" else f"string({value})")
    if isinstance(operand, Text) and not _is_moment(kind) and not isinstance(kind, NumericType):
        return f"string({value}) = {_sql.text(operand.value)}"
    left, right = _comparable(value, kind, operand, what)
    return f"{left} = {right}"


def _in_order(condition: Condition, value: str, kind: DataType, what: str) -> str:
    pairs = [_comparable(value, kind, operand, what) for operand in condition.operands]
    return _compare(condition.operator, pairs[0][0], [right for _, right in pairs])


def _comparable(value: str, kind: DataType, operand: object, what: str) -> tuple[str, str]:
    """Bring a value and an operand to one type: numbers, or moments."""
    if isinstance(operand, Number):
        if _is_moment(kind) or isinstance(kind, BooleanType):
            raise DqdlError(f"{what}: {value} is {kind.simpleString()}, {operand.value} a number.")
        left = value if isinstance(kind, NumericType) else f"try_cast({value} AS double)"
        return left, operand.value
    if isinstance(operand, Moment):
        amount, unit = operand.offset.amount, operand.offset.unit
        return _moment(value), f"(current_timestamp() {operand.sign} INTERVAL '{amount}' {unit})"
    if isinstance(operand, Text) and isinstance(kind, NumericType):
        (number,) = operands(Condition("=", (operand,)), what)
        return value, f"double({_sql.text(str(number))})"
    if isinstance(operand, Text):
        _require_moment(operand.value, what)
        return _moment(value), f"timestamp({_sql.text(operand.value)})"
    raise DqdlError(f"{what}: {operand} does not go with {value}, which is {kind.simpleString()}.")


def _require_moment(written: str, what: str) -> None:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        raise DqdlError(
            f"{what}: {written!r} has no order; compare with a number, a date such as "
            '"2022-06-30", or now().'
        ) from None


def _moment(value: str) -> str:
    return f"try_cast({value} AS timestamp)"


def _is_moment(kind: DataType) -> bool:
    return isinstance(kind, DateType | TimestampType | LocalTimestampType)

"""Rules that look at one row at a time, as conditions on it.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from pyspark.sql.types import DataType

from awsgluedq import _sql
from awsgluedq._conditions import age_holds, number_holds, value_holds
from awsgluedq._ruleset import Condition, DqdlError, Rule, Text

# The types that ColumnDataType knows, as Spark casts to them.
_CASTS = MappingProxyType(
    {
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp",
        "integer": "int",
        "double": "double",
        "float": "float",
        "long": "bigint",
    }
)


def row_condition(rule: Rule, kind: DataType) -> str:
    """Return what a row has to fulfil; `kind` is the type of the rule's column."""
    return ROW_CONDITIONS[rule.type](rule, kind)


def length_of(column: str) -> str:
    """Return the length of a text; a null is 0 long, as AWS says."""
    return f"coalesce(length({_sql.name(column)}), 0)"


def age_of(column: str) -> str:
    """Return the age of a moment, in hours."""
    moment = f"try_cast({_sql.name(column)} AS timestamp)"
    return f"((unix_micros(current_timestamp()) - unix_micros({moment})) / 3600000000)"


def condition_of(rule: Rule) -> Condition:
    """Return the condition that the parser has asked of the rule's type."""
    if rule.condition is None:
        raise DqdlError(f"{rule.text}: {rule.type} needs a condition.")
    return rule.condition


def _is_complete(rule: Rule, kind: DataType) -> str:
    return f"{_sql.name(rule.parameters[0])} IS NOT NULL"


def _has_value(rule: Rule, kind: DataType) -> str:
    return value_holds(condition_of(rule), rule.parameters[0], kind, rule.text)


def _has_length(rule: Rule, kind: DataType) -> str:
    return number_holds(condition_of(rule), length_of(rule.parameters[0]), rule.text)


def _is_fresh(rule: Rule, kind: DataType) -> str:
    return age_holds(condition_of(rule), age_of(rule.parameters[0]), rule.text)


def _has_type(rule: Rule, kind: DataType) -> str:
    condition = condition_of(rule)
    (operand,) = condition.operands
    wanted = operand.value.lower() if isinstance(operand, Text) else ""
    if condition.operator != "=" or wanted not in _CASTS:
        raise DqdlError(f"{rule.text}: compare with = and one of {', '.join(_CASTS)}.")
    column = _sql.name(rule.parameters[0])
    return f"({column} IS NULL OR try_cast({column} AS {_CASTS[wanted]}) IS NOT NULL)"


ROW_CONDITIONS: MappingProxyType[str, Callable[[Rule, DataType], str]] = MappingProxyType(
    {
        "ColumnDataType": _has_type,
        "ColumnLength": _has_length,
        "ColumnValues": _has_value,
        "Completeness": _is_complete,
        "DataFreshness": _is_fresh,
        "IsComplete": _is_complete,
    }
)

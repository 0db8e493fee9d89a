"""Evaluates the `Expression` of GetPartitions, by the declared types of the partition keys.

A null key makes a comparison unknown, as in SQL: neither it nor its negation selects.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.partition_grammar import (
    Comparison,
    Conjunction,
    Disjunction,
    Expression,
    Likeness,
    Membership,
    Negation,
    Nullness,
    Predicate,
    Range,
    parse,
)
from lochan.glue.api.partition_types import (
    Value,
    find_parser,
    is_text,
    read_literal,
    read_value,
)
from lochan.glue.api.records import Shape

Values = tuple[str, ...]
Truth = bool | None
Evaluate = Callable[[Values], Truth]

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_filter(expression: str, keys: Sequence[Shape]) -> Callable[[Values], bool]:
    """Return what tells whether a partition's values satisfy an expression.

    `keys` are the table's PartitionKeys; a key that is unknown, or of a type that filters do not
    know, raises InvalidInputException here, whether there are partitions or not.
    """
    evaluate = _compile(parse(expression), keys)
    return lambda values: evaluate(values) is True


def _compile(expression: Expression, keys: Sequence[Shape]) -> Evaluate:
    match expression:
        case Negation(inner):
            return partial(_negate, _compile(inner, keys))
        case Conjunction(parts):
            return partial(_combine, [_compile(part, keys) for part in parts], False)
        case Disjunction(parts):
            return partial(_combine, [_compile(part, keys) for part in parts], True)
        case _:
            return _compile_predicate(expression, keys)


def _negate(evaluate: Evaluate, values: Values) -> Truth:
    truth = evaluate(values)
    return None if truth is None else not truth


def _combine(parts: Sequence[Evaluate], decisive: bool, values: Values) -> Truth:
    """Return AND (`decisive` False) or OR (True) in three-valued logic."""
    truths = [evaluate(values) for evaluate in parts]
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _compile_predicate(predicate: Predicate, keys: Sequence[Shape]) -> Evaluate:
    position, declared_type = _find_key(predicate.column, keys)
    test = _compile_test(predicate, declared_type)

    def evaluate(values: Values) -> Truth:
        value = read_value(predicate.column, declared_type, values[position])
        if isinstance(predicate, Nullness):
            return value is None
        return None if value is None else test(value)

    return evaluate


def _compile_test(predicate: Predicate, declared_type: str) -> Callable[[Value], bool]:
    read = partial(read_literal, predicate.column, declared_type)
    match predicate:
        case Comparison(_, sign, literal):
            compare, right = _OPERATORS[sign], read(literal)
            return lambda value: compare(value, right)
        case Membership(_, literals):
            members = {read(literal) for literal in literals}
            return lambda value: value in members
        case Range(_, low, high):
            least, greatest = read(low), read(high)
            return lambda value: (
                _OPERATORS["<="](least, value) and _OPERATORS["<="](value, greatest)
            )
        case Likeness(column, pattern):
            return _compile_likeness(column, declared_type, pattern)
        case Nullness():
            return lambda _: False


def _compile_likeness(column: str, declared_type: str, pattern: str) -> Callable[[Value], bool]:
    if not is_text(declared_type):
        raise InvalidInputException(
            f"LIKE compares text, and partition key {column} has the type {declared_type}."
        )
    wildcards = {"%": ".*", "_": "."}
    compiled = re.compile("".join(wildcards.get(c, re.escape(c)) for c in pattern), re.DOTALL)
    return lambda value: compiled.fullmatch(str(value)) is not None


def _find_key(column: str, keys: Sequence[Shape]) -> tuple[int, str]:
    for position, key in enumerate(keys):
        if key["Name"].lower() == column:
            declared_type = key.get("Type", "string")
            find_parser(column, declared_type)
            return position, declared_type
    known = ", ".join(key["Name"] for key in keys) or "none"
    raise InvalidInputException(
        f"{column} is not a partition key of this table; its partition keys are: {known}."
    )

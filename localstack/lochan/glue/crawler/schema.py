"""Column types as a crawler infers them, merges them and spells them for Hive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

INT_RANGE = range(-(2**31), 2**31)
LONG_RANGE = range(-(2**63), 2**63)
# A narrower number is also a wider one.
NUMBERS = ("int", "bigint", "double")
# What nests more deeply has been made to break its readers.
MOST_LEVELS = 100


@dataclass(frozen=True)
class Scalar:
    """A Hive primitive by its name."""

    name: str


@dataclass(frozen=True)
class Array:
    """array<element>; an element of None was never seen."""

    element: Type | None


@dataclass(frozen=True)
class Struct:
    """struct<name:type,...>, in order of first appearance; a type of None was only ever null."""

    fields: Mapping[str, Type | None] = field(default_factory=dict)


Type = Scalar | Array | Struct
STRING = Scalar("string")


class NestedTooDeeply(Exception):
    """A value nested more deeply than any table's column is."""


def infer_type(value: Any, levels: int = MOST_LEVELS) -> Type | None:
    """Infer the type of a parsed JSON value; null has none.

    Raises NestedTooDeeply for what goes on below so many levels.
    """
    if not levels:
        raise NestedTooDeeply
    if value is None:
        return None
    if isinstance(value, bool):
        return Scalar("boolean")
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return Scalar("double")
    if isinstance(value, list):
        return Array(merge_all(infer_type(item, levels - 1) for item in value))
    if isinstance(value, dict):
        return Struct({name: infer_type(item, levels - 1) for name, item in value.items()})
    return STRING


def _integer(value: int) -> Type:
    if value in INT_RANGE:
        return Scalar("int")
    return Scalar("bigint") if value in LONG_RANGE else Scalar("double")


def merge(left: Type | None, right: Type | None) -> Type | None:
    """Merge two types into the one that holds both; what does not go together is a string."""
    if left is None or right is None or left == right:
        return right if left is None else left
    if isinstance(left, Struct) and isinstance(right, Struct):
        return merge_structs(left, right)
    if isinstance(left, Array) and isinstance(right, Array):
        return Array(merge(left.element, right.element))
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _wider(left, right)
    return STRING


def merge_structs(left: Struct, right: Struct) -> Struct:
    """Merge field by field; new fields come last."""
    names = {**left.fields, **right.fields}
    return Struct({n: merge(left.fields.get(n), right.fields.get(n)) for n in names})


def merge_all(types: Iterable[Type | None]) -> Type | None:
    """Merge any number of types."""
    merged: Type | None = None
    for one in types:
        merged = merge(merged, one)
    return merged


def _wider(left: Scalar, right: Scalar) -> Scalar:
    if left.name in NUMBERS and right.name in NUMBERS:
        return max(left, right, key=lambda scalar: NUMBERS.index(scalar.name))
    return STRING


def spell(kind: Type | None) -> str:
    """Spell a type as the Data Catalog does; what was only ever null is a string."""
    if kind is None:
        return "string"
    if isinstance(kind, Scalar):
        return kind.name
    if isinstance(kind, Array):
        return f"array<{spell(kind.element)}>"
    return f"struct<{','.join(f'{name}:{spell(item)}' for name, item in kind.fields.items())}>"


def similarity(left: Struct, right: Struct) -> float:
    """Tell which part of the columns two schemas share, by lower-cased name and kind of type."""
    ours, theirs = _shape(left), _shape(right)
    return len(ours & theirs) / (max(len(ours), len(theirs)) or 1)


def _shape(schema: Struct) -> set[tuple[str, str]]:
    return {(name.lower(), _kind(kind)) for name, kind in schema.fields.items()}


def _kind(kind: Type | None) -> str:
    if isinstance(kind, Scalar):
        return "number" if kind.name in NUMBERS else kind.name
    return type(kind).__name__

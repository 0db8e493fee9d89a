"""Checks requests and responses against botocore's model of Glue.

A constraint that a request breaks is answered in the words of AWS: "1 validation error detected:
Value 'x' at 'databaseInput.name' failed to satisfy constraint: Member must ...".
https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from lochan.glue.api.errors import (
    InternalServiceException,
    SerializationException,
    ValidationException,
)

# The model writes patterns as Java does: a character beyond the basic plane is a surrogate pair
# there and one character in Python; \p classes are unknown to Python.
_JAVA_PATTERNS = (
    (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"),
    (r"\p{L}\p{N}\p{P}", r"\w!-/:-@\[-`{-~"),
)

# Glue accepts more than the model lists: G.12X, G.16X and the R types are documented values.
_OPEN_ENUMS = frozenset({"WorkerType"})

_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
    "string": (str,),
    "blob": (bytes, str),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "timestamp": (datetime, float, int),
}


# Where a value is: the place of what holds it, and its name there. Written out for errors only,
# as requests of a hundred partitions with a hundred columns each are checked member by member.
_Place = tuple[Any, str]


def check_request(shape: Any, request: Mapping[str, Any]) -> None:
    """Raise SerializationException or ValidationException unless `request` fits its shape."""
    violations: list[str] = []
    _check_value(shape, request, None, violations)
    if not violations:
        return
    count = "1 validation error" if len(violations) == 1 else f"{len(violations)} validation errors"
    raise ValidationException(f"{count} detected: {'; '.join(violations)}")


def check_response(operation: str, shape: Any, response: Mapping[str, Any]) -> None:
    """Raise InternalServiceException where we are about to answer what Glue's model cannot say."""
    if shape is None:
        fault = f"{sorted(response)}" if response else None
    else:
        fault = _find_misfit(shape, response, (None, "response"))
    if fault is not None:
        raise InternalServiceException(
            f"Lochan's answer to {operation} does not fit Glue's model at {fault}."
            " This is a fault of Lochan: please report it."
        )


def _check_value(shape: Any, value: Any, place: _Place | None, violations: list[str]) -> None:
    type_name = shape.type_name
    if not _has_type(type_name, value):
        raise SerializationException(
            f"{type(value).__name__} value {value!r} at '{_write(place)}' cannot be converted to"
            f" {type_name}."
        )
    if shape.metadata:
        violations += (
            f"Value '{value}' at '{_write(place)}' failed to satisfy constraint: Member must {rule}"
            for rule in _find_broken_rules(shape, value)
        )
    if type_name == "structure":
        _check_members(shape, value, place, violations)
    elif type_name == "list":
        for position, item in enumerate(value, start=1):
            _check_value(shape.member, item, (place, f"{position}.member"), violations)
    elif type_name == "map":
        for key, item in value.items():
            _check_value(shape.key, key, (place, f"{key}.key"), violations)
            _check_value(shape.value, item, (place, f"{key}.member"), violations)


def _check_members(
    shape: Any, value: Mapping[str, Any], place: _Place | None, violations: list[str]
) -> None:
    for name in shape.required_members:
        if name not in value:
            violations.append(
                f"Value null at '{_write((place, name))}' failed to satisfy constraint:"
                " Member must not be null"
            )
    members = shape.members
    for name, item in value.items():
        if name in members:
            _check_value(members[name], item, (place, name), violations)


def _find_broken_rules(shape: Any, value: Any) -> list[str]:
    """Return what a value must be and is not, in AWS's words."""
    limits = shape.metadata
    broken = []
    if "min" in limits or "max" in limits:
        size, verb = _measure(shape.type_name, value)
        if size < limits.get("min", size):
            broken.append(f"have {verb} greater than or equal to {limits['min']}")
        if size > limits.get("max", size):
            broken.append(f"have {verb} less than or equal to {limits['max']}")
    if "pattern" in limits and not _compile(limits["pattern"]).fullmatch(value):
        broken.append(f"satisfy regular expression pattern: {limits['pattern']}")
    allowed = limits.get("enum")
    if allowed and value not in allowed and shape.name not in _OPEN_ENUMS:
        broken.append(f"satisfy enum value set: [{', '.join(allowed)}]")
    return broken


def _measure(type_name: str, value: Any) -> tuple[float, str]:
    if type_name in ("list", "map", "string", "blob"):
        return len(value), "length"
    return value, "value"


def _has_type(type_name: str, value: Any) -> bool:
    if value is True or value is False:
        return type_name == "boolean"
    return isinstance(value, _PYTHON_TYPES[type_name])


def _write(place: _Place | None) -> str:
    """Return a place as AWS writes it: databaseInput.name, partitionsToGet.2.member.values."""
    names = []
    while place is not None:
        place, name = place
        names.append(name[0].lower() + name[1:])
    return ".".join(reversed(names))


@cache
def _compile(java_pattern: str) -> re.Pattern[str]:
    pattern = java_pattern
    for java, python in _JAVA_PATTERNS:
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _find_misfit(shape: Any, value: Any, place: _Place) -> str | None:
    """Return the first place at which a value is not of its shape."""
    type_name = shape.type_name
    if not _has_type(type_name, value):
        return f"{_write(place)} ({type(value).__name__} for {type_name})"
    if type_name == "structure":
        return _find_misfit_in_structure(shape, value, place)
    if type_name == "list":
        items: Iterable[tuple[str, Any]] = ((str(n), item) for n, item in enumerate(value, 1))
        inner = shape.member
    elif type_name == "map":
        items, inner = value.items(), shape.value
    else:
        return None
    for name, item in items:
        fault = _find_misfit(inner, item, (place, name))
        if fault is not None:
            return fault
    return None


def _find_misfit_in_structure(shape: Any, value: Mapping[str, Any], place: _Place) -> str | None:
    members = shape.members
    for name, item in value.items():
        if name not in members:
            return _write((place, name))
        fault = _find_misfit(members[name], item, (place, name))
        if fault is not None:
            return fault
    return None

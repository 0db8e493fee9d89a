"""Checks requests and responses against botocore's model of Glue.

A constraint that a request breaks is answered in the words of AWS: "1 validation error detected:
Value 'x' at 'databaseInput.name' failed to satisfy constraint: Member must ...".
https://docs.aws.amazon.com/glue/latest/webapi/CommonErrors.html
"""

import re
from collections.abc import Iterator, Mapping
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


def check_request(shape: Any, request: Mapping[str, Any]) -> None:
    """Raise SerializationException or ValidationException unless `request` fits its shape."""
    violations = list(_find_violations(shape, request, ""))
    if not violations:
        return
    count = "1 validation error" if len(violations) == 1 else f"{len(violations)} validation errors"
    raise ValidationException(f"{count} detected: {'; '.join(violations)}")


def check_response(operation: str, shape: Any, response: Mapping[str, Any]) -> None:
    """Raise InternalServiceException where we are about to answer what Glue's model cannot say."""
    if shape is None:
        fault = f"{sorted(response)}" if response else None
    else:
        fault = next(_find_misfits(shape, response, "response"), None)
    if fault is not None:
        raise InternalServiceException(
            f"Lochan's answer to {operation} does not fit Glue's model at {fault}."
            " This is a fault of Lochan: please report it."
        )


def _find_violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    _check_type(shape, value, path)
    yield from _find_broken_constraints(shape, value, path)
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _violation(None, _join(path, name), "Member must not be null")
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _find_violations(member, value[name], _join(path, name))
    elif shape.type_name == "list":
        for position, item in enumerate(value, start=1):
            yield from _find_violations(shape.member, item, f"{path}.{position}.member")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _find_violations(shape.key, key, f"{path}.{key}.key")
            yield from _find_violations(shape.value, item, f"{path}.{key}.member")


def _check_type(shape: Any, value: Any, path: str) -> None:
    if not _has_type(shape, value):
        raise SerializationException(
            f"{type(value).__name__} value {value!r} at '{path}' cannot be converted to"
            f" {shape.type_name}."
        )


def _has_type(shape: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return bool(shape.type_name == "boolean")
    return isinstance(value, _PYTHON_TYPES[shape.type_name])


def _find_broken_constraints(shape: Any, value: Any, path: str) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in ("integer", "long", "float", "double"):
        yield from _find_broken_limits(limits, value, value, path, "have value")
    elif shape.type_name in ("list", "map", "string") and ("min" in limits or "max" in limits):
        yield from _find_broken_limits(limits, len(value), value, path, "have length")
    if shape.type_name != "string":
        return
    if "pattern" in limits and not _compile(limits["pattern"]).fullmatch(value):
        pattern = limits["pattern"]
        yield _violation(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if shape.enum and shape.name not in _OPEN_ENUMS and value not in shape.enum:
        yield _violation(
            value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        )


def _find_broken_limits(
    limits: Mapping[str, Any], size: float, value: Any, path: str, verb: str
) -> Iterator[str]:
    if "min" in limits and size < limits["min"]:
        yield _violation(
            value, path, f"Member must {verb} greater than or equal to {limits['min']}"
        )
    if "max" in limits and size > limits["max"]:
        yield _violation(value, path, f"Member must {verb} less than or equal to {limits['max']}")


def _violation(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name


@cache
def _compile(java_pattern: str) -> re.Pattern[str]:
    pattern = java_pattern
    for java, python in _JAVA_PATTERNS:
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _find_misfits(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not _has_type(shape, value):
        yield f"{path} ({type(value).__name__} for {shape.type_name})"
    elif shape.type_name == "structure":
        yield from (f"{path}.{name}" for name in value if name not in shape.members)
        for name, member in shape.members.items():
            if name in value:
                yield from _find_misfits(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for position, item in enumerate(value):
            yield from _find_misfits(shape.member, item, f"{path}[{position}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _find_misfits(shape.value, item, f"{path}[{key!r}]")

"""Would IAM allow it: requests that were really made, held against declared policies.

LocalStack enforces policies in its paid edition only, so we evaluate them: identity policies alone
(nothing here has boundaries or session policies), an explicit denial first.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, str]


@dataclass(frozen=True)
class Need:
    """A permission that a request needs: the action on one resource, with what is asked."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)

    def __str__(self) -> str:
        asked = f" with {dict(self.context)}" if self.context else ""
        return f"{self.action} on {self.resource}{asked}"


class UnknownOperation(Exception):
    """A request whose permissions nobody has written down here yet."""


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda given, wanted: given == wanted,
    "StringNotEquals": lambda given, wanted: given != wanted,
    "StringLike": lambda given, wanted: matches(given, wanted),
    "ArnLike": lambda given, wanted: matches(given, wanted),
    "ArnNotEquals": lambda given, wanted: not matches(given, wanted),
    "Bool": lambda given, wanted: given == wanted,
}
_NEGATED = frozenset({"StringNotEquals", "ArnNotEquals"})


def matches(text: str, pattern: str) -> bool:
    """Match IAM's wildcards: `*` for any text, `?` for any one character, nothing else."""
    translated = fnmatch.translate(pattern.replace("[", "[[]"))
    return re.fullmatch(translated, text) is not None


def is_allowed(policies: Iterable[Mapping[str, Any]], need: Need) -> bool:
    """Tell whether the policies allow it: a statement does, and none denies."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if _applies(statement, need)
    }
    return effects == {"Allow"}


def _applies(statement: Mapping[str, Any], need: Need) -> bool:
    return (
        any(matches(need.action.lower(), each.lower()) for each in statement["Action"])
        and any(matches(need.resource, each) for each in statement["Resource"])
        and all(
            _holds(operator, need.context.get(key), wanted)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, wanted in keys.items()
        )
    )


def _holds(operator: str, given: str | None, wanted: str | list[str]) -> bool:
    values = wanted if isinstance(wanted, list) else [wanted]
    if operator == "Null":
        return (given is None) == (values == ["true"])
    compare = _OPERATORS[operator]
    if given is None:
        return operator in _NEGATED
    quantifier = all if operator in _NEGATED else any
    return quantifier(compare(given, value) for value in values)

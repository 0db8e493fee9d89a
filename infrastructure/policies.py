"""Policy documents from declared statements, and both in a form that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Statement = Mapping[str, Any]
# Stands beside a statement for whoever reads it, and is not sent.
REASON = "reason"
_LISTS = ("Action", "Resource")


def build_policy(statements: Iterable[Statement]) -> dict[str, Any]:
    """Build a document; a statement allows unless it says otherwise."""
    kept = [
        {"Effect": "Allow", **{key: value for key, value in each.items() if key != REASON}}
        for each in statements
    ]
    return {"Version": "2012-10-17", "Statement": kept}


def build_trust(trust: Mapping[str, Any]) -> dict[str, Any]:
    """Build the document that says who may take a role."""
    return build_policy([{"Sid": "Trusted", "Action": ["sts:AssumeRole"], **trust}])


def normalize(policy: Mapping[str, Any] | None) -> Any:
    """Bring a document to one form: AWS may answer one value for a list of one, in any order.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    if policy is None:
        return None
    statements = policy["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return {"Version": policy.get("Version"), "Statement": [_normalize(each) for each in listed]}


def _normalize(statement: Statement) -> dict[str, Any]:
    result = dict(statement)
    for key in _LISTS:
        if key in result:
            result[key] = _sort(result[key])
    if isinstance(result.get("Principal"), Mapping):
        result["Principal"] = {key: _sort(value) for key, value in result["Principal"].items()}
    # None where there is no condition, so that one that somebody added is seen.
    result["Condition"] = {
        operator: {key: _sort(value) for key, value in keys.items()}
        for operator, keys in result.get("Condition", {}).items()
    } or None
    return result


def _sort(value: Any) -> list[str]:
    return sorted(map(str, value)) if isinstance(value, list) else [str(value)]

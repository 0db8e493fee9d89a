"""How rules name the columns of other data sources."""

from __future__ import annotations

import re
from dataclasses import dataclass

from awsgluedq._ruleset import DqdlError

_REFERENCE = re.compile(r"(?P<alias>.+?)\.(?:\{(?P<list>[^{}]+)\}|(?P<one>[^.{}]+))")
_AGGREGATION = re.compile(r"(?P<function>sum|avg)\((?:(?P<alias>.+)\.)?(?P<column>[^.()]+)\)")


@dataclass(frozen=True)
class Aggregation:
    """sum or avg of a column; of the primary frame without an alias."""

    function: str
    alias: str | None
    column: str


def column_list(text: str) -> list[str]:
    """Read `a,b`."""
    return [name.strip() for name in text.split(",")]


def reference_columns(text: str, rule: str) -> tuple[str, list[str]]:
    """Read `alias.column` or `alias.{a,b}`."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        raise DqdlError(f"{rule}: write {text!r} as alias.column or alias.{{column,column}}.")
    return match["alias"], column_list(match["list"] or match["one"])


def column_pairs(text: str) -> list[tuple[str, str]]:
    """Read `a->b,c`: columns of the primary frame and of the other, which are equal without ->."""
    pairs = [part.split("->") for part in column_list(text)]
    return [(pair[0].strip(), pair[-1].strip()) for pair in pairs]


def aggregation(text: str, rule: str) -> Aggregation:
    """Read `sum(column)` or `avg(alias.column)`."""
    match = _AGGREGATION.fullmatch(text.strip())
    if match is None:
        raise DqdlError(f"{rule}: write {text!r} as sum(column) or avg(alias.column).")
    return Aggregation(match["function"], match["alias"], match["column"])

"""Whether a rule holds, why not, and its metrics: expressions over what was measured.

The texts of reasons and the names of metrics are AWS' own, where its pages show them.
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from awsgluedq import _sql
from awsgluedq._conditions import number_holds
from awsgluedq._ruleset import Condition


@dataclass(frozen=True)
class Verdict:
    """SQL expressions: `holds` a boolean, `reason` a text where it does not, metrics doubles."""

    holds: str
    reason: str
    metrics: Mapping[str, str] = field(default_factory=dict)


def certain(holds: bool, reason: str, metrics: Mapping[str, float] | None = None) -> Verdict:
    """Return the verdict of a rule that needs no rows."""
    values = {metric: f"double({value!r})" for metric, value in (metrics or {}).items()}
    return Verdict(str(holds).lower(), _sql.text(reason), values)


def missing_column(column: str) -> Verdict:
    """Return the verdict of a rule about a column that is not there."""
    return certain(False, f"Input data does not include column {column}!")


def number_verdict(condition: Condition, value: str, metric: str, what: str) -> Verdict:
    """Judge one number."""
    return Verdict(number_holds(condition, value, what), unmet(value), {metric: value})


def share_verdict(
    threshold: Condition | None, share: str, metric: str, what: str, reason: str | None = None
) -> Verdict:
    """Judge a share of good rows: all of them, or what the threshold asks for."""
    if threshold is None:
        return Verdict(f"{share} = 1", reason or passed_share(share), {metric: share})
    return Verdict(number_holds(threshold, share, what), passed_share(share), {metric: share})


def count(where: str | None) -> str:
    """Count the rows that a where clause leaves."""
    return "count(*)" if where is None else f"count_if({where})"


def unmet(value: str) -> str:
    """Say which value misses its condition."""
    return (
        f"concat('Value: ', coalesce(string({value}), 'NULL'), "
        "' does not meet the constraint requirement!')"
    )


def passed_share(share: str) -> str:
    """Say how many rows are good."""
    return f"concat(format_string('%.2f', {share} * 100), ' % of rows passed the threshold')"

"""Whether a rule holds, why not, and its metrics.

A verdict is asked for when everything is measured. The texts of reasons and the names of metrics
are AWS' own, where its pages show them.
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from awsgluedq._measures import Text, Value
from awsgluedq._numbers import java_text, number_test
from awsgluedq._ruleset import Condition


@dataclass(frozen=True)
class Judgement:
    """What became of a rule: a reason where it does not hold."""

    holds: bool
    reason: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


Verdict = Callable[[], Judgement]


def certain(holds: bool, reason: str, metrics: Mapping[str, float] | None = None) -> Verdict:
    """Return the verdict of a rule that needs no rows."""
    return lambda: Judgement(holds, None if holds else reason, metrics or {})


def missing_column(column: str) -> Verdict:
    """Return the verdict of a rule about a column that is not there."""
    return certain(False, f"Input data does not include column {column}!")


def number_verdict(condition: Condition, value: Value, metric: str, what: str) -> Verdict:
    """Judge one number."""
    holds = number_test(condition, what)

    def judge() -> Judgement:
        found = value()
        reason = None if holds(found) else unmet(java_text(found))
        return Judgement(reason is None, reason, known({metric: found}))

    return judge


def whole_verdict(share: Value, metric: str | None) -> Verdict:
    """Judge a share that has to be all."""

    def judge() -> Judgement:
        found = share()
        reason = None if found == 1 else unmet(java_text(found))
        return Judgement(reason is None, reason, known({metric: found} if metric else {}))

    return judge


def share_verdict(
    threshold: Condition | None, share: Value, metric: str, what: str, failing: Text | None = None
) -> Verdict:
    """Judge a share of good rows: all of them, or what the threshold asks for.

    Without a threshold `failing` names a value that is not good.
    """
    meets = None if threshold is None else number_test(threshold, what)

    def judge() -> Judgement:
        found = share()
        holds = found == 1 if meets is None else meets(found)
        said = failing if meets is None else None
        reason = unmet(said() or "NULL") if said else passed_share(found)
        return Judgement(holds, None if holds else reason, known({metric: found}))

    return judge


def ratio(part: Value, whole: Value) -> Value:
    """Divide; nothing where there is nothing to divide by."""

    def value() -> float | None:
        numerator, denominator = part(), whole()
        return None if numerator is None or not denominator else numerator / denominator

    return value


def share_of(part: Value, whole: Value) -> Value:
    """Divide; nothing out of nothing is all of it."""
    quotient = ratio(part, whole)
    return lambda: quotient() if whole() else 1.0


def known(metrics: Mapping[str, float | None]) -> dict[str, float]:
    """Leave out the metrics of nothing."""
    return {name: value for name, value in metrics.items() if value is not None}


def count(where: str | None) -> str:
    """Count the rows that a where clause leaves."""
    return "count(*)" if where is None else f"count_if({where})"


def unmet(value: str) -> str:
    """Say which value misses its condition."""
    return f"Value: {value} does not meet the constraint requirement!"


def passed_share(share: float | None) -> str:
    """Say how many rows are good."""
    return f"{(share or 0) * 100:.2f} % of rows passed the threshold"

"""Rules beside each table: rows are published only where every rule of their table holds.

Rules are DQDL texts in `spark/rules/<dataset>/<table>.dqdl`. What evaluates them is an argument:
only jobs know Glue (spark/jobs/quality.py has the one that they pass).
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

FAILED = "Failed"
SHOWN_ROWS = 5
# An outcome's columns, as Glue names them, in the order of RuleOutcome's fields.
OUTCOME = ("Rule", "Outcome", "FailureReason", "EvaluatedMetrics")


class RulesMissing(Exception):
    """A table has no rules, or its file of rules is empty; names the file."""


class RulesFailed(Exception):
    """Rows break the rules of their table; names the table, the rules, the reasons, some rows."""


@dataclass(frozen=True)
class RuleOutcome:
    """What became of a rule: Passed, or Failed and why; metrics are by Glue's names."""

    rule: str
    outcome: str
    reason: str | None
    metrics: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome as JSON can hold it."""
        return asdict(self) | {"metrics": dict(self.metrics)}


@dataclass(frozen=True)
class Evaluation:
    """What an evaluator gives, computed when it is read.

    `outcomes` has Rule, Outcome, FailureReason and EvaluatedMetrics. `rows` returns the frame's
    rows with DataQualityRulesFail, the rules that each of them breaks.
    """

    outcomes: DataFrame
    rows: Callable[[], DataFrame]


class Evaluate(Protocol):
    """Evaluates rules on a frame; `others` are the data sets that the rules compare it with."""

    def __call__(self, frame: DataFrame, rules: str, others: Mapping[str, DataFrame]) -> Evaluation:
        """Return the outcomes of the rules, and the rows with what they break."""


@dataclass(frozen=True)
class Checked:
    """A table to check: its rows, its rules, what they refer to, and its key columns."""

    table: str
    frame: DataFrame
    rules: str
    others: Mapping[str, DataFrame] = field(default_factory=dict)
    keys: Sequence[str] = ()


def read_rules(dataset: str, table: str) -> str:
    """Read the rules of a table, also from the zipped package; raises RulesMissing."""
    path = f"rules/{dataset}/{table}.dqdl"
    try:
        text = pkgutil.get_data("spark", path)
    except OSError:
        text = None
    if text is None:
        raise RulesMissing(f"{dataset}.{table} has no rules: write spark/{path}.")
    return text.decode()


def check_rules(
    frame: DataFrame,
    *,
    table: str,
    rules: str,
    evaluate: Evaluate,
    others: Mapping[str, DataFrame] | None = None,
    keys: Sequence[str] = (),
) -> tuple[RuleOutcome, ...]:
    """Return the outcomes of a table's rules; raises RulesFailed where one does not hold.

    The frame is read once for all rules and once more for each set of columns that has to be
    unique, so cache what is costly to compute.
    """
    checked = Checked(table, frame, rules, others or {}, keys)
    return check_tables([checked], evaluate=evaluate)[table]


def check_tables(
    tables: Sequence[Checked], *, evaluate: Evaluate
) -> dict[str, tuple[RuleOutcome, ...]]:
    """Check several tables; raises RulesFailed, which names all that break their rules."""
    evaluations = {checked.table: _evaluate(checked, evaluate) for checked in tables}
    outcomes = {table: _read_outcomes(evaluation) for table, evaluation in evaluations.items()}
    failures = [
        _describe_failure(checked, evaluations[checked.table], failed)
        for checked in tables
        if (failed := [one for one in outcomes[checked.table] if one.outcome == FAILED])
    ]
    if failures:
        raise RulesFailed("\n".join(failures))
    return outcomes


def _evaluate(checked: Checked, evaluate: Evaluate) -> Evaluation:
    if not any(line.split("#")[0].strip() for line in checked.rules.splitlines()):
        raise RulesMissing(f"The rules of {checked.table} are empty: write at least one rule.")
    return evaluate(checked.frame, checked.rules, checked.others)


def _read_outcomes(evaluation: Evaluation) -> tuple[RuleOutcome, ...]:
    return tuple(RuleOutcome(*row) for row in evaluation.outcomes.select(*OUTCOME).collect())


def _describe_failure(
    checked: Checked, evaluation: Evaluation, failed: Sequence[RuleOutcome]
) -> str:
    reasons = "; ".join(f"{one.rule}: {one.reason}" for one in failed)
    head = f"{checked.table} breaks {len(failed)} of its rules, nothing is published. {reasons}"
    rules = F.array(*(F.lit(one.rule) for one in failed))
    broken = evaluation.rows().where(F.arrays_overlap("DataQualityRulesFail", rules))
    count = broken.count()
    if not count:
        return f"{head} No single row breaks them: they are about the table as a whole."
    names = [*checked.keys, *(name for name in checked.frame.columns if name not in checked.keys)]
    row = F.to_json(F.struct(*(F.col(f"`{name}`") for name in names)))
    shown = [found[0] for found in broken.select(row).limit(SHOWN_ROWS).collect()]
    return "\n".join([f"{head} {count} rows break them, among them:", *shown])

"""What the job does with the rows before they leave: counted, limited, checked against rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.lake.plan import FILE, POSITION, REASON, RECORD, LoadPlan
from spark.lake.rows import usable_rows
from spark.quality import Evaluate, RulesMissing, check_rules, read_rules
from spark.tuning import fit_to_size

SHOWN_REASONS = 5
SHOWN_CHARACTERS = 200
DATASET = "lake"


class TooManyRejects(Exception):
    """More records are unusable than the load allows; names reasons and records."""


@dataclass(frozen=True)
class Summary:
    """What the job brought: rows, those of them that are rejected and why, and the rules."""

    rows: int
    rejected: int
    rules: list[dict[str, Any]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)


def configure(spark: SparkSession, plan: LoadPlan) -> None:
    """Set what values depend on rather than trust the cluster's defaults, and fit the input."""
    fit_to_size(spark, plan.bytes)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.ansi.enabled", "false")


def check_rows(rows: DataFrame, plan: LoadPlan, evaluate: Evaluate) -> Summary:
    """Count the rows and check the usable ones; raises TooManyRejects or RulesFailed."""
    reasons = _count_reasons(rows)
    total = sum(reasons.values())
    usable = reasons.pop(None, 0)
    rejected = total - usable
    if rejected > plan.reject_limit or rejected > plan.max_rejected_share * total:
        raise TooManyRejects(_describe_rejects(rows, plan, rejected, total))
    outcomes = check_rules(
        usable_rows(rows, plan),
        table=plan.table,
        rules=choose_rules(plan),
        evaluate=evaluate,
        keys=plan.keys,
    )
    return Summary(
        total,
        rejected,
        [outcome.as_dict() for outcome in outcomes],
        {str(reason): count for reason, count in reasons.items()},
    )


def choose_rules(plan: LoadPlan) -> str:
    """Give the rules that were asked for, else those beside the table, else what every table obeys.

    The file of lake.trips is spark/rules/lake/trips.dqdl, that of sales.trips in the same folder
    sales.trips.dqdl.
    """
    if plan.rules:
        return plan.rules
    try:
        return read_rules(DATASET, plan.table.removeprefix(f"{DATASET}."))
    except RulesMissing:
        return default_rules(plan)


def default_rules(plan: LoadPlan) -> str:
    """Write the rules that every table obeys: it has rows, and every key has a value."""
    complete = [f'IsComplete "{key}"' for key in plan.keys]
    return f"Rules = [ {', '.join(['RowCount > 0', *complete])} ]"


def _count_reasons(rows: DataFrame) -> dict[str | None, int]:
    """Count the rows by the column and kind of their first problem; None are the usable ones."""
    # The value stands in quotes and differs from row to row.
    kind = F.regexp_replace(F.substring_index(REASON, "; ", 1), "'.*' is", "a value is")
    return {row[0]: row[1] for row in rows.groupBy(kind).count().collect()}


def _describe_rejects(rows: DataFrame, plan: LoadPlan, rejected: int, total: int) -> str:
    place = F.concat_ws(", ", FILE, POSITION)
    shown = rows.where(F.col(REASON).isNotNull()).select(place, REASON, RECORD).limit(SHOWN_REASONS)
    lines = [
        f"  {where}: {reason}: {str(record)[:SHOWN_CHARACTERS]}"
        for where, reason, record in shown.collect()
    ]
    head = (
        f"{rejected} of {total} records for {plan.table} are unusable, the limit is "
        f"{plan.reject_limit} and {plan.max_rejected_share:.0%} of them; nothing is loaded. "
        "Mend them, state the delimiter if it is another, or raise the limits. Among them:"
    )
    return "\n".join([head, *lines])

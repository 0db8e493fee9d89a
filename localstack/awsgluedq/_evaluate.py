"""A ruleset and a frame to the outcomes of its rules, as a query that Spark runs once.

Nothing is computed here: the outcomes are a plan, so whoever reads several of them together has
them in one action.
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from awsgluedq import _sql
from awsgluedq._column_rules import ABOUT_COLUMNS, COLUMN_RULES
from awsgluedq._custom_sql import custom_sql
from awsgluedq._dataset_rules import DATASET_RULES
from awsgluedq._measures import Measures
from awsgluedq._options import Options
from awsgluedq._parser import parse_ruleset
from awsgluedq._rows import Marks, composite_condition, row_outcomes
from awsgluedq._ruleset import AnyRule, Composite
from awsgluedq._subject import Subject, check_where
from awsgluedq._verdicts import Verdict, missing_column, share_of, unmet


@dataclass(frozen=True)
class Evaluation:
    """`outcomes` has a row for each rule; `rows` are the frame's, with what each of them breaks."""

    outcomes: DataFrame
    rows: DataFrame


def evaluate(
    frame: DataFrame, ruleset: str, others: Mapping[str, DataFrame], options: Options
) -> Evaluation:
    """Evaluate a DQDL document; raises DqdlError, or IllegalArgumentException as AWS does."""
    rules = parse_ruleset(ruleset).rules
    subject = Subject(frame, Measures(frame), others)
    verdicts = [_judge(rule, subject, options.composites_by_row) for rule in rules]
    return Evaluation(
        _outcomes(rules, verdicts, subject),
        row_outcomes(rules, subject, options.filtered_are_skipped),
    )


def _judge(rule: AnyRule, subject: Subject, by_row: bool) -> Verdict:
    if isinstance(rule, Composite):
        return _judge_rows(rule, subject) if by_row else _judge_parts(rule, subject)
    if rule.type in ABOUT_COLUMNS and (missing := subject.missing(rule.parameters)) is not None:
        return missing_column(missing)
    check_where(rule, subject.frame)
    if rule.type == "CustomSql":
        return custom_sql(rule, subject)
    return (COLUMN_RULES.get(rule.type) or DATASET_RULES[rule.type])(rule, subject)


def _judge_parts(rule: Composite, subject: Subject) -> Verdict:
    """Judge each part on all rows and join what comes out, which is how AWS does by default."""
    parts = [_judge(part, subject, by_row=False) for part in rule.parts]
    holds = f" {rule.operator} ".join(f"coalesce({part.holds}, false)" for part in parts)
    reasons = (f"if(coalesce({part.holds}, false), NULL, {part.reason})" for part in parts)
    metrics = {name: value for part in parts for name, value in part.metrics.items()}
    return Verdict(f"({holds})", f"concat_ws(', ', {', '.join(reasons)})", metrics)


def _judge_rows(rule: Composite, subject: Subject) -> Verdict:
    """Judge the whole rule on each row."""
    for part in rule.parts:
        _judge(part, subject, by_row=True) if isinstance(part, Composite) else check_where(
            part, subject.frame
        )
    marks = Marks(subject)
    aggregates = [f"count_if({composite_condition(rule, marks)})", "count(*)"]
    if marks.columns:
        good, total = subject.measures.query(marks.frame, aggregates)
    else:
        good, total = (subject.measures.number(aggregate) for aggregate in aggregates)
    share = share_of(good, total)
    return Verdict(f"{good} = {total}", unmet(share))


def _outcomes(rules: Sequence[AnyRule], verdicts: Sequence[Verdict], subject: Subject) -> DataFrame:
    if not rules:
        return subject.frame.sparkSession.createDataFrame([], _OUTCOME)
    rows = ", ".join(_row(rule, verdict) for rule, verdict in zip(rules, verdicts, strict=True))
    return subject.measures.answer().selectExpr(f"inline(array({rows}))")


_OUTCOME = (
    "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string, double>, "
    "EvaluatedRule string"
)


def _row(rule: AnyRule, verdict: Verdict) -> str:
    holds = f"coalesce({verdict.holds}, false)"
    text = _sql.text(rule.text)
    return (
        f"named_struct('Rule', {text}, 'Outcome', if({holds}, 'Passed', 'Failed'), "
        f"'FailureReason', if({holds}, NULL, {verdict.reason}), "
        f"'EvaluatedMetrics', {_metrics(verdict.metrics)}, 'EvaluatedRule', {text})"
    )


def _metrics(metrics: Mapping[str, str]) -> str:
    if not metrics:
        return "cast(map() AS map<string, double>)"
    pairs = ", ".join(f"{_sql.text(name)}, double({value})" for name, value in metrics.items())
    return f"map_filter(map({pairs}), (metric, value) -> value IS NOT NULL)"

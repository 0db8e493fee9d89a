"""A ruleset and a frame to the outcomes of its rules, as a query that Spark runs once.

Nothing is computed here: the outcomes are a plan, so whoever reads several of them together has
them in one action.
https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from awsgluedq import _sql
from awsgluedq._column_rules import ABOUT_COLUMNS, COLUMN_RULES
from awsgluedq._custom_sql import custom_sql
from awsgluedq._dataset_rules import DATASET_RULES
from awsgluedq._measures import Measures
from awsgluedq._options import Options, say
from awsgluedq._parser import parse_ruleset
from awsgluedq._rows import Marks, composite_condition, row_outcomes
from awsgluedq._ruleset import AnyRule, Composite, Rule, leaves
from awsgluedq._subject import Subject, check_where, check_where_syntax
from awsgluedq._verdicts import Verdict, missing_column, unmet


@dataclass(frozen=True)
class Evaluation:
    """The rules of a document, read and ready to be evaluated on a frame."""

    rules: tuple[AnyRule, ...]
    subject: Subject
    options: Options

    def outcomes(self) -> DataFrame:
        """Return a row for each rule; raises DqdlError, or IllegalArgumentException as AWS does."""
        for rule in self._leaves():
            check_where_syntax(rule)
        try:
            verdicts = [
                _judge(rule, self.subject, self.options.composites_by_row) for rule in self.rules
            ]
            return _outcomes(self.rules, verdicts, self.subject)
        except AnalysisException:
            # To look for the culprit before would cost an analysis for each rule.
            for rule in self._leaves():
                check_where(rule, self.subject.frame)
            raise

    def rows(self) -> DataFrame:
        """Return the frame's rows with the rules that each of them breaks."""
        return row_outcomes(self.rules, self.subject, self.options.filtered_are_skipped)

    def _leaves(self) -> list[Rule]:
        return [leaf for rule in self.rules for leaf in leaves(rule)]


def prepare(
    frame: DataFrame, ruleset: str, others: Mapping[str, DataFrame], options: Options
) -> Evaluation:
    """Read a DQDL document for a frame; raises DqdlError."""
    document = parse_ruleset(ruleset)
    if document.analyzers:
        say("Analyzers: Lochan publishes no statistics.")
    return Evaluation(document.rules, Subject(frame, Measures(frame), others), options)


def _judge(rule: AnyRule, subject: Subject, by_row: bool) -> Verdict:
    if isinstance(rule, Composite):
        return _judge_rows(rule, subject) if by_row else _judge_parts(rule, subject)
    if rule.type in ABOUT_COLUMNS and (missing := subject.missing(rule.parameters)) is not None:
        return missing_column(missing)
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
    marks = Marks(subject)
    good = _sql.share(f"count_if({composite_condition(rule, marks)})", "count(*)")
    if marks.columns:
        (share,) = subject.measures.query(marks.frame, [good])
    else:
        share = subject.measures.number(good)
    return Verdict(f"{share} = 1", unmet(share))


def _outcomes(rules: Sequence[AnyRule], verdicts: Sequence[Verdict], subject: Subject) -> DataFrame:
    if not rules:
        return subject.frame.sparkSession.createDataFrame([], _OUTCOME)
    rows = ", ".join(_row(rule, verdict) for rule, verdict in zip(rules, verdicts, strict=True))
    return subject.measures.answers().selectExpr(f"inline(array({rows}))").selectExpr(*_COLUMNS)


_OUTCOME = (
    "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string, double>, "
    "EvaluatedRule string"
)
_COLUMNS = (
    "rule AS Rule",
    "if(holds, 'Passed', 'Failed') AS Outcome",
    "if(holds, NULL, reason) AS FailureReason",
    "map_filter(metrics, (metric, value) -> value IS NOT NULL) AS EvaluatedMetrics",
    "rule AS EvaluatedRule",
)


def _row(rule: AnyRule, verdict: Verdict) -> str:
    pairs = ", ".join(f"{_sql.text(name)}, {value}" for name, value in verdict.metrics.items())
    return (
        f"named_struct('rule', {_sql.text(rule.text)}, "
        f"'holds', coalesce({verdict.holds}, false), 'reason', {verdict.reason}, "
        f"'metrics', CAST(map({pairs}) AS map<string, double>))"
    )

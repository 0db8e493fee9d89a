"""A ruleset and a frame to the outcomes of its rules, and to what each row breaks.

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
from awsgluedq._verdicts import Judgement, Verdict, missing_column, whole_verdict


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
            self.subject.measures.take()
            return _outcomes(self.rules, [verdict() for verdict in verdicts], self.subject)
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
    join = all if rule.operator == "and" else any

    def judge() -> Judgement:
        judgements = [part() for part in parts]
        holds = join(one.holds for one in judgements)
        reasons = ", ".join(one.reason for one in judgements if one.reason is not None)
        metrics = {name: value for one in judgements for name, value in one.metrics.items()}
        return Judgement(holds, None if holds else reasons, metrics)

    return judge


def _judge_rows(rule: Composite, subject: Subject) -> Verdict:
    """Judge the whole rule on each row."""
    marks = Marks(subject)
    good = _sql.share(f"count_if({composite_condition(rule, marks)})", "count(*)")
    if marks.columns:
        (share,) = subject.measures.query(marks.frame, [good])
    else:
        share = subject.measures.number(good)
    return whole_verdict(share, None)


def _outcomes(
    rules: Sequence[AnyRule], judgements: Sequence[Judgement], subject: Subject
) -> DataFrame:
    """Hold the outcomes as a literal of the plan, which costs no job to read."""
    session = subject.frame.sparkSession
    if not rules:
        return session.createDataFrame([], _OUTCOME)
    pairs = zip(rules, judgements, strict=True)
    rows = ", ".join(_row(rule.text, judgement) for rule, judgement in pairs)
    return session.sql(f"SELECT * FROM VALUES {rows} AS outcomes({', '.join(_COLUMNS)})")


_OUTCOME = (
    "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string, double>, "
    "EvaluatedRule string"
)
_COLUMNS = ("Rule", "Outcome", "FailureReason", "EvaluatedMetrics", "EvaluatedRule")


def _row(rule: str, judgement: Judgement) -> str:
    text = _sql.text(rule)
    reason = "NULL" if judgement.reason is None else _sql.text(judgement.reason)
    metrics = ", ".join(
        f"{_sql.text(name)}, double('{value!r}')" for name, value in judgement.metrics.items()
    )
    outcome = "'Passed'" if judgement.holds else "'Failed'"
    held = f"CAST(map({metrics}) AS map<string, double>)"
    return f"({text}, {outcome}, CAST({reason} AS string), {held}, {text})"

"""CustomSql: a query over the frame, called `primary`, and the other data sources by alias.

With a condition the query gives one number. Without one it gives the rows that are good, told by
the columns that it shares with the frame; a threshold is then on their share of all rows.
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-CustomSql.html
"""

from __future__ import annotations

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from awsgluedq import _sql
from awsgluedq._ruleset import Condition, DqdlError, Number, Rule
from awsgluedq._subject import Subject
from awsgluedq._verdicts import Judgement, Verdict, certain, number_verdict, share_verdict
from awsgluedq._views import views

PRIMARY = "primary"
_NO_COMMON_COLUMN = (
    "The output from CustomSQL must contain at least one column that matches the input dataset "
    "for AWS Glue Data Quality to provide row level results"
)


def custom_sql(rule: Rule, subject: Subject) -> Verdict:
    """Judge what the query gives; a query that Spark does not understand fails the rule."""
    try:
        result = _run(rule, subject)
    except (AnalysisException, ParseException) as error:
        return certain(False, str(error).strip().splitlines()[0])
    if rule.condition is None:
        return _rows(rule, subject, result)
    return _one_number(rule.condition, rule, subject, result)


def mark_good_rows(frame: DataFrame, rule: Rule, subject: Subject, mark: str) -> DataFrame | None:
    """Add a column that is true where the query gives the row, else null; None where it cannot."""
    try:
        result = _run(rule, subject)
    except (AnalysisException, ParseException):
        return None
    return _mark(frame, result, mark)


def _one_number(condition: Condition, rule: Rule, subject: Subject, result: DataFrame) -> Verdict:
    if len(result.columns) != 1:
        return certain(False, "CustomSql has to return one column where it has a condition")
    counts = ["count(*)", "max(double(value))"]
    rows, value = subject.measures.query(result.toDF("value"), counts)
    verdict = number_verdict(condition, value, "Dataset.*.CustomSQL", rule.text)
    several = "CustomSql has to return one value, not {:.0f} rows"
    return lambda: verdict() if rows() == 1 else Judgement(False, several.format(rows() or 0))


def _rows(rule: Rule, subject: Subject, result: DataFrame) -> Verdict:
    _check_threshold(rule)
    marked = _mark(subject.frame, result, "__dq_good")
    if marked is None:
        return certain(False, _NO_COMMON_COLUMN)
    (share,) = subject.measures.query(marked, [_sql.share("count(__dq_good)", "count(*)")])
    return share_verdict(rule.threshold, share, "Dataset.*.CustomSQL.Compliance", rule.text)


def _check_threshold(rule: Rule) -> None:
    """Refuse a threshold that counts rows: AWS' pages say both, a share and a number of rows."""
    operands = rule.threshold.operands if rule.threshold else ()
    if any(isinstance(one, Number) and float(one.value) > 1 for one in operands):
        raise DqdlError(
            f"{rule.text}: a threshold is a share of rows, between 0 and 1; Lochan does not "
            "implement one that counts rows."
        )


def _mark(frame: DataFrame, result: DataFrame, mark: str) -> DataFrame | None:
    given = {name.lower() for name in result.columns}
    shared = [name for name in frame.columns if name.lower() in given]
    if not shared:
        return None
    places = [f"{mark}_{place}" for place in range(len(shared))]
    good = result.selectExpr(
        *(f"{_sql.name(name)} AS {place}" for name, place in zip(shared, places, strict=True))
    )
    pairs = zip(shared, places, strict=True)
    same = " AND ".join(f"{_sql.name(name)} <=> {place}" for name, place in pairs)
    marked = good.distinct().selectExpr("*", f"true AS {mark}")
    return frame.join(marked, F.expr(same), "left").drop(*places)


def _run(rule: Rule, subject: Subject) -> DataFrame:
    session = subject.frame.sparkSession
    with views(session, {**subject.others, PRIMARY: subject.frame}):
        return session.sql(rule.parameters[0])

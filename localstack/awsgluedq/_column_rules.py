"""Rules about the frame alone: its rows, its columns and their values.

Where AWS' pages leave it open: the standard deviation is the population's, entropy is in nats, a
null is no value (it is neither unique nor distinct), and no rows fulfil what each row has to.
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from pyspark.sql.types import AtomicType, NumericType

from awsgluedq import _sql
from awsgluedq._measures import DISTINCT, ROWS, UNIQUE, Value
from awsgluedq._row_conditions import condition_of, length_of, row_condition
from awsgluedq._ruleset import DqdlError, Rule
from awsgluedq._subject import Subject
from awsgluedq._verdicts import (
    Judgement,
    Verdict,
    certain,
    count,
    known,
    missing_column,
    number_verdict,
    share_of,
    share_verdict,
    whole_verdict,
)

_ENTROPY = "ln(sum(__dq_n)) - sum(__dq_n * ln(__dq_n)) / sum(__dq_n)"


def _row_count(rule: Rule, subject: Subject) -> Verdict:
    rows = subject.measures.number(count(rule.where))
    return number_verdict(condition_of(rule), rows, "Dataset.*.RowCount", rule.text)


def _column_count(rule: Rule, subject: Subject) -> Verdict:
    columns = float(len(subject.frame.columns))
    return number_verdict(condition_of(rule), lambda: columns, "Dataset.*.ColumnCount", rule.text)


def _column_exists(rule: Rule, subject: Subject) -> Verdict:
    (column,) = rule.parameters
    if subject.type_of(column) is None:
        return missing_column(column)
    return certain(True, "")


def _names_match(rule: Rule, subject: Subject) -> Verdict:
    try:
        pattern = re.compile(rule.parameters[0])
    except re.error as error:
        raise DqdlError(f"{rule.text}: the pattern is no regular expression: {error}.") from None
    names = subject.frame.columns
    others = [name for name in names if not pattern.fullmatch(name)]
    share = 1 - len(others) / len(names) if names else 1.0
    return certain(
        not others,
        f"Columns that do not match the pattern: {', '.join(others)}",
        {"Dataset.*.ColumnNamesPatternMatchRatio": share},
    )


def _complete(rule: Rule, subject: Subject) -> Verdict:
    (column,) = rule.parameters
    metric = f"Column.{column}.Completeness"
    present = _sql.both(rule.where, f"{_sql.name(column)} IS NOT NULL")
    share = subject.measures.number(_sql.share(count(present), count(rule.where)))
    if rule.condition is None:
        return whole_verdict(share, metric)
    return number_verdict(rule.condition, share, metric, rule.text)


def _values(rule: Rule, subject: Subject) -> Verdict:
    (column,) = rule.parameters
    kind, name = subject.type_of(column), _sql.name(column)
    ordered = name if isinstance(kind, AtomicType) else f"string({name})"
    verdict = _each_row(rule, subject, f"Column.{column}.ColumnValues.Compliance", ordered)
    if not isinstance(kind, NumericType):
        return verdict
    ends = {"Minimum": "min", "Maximum": "max"}
    return _with_ends(
        verdict,
        rule,
        subject,
        {
            f"Column.{column}.{end}": f"{function}({_where(rule, name)})"
            for end, function in ends.items()
        },
    )


def _length(rule: Rule, subject: Subject) -> Verdict:
    (column,) = rule.parameters
    length = length_of(column)
    verdict = _each_row(rule, subject, f"Column.{column}.ColumnLength.Compliance", length)
    return _with_ends(
        verdict,
        rule,
        subject,
        {
            f"Column.{column}.MinimumLength": f"min({_where(rule, length)})",
            f"Column.{column}.MaximumLength": f"max({_where(rule, length)})",
        },
    )


def _with_ends(verdict: Verdict, rule: Rule, subject: Subject, ends: dict[str, str]) -> Verdict:
    """Give the metrics of the smallest and the largest; the share counts with a threshold."""
    values = {metric: subject.measures.number(aggregate) for metric, aggregate in ends.items()}

    def judge() -> Judgement:
        judgement = verdict()
        metrics = known({metric: value() for metric, value in values.items()})
        shares = judgement.metrics if rule.threshold is not None else {}
        return replace(judgement, metrics={**metrics, **shares})

    return judge


def _each_row(rule: Rule, subject: Subject, metric: str, failing: str | None = None) -> Verdict:
    """Judge how many rows fulfil a rule; a row that does not is named by `failing`."""
    (column,) = rule.parameters
    kind, measures = subject.type_of(column), subject.measures
    assert kind is not None
    condition = row_condition(rule, kind)
    good = count(_sql.both(rule.where, condition))
    share = measures.number(_sql.share(good, count(rule.where)))
    if failing is None or rule.threshold is not None:
        return share_verdict(rule.threshold, share, metric, rule.text)
    bad = _sql.both(rule.where, f"NOT {condition}")
    null = count(_sql.both(bad, f"{failing} IS NULL"))
    least = measures.text(f"if({null} > 0, NULL, min(if({bad}, {failing}, NULL)))")
    return share_verdict(None, share, metric, rule.text, least)


def _type(rule: Rule, subject: Subject) -> Verdict:
    return _each_row(rule, subject, f"Column.{rule.parameters[0]}.ColumnDataType.Compliance")


def _freshness(rule: Rule, subject: Subject) -> Verdict:
    return _each_row(rule, subject, f"Column.{rule.parameters[0]}.DataFreshness.Compliance")


def _frequencies(rule: Rule, subject: Subject, *what: str) -> list[Value]:
    return subject.measures.frequencies(rule.parameters, rule.where, what)


def _unique(rule: Rule, subject: Subject) -> Verdict:
    share = share_of(*_frequencies(rule, subject, UNIQUE, ROWS))
    if rule.condition is None:
        return whole_verdict(share, _uniqueness_metric(rule))
    return number_verdict(rule.condition, share, _uniqueness_metric(rule), rule.text)


def _primary_key(rule: Rule, subject: Subject) -> Verdict:
    """Ask for values that are there and unique: a null counts against the share."""
    (unique,) = _frequencies(rule, subject, UNIQUE)
    share = share_of(unique, subject.measures.number(count(rule.where)))
    return whole_verdict(share, _uniqueness_metric(rule))


def _uniqueness_metric(rule: Rule) -> str:
    kind = "Column" if len(rule.parameters) == 1 else "Multicolumn"
    return f"{kind}.{','.join(rule.parameters)}.Uniqueness"


def _distinct(rule: Rule, subject: Subject) -> Verdict:
    (value,) = _frequencies(rule, subject, DISTINCT)
    return _of_column(rule, value)


def _unique_ratio(rule: Rule, subject: Subject) -> Verdict:
    return _of_column(rule, share_of(*_frequencies(rule, subject, UNIQUE, DISTINCT)))


def _entropy(rule: Rule, subject: Subject) -> Verdict:
    (value,) = _frequencies(rule, subject, _ENTROPY)
    return _of_column(rule, value)


def _of_column(rule: Rule, value: Value) -> Verdict:
    metric = f"Column.{rule.parameters[0]}.{rule.type}"
    return number_verdict(condition_of(rule), value, metric, rule.text)


def _statistic(function: str) -> Callable[[Rule, Subject], Verdict]:
    def verdict(rule: Rule, subject: Subject) -> Verdict:
        (column,) = rule.parameters
        if (other := _no_number(subject, column)) is not None:
            return other
        aggregate = f"{function}({_where(rule, _sql.name(column))})"
        return _of_column(rule, subject.measures.number(aggregate))

    return verdict


def _correlation(rule: Rule, subject: Subject) -> Verdict:
    for column in rule.parameters:
        if (other := _no_number(subject, column)) is not None:
            return other
    one, two = (_sql.name(column) for column in rule.parameters)
    value = subject.measures.number(f"corr(double({_where(rule, one)}), double({two}))")
    metric = f"Multicolumn.{','.join(rule.parameters)}.ColumnCorrelation"
    return number_verdict(condition_of(rule), value, metric, rule.text)


def _no_number(subject: Subject, column: str) -> Verdict | None:
    kind = subject.type_of(column)
    if kind is None or isinstance(kind, NumericType):
        return None
    return certain(False, f"Column {column} has the type {kind.simpleString()}, which is no number")


def _where(rule: Rule, value: str) -> str:
    return value if rule.where is None else f"if({rule.where}, {value}, NULL)"


COLUMN_RULES: MappingProxyType[str, Callable[[Rule, Subject], Verdict]] = MappingProxyType(
    {
        "ColumnCorrelation": _correlation,
        "ColumnCount": _column_count,
        "ColumnDataType": _type,
        "ColumnExists": _column_exists,
        "ColumnLength": _length,
        "ColumnNamesMatchPattern": _names_match,
        "ColumnValues": _values,
        "Completeness": _complete,
        "DataFreshness": _freshness,
        "DistinctValuesCount": _distinct,
        "Entropy": _entropy,
        "IsComplete": _complete,
        "IsPrimaryKey": _primary_key,
        "IsUnique": _unique,
        "Mean": _statistic("avg"),
        "RowCount": _row_count,
        "StandardDeviation": _statistic("stddev_pop"),
        "Sum": _statistic("sum"),
        "UniqueValueRatio": _unique_ratio,
        "Uniqueness": _unique,
    }
)
# Their parameters are names of columns.
ABOUT_COLUMNS = frozenset(COLUMN_RULES) - {"ColumnExists", "ColumnNamesMatchPattern"}

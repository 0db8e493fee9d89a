"""Rules that compare the frame with other data sources.

Where AWS' pages leave it open: a share is one of the primary frame's rows, and SchemaMatch divides
by the columns of the frame that has more of them.
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from awsgluedq import _sql
from awsgluedq._measures import Value
from awsgluedq._references import (
    Aggregation,
    aggregation,
    column_list,
    column_pairs,
    reference_columns,
)
from awsgluedq._row_conditions import condition_of
from awsgluedq._ruleset import DqdlError, Rule
from awsgluedq._subject import Subject, column_types
from awsgluedq._verdicts import (
    Judgement,
    Verdict,
    certain,
    count,
    missing_column,
    number_verdict,
    ratio,
    share_of,
)

UNSUITABLE_KEYS = "Provided key map not suitable for given data frames"


def _row_count_match(rule: Rule, subject: Subject) -> Verdict:
    (alias,) = rule.parameters
    if alias not in subject.others:
        return _missing_source(alias)
    (other,) = subject.measures.query(subject.others[alias], ["count(*)"])
    found = ratio(subject.measures.number(count(rule.where)), other)
    return number_verdict(condition_of(rule), found, f"Dataset.{alias}.RowCountMatch", rule.text)


def _schema_match(rule: Rule, subject: Subject) -> Verdict:
    (alias,) = rule.parameters
    if alias not in subject.others:
        return _missing_source(alias)
    own, others = column_types(subject.frame), column_types(subject.others[alias])
    same = sum(others.get(name) == kind for name, kind in own.items())
    share = same / max(len(own), len(others), 1)
    metric = f"Dataset.{alias}.SchemaMatch"
    return number_verdict(condition_of(rule), lambda: share, metric, rule.text)


def _aggregate_match(rule: Rule, subject: Subject) -> Verdict:
    one, two = (aggregation(text, rule.text) for text in rule.parameters)
    for given in (one, two):
        if (verdict := _cannot_aggregate(given, subject)) is not None:
            return verdict
    found = ratio(_aggregate(one, subject), _aggregate(two, subject))
    names = dict.fromkeys([one.column, two.column])
    metric = f"Column.{','.join(names)}.AggregateMatch"
    return number_verdict(condition_of(rule), found, metric, rule.text)


def _cannot_aggregate(given: Aggregation, subject: Subject) -> Verdict | None:
    if given.alias is None:
        return missing_column(given.column) if subject.missing([given.column]) else None
    return _cannot_refer(given.alias, [given.column], subject)


def _aggregate(given: Aggregation, subject: Subject) -> Value:
    expression = f"{given.function}({_sql.name(given.column)})"
    if given.alias is None:
        return subject.measures.number(expression)
    return subject.measures.query(subject.others[given.alias], [expression])[0]


def _referential_integrity(rule: Rule, subject: Subject) -> Verdict:
    columns = column_list(rule.parameters[0])
    alias, references = reference_columns(rule.parameters[1], rule.text)
    if (missing := subject.missing(columns)) is not None:
        return missing_column(missing)
    if (verdict := _cannot_refer(alias, references, subject)) is not None:
        return verdict
    marked = mark_references(subject.frame, rule, subject, "__dq_found")
    chosen = marked if rule.where is None else marked.where(rule.where)
    (share,) = subject.measures.query(chosen, [_sql.share("count(__dq_found)", "count(*)")])
    metric = f"Column.{alias}.ReferentialIntegrity"
    return number_verdict(condition_of(rule), share, metric, rule.text)


def mark_references(frame: DataFrame, rule: Rule, subject: Subject, mark: str) -> DataFrame:
    """Add a column that is true where ReferentialIntegrity finds the row's values, else null."""
    columns = column_list(rule.parameters[0])
    alias, references = reference_columns(rule.parameters[1], rule.text)
    if len(columns) != len(references):
        raise DqdlError(f"{rule.text}: name as many columns on both sides.")
    places = [f"{mark}_{place}" for place in range(len(columns))]
    known = subject.others[alias].selectExpr(
        *(f"{_sql.name(one)} AS {place}" for one, place in zip(references, places, strict=True))
    )
    pairs = zip(columns, places, strict=True)
    same = " AND ".join(f"{_sql.name(column)} = {place}" for column, place in pairs)
    marked = known.distinct().selectExpr("*", f"true AS {mark}")
    return frame.join(marked, F.expr(same), "left").drop(*places)


def _dataset_match(rule: Rule, subject: Subject) -> Verdict:
    alias = rule.parameters[0]
    if alias not in subject.others:
        return _missing_source(alias)
    keys = column_pairs(rule.parameters[1])
    pairs = (
        column_pairs(rule.parameters[2])
        if len(rule.parameters) > 2
        else _remaining(subject.frame, keys)
    )
    wanted = [*keys, *pairs]
    if (missing := subject.missing(own for own, _ in wanted)) is not None:
        return missing_column(missing)
    if (verdict := _cannot_refer(alias, (other for _, other in wanted), subject)) is not None:
        return verdict
    rows = subject.measures.number(count(None))
    (own_keys,) = subject.measures.frequencies([own for own, _ in keys], None, ["count(*)"])
    distinct, total, matching = _compare_rows(subject, alias, keys, pairs)
    metric = f"Dataset.{alias}.DatasetMatch"
    verdict = number_verdict(condition_of(rule), share_of(matching, rows), metric, rule.text)
    return lambda: (
        verdict()
        if own_keys() == rows() and distinct() == total()
        else Judgement(False, UNSUITABLE_KEYS)
    )


def _compare_rows(
    subject: Subject, alias: str, keys: list[tuple[str, str]], pairs: list[tuple[str, str]]
) -> tuple[Value, Value, Value]:
    """Measure the other frame's distinct keys, its rows, and the rows that are the same."""
    other = subject.others[alias]
    names = [_sql.name(name) for _, name in keys]
    # A null among the columns is not counted, so that a null in a key shows.
    counts = [f"count(DISTINCT {', '.join(names)})", "count(*)"]
    distinct, total = subject.measures.query(other, counts)
    tests = [f"a.{_sql.name(own)} = b.{_sql.name(name)}" for own, name in keys]
    tests += [f"a.{_sql.name(own)} <=> b.{_sql.name(name)}" for own, name in pairs]
    joined = subject.frame.alias("a").join(other.alias("b"), F.expr(" AND ".join(tests)))
    (matching,) = subject.measures.query(joined, ["count(*)"])
    return distinct, total, matching


def _remaining(frame: DataFrame, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
    own = {name.lower() for name, _ in keys}
    return [(name, name) for name in frame.columns if name.lower() not in own]


def _cannot_refer(alias: str, columns: Iterable[str], subject: Subject) -> Verdict | None:
    if alias not in subject.others:
        return _missing_source(alias)
    there = column_types(subject.others[alias])
    missing = next((column for column in columns if column.lower() not in there), None)
    if missing is None:
        return None
    return certain(False, f"Reference data does not include column {missing}!")


def _missing_source(alias: str) -> Verdict:
    return certain(
        False,
        f"There is no data source {alias!r}: give it by this alias in additional_data_sources",
    )


DATASET_RULES: MappingProxyType[str, Callable[[Rule, Subject], Verdict]] = MappingProxyType(
    {
        "AggregateMatch": _aggregate_match,
        "DatasetMatch": _dataset_match,
        "ReferentialIntegrity": _referential_integrity,
        "RowCountMatch": _row_count_match,
        "SchemaMatch": _schema_match,
    }
)

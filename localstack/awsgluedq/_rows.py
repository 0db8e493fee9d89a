"""Which rows break which rules.

Rules that look at more than one row (uniqueness, references, CustomSql) mark each row first, in a
column of their own. The marks are only computed when the rows are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame

from awsgluedq import _sql
from awsgluedq._custom_sql import mark_good_rows
from awsgluedq._dataset_rules import mark_references
from awsgluedq._references import column_list, reference_columns
from awsgluedq._row_conditions import ROW_CONDITIONS, row_condition
from awsgluedq._ruleset import AnyRule, Composite, DqdlError, Rule, leaves
from awsgluedq._subject import Subject, column_types

PASS, FAIL, SKIP = "DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip"
RESULT = "DataQualityEvaluationResult"

_UNIQUE = ("IsUnique", "Uniqueness")
# AWS gives no results by row for ColumnDataType, nor evaluates these shares within a row.
_NO_RESULTS = ("ColumnDataType",)
_SHARES = ("Completeness", "DatasetMatch", "ReferentialIntegrity", "Uniqueness")


class Marks:
    """The frame with the marks that conditions on a row need."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.frame: DataFrame = subject.frame
        self.columns: list[str] = []

    def condition(self, rule: AnyRule) -> str | None:
        """Return what a row has to fulfil, by a rule; None for rules that are about no row."""
        if isinstance(rule, Composite):
            parts = [self.condition(part) for part in rule.parts]
            given = [part for part in parts if part is not None]
            joined = f" {rule.operator} ".join(f"({part})" for part in given)
            return f"({joined})" if len(given) == len(parts) else None
        condition = self._condition(rule)
        if condition is None or rule.where is None:
            return condition
        return f"(NOT {_sql.is_true(rule.where)} OR {condition})"

    def _condition(self, rule: Rule) -> str | None:
        if rule.type in ROW_CONDITIONS:
            kind = self._subject.type_of(rule.parameters[0])
            return None if kind is None else row_condition(rule, kind)
        if rule.type in (*_UNIQUE, "IsPrimaryKey"):
            return None if self._subject.missing(rule.parameters) else self._unique(rule)
        if rule.type == "ReferentialIntegrity":
            return self._referring(rule)
        if rule.type == "CustomSql" and rule.condition is None:
            marked = mark_good_rows(self.frame, rule, self._subject, self._name())
            return None if marked is None else self._take(marked)
        return None

    def _unique(self, rule: Rule) -> str:
        names = [_sql.name(column) for column in rule.parameters]
        present = _sql.both(*(f"{name} IS NOT NULL" for name in names))
        counted = _sql.both(rule.where, present)
        window = f"count_if({counted}) OVER (PARTITION BY {', '.join(names)})"
        self._take(self.frame.selectExpr("*", f"{window} = 1 AS {self._name()}"))
        mark = self.columns[-1]
        return (
            f"({present} AND {mark})"
            if rule.type == "IsPrimaryKey"
            else (f"(NOT ({present}) OR {mark})")
        )

    def _referring(self, rule: Rule) -> str | None:
        alias, references = reference_columns(rule.parameters[1], rule.text)
        others = self._subject.others
        known = column_types(others[alias]) if alias in others else {}
        columns = column_list(rule.parameters[0])
        if self._subject.missing(columns) or any(one.lower() not in known for one in references):
            return None
        return self._take(mark_references(self.frame, rule, self._subject, self._name()))

    def _name(self) -> str:
        return f"__dq_mark_{len(self.columns)}"

    def _take(self, marked: DataFrame) -> str:
        self.columns.append(self._name())
        self.frame = marked
        return _sql.is_true(self.columns[-1])


def row_outcomes(
    rules: Sequence[AnyRule], subject: Subject, filtered_are_skipped: bool
) -> DataFrame:
    """Return the frame with the rules that each row passes, fails and skips, and its result."""
    marks = Marks(subject)
    states = [_state(rule, marks, filtered_are_skipped) for rule in rules]
    lists = [f"{_chosen(rules, states, state)} AS {state}" for state in (PASS, FAIL, SKIP)]
    listed = marks.frame.selectExpr("*", *lists).drop(*marks.columns)
    return listed.selectExpr("*", f"if(size({FAIL}) > 0, 'Failed', 'Passed') AS {RESULT}")


def composite_condition(rule: Composite, marks: Marks) -> str:
    """Return the condition of a composite rule that is evaluated row by row; refuse what cannot."""
    for part in leaves(rule):
        if part.type in _SHARES or part.threshold is not None or not _is_about_rows(part):
            raise DqdlError(
                f"{rule.text}: {part.text} cannot be evaluated row by row; leave out the option "
                "compositeRuleEvaluation.method, or the rule."
            )
    condition = marks.condition(rule)
    return "false" if condition is None else condition


def _is_about_rows(rule: Rule) -> bool:
    if rule.type == "CustomSql":
        return rule.condition is None
    return rule.type in ROW_CONDITIONS or rule.type in ("IsUnique", "IsPrimaryKey")


def _state(rule: AnyRule, marks: Marks, filtered_are_skipped: bool) -> str:
    condition = None
    if not (isinstance(rule, Rule) and rule.type in _NO_RESULTS):
        condition = marks.condition(rule)
    if condition is None:
        return _sql.text(SKIP)
    state = f"if({condition}, {_sql.text(PASS)}, {_sql.text(FAIL)})"
    if filtered_are_skipped and isinstance(rule, Rule) and rule.where is not None:
        return f"if({_sql.is_true(rule.where)}, {state}, {_sql.text(SKIP)})"
    return state


def _chosen(rules: Sequence[AnyRule], states: Sequence[str], state: str) -> str:
    texts = (
        f"if({own} = {_sql.text(state)}, {_sql.text(rule.text)}, NULL)"
        for rule, own in zip(rules, states, strict=True)
    )
    return f"filter(CAST(array({', '.join(texts)}) AS array<string>), rule -> rule IS NOT NULL)"

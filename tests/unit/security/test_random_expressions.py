"""Random filters of partitions and random rulesets, held against simple models of them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from awsgluedq._parser import parse_ruleset
from awsgluedq._ruleset import AnyRule, Composite, Condition, DqdlError, Number, Rule, Text, leaves
from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.partition_filter import compile_filter
from tests.unit.security.fuzzing import fuzzed

NULL = "__HIVE_DEFAULT_PARTITION__"
KEYS = [{"Name": "k", "Type": "int"}]
Model = tuple[str, Callable[[int | None], bool | None]]


def known(test: Callable[[int], bool]) -> Callable[[int | None], bool | None]:
    """Leave a test of nothing unknown, as SQL does."""
    return lambda value: None if value is None else test(value)


SIGNS = {"=": operator.eq, "<>": operator.ne, "!=": operator.ne, "<": operator.lt}
SIGNS |= {"<=": operator.le, ">": operator.gt, ">=": operator.ge}
few = st.integers(-3, 3)
comparisons = st.builds(
    lambda sign, right: (f"k {sign} {right}", known(lambda value: SIGNS[sign](value, right))),
    st.sampled_from([*SIGNS]),
    few,
)
memberships = st.builds(
    lambda members, word: (
        f"k {word} ({','.join(map(str, members))})",
        known(lambda value: (value in members) == (word == "in")),
    ),
    st.lists(few, min_size=1, max_size=3),
    st.sampled_from(["in", "not in"]),
)
ranges = st.builds(
    lambda low, high: (f"k between {low} and {high}", known(lambda value: low <= value <= high)),
    few,
    few,
)
nullness: st.SearchStrategy[Model] = st.just(("k is null", lambda value: value is None))


def negate(inner: Model) -> Model:
    def test(value: int | None) -> bool | None:
        truth = inner[1](value)
        return None if truth is None else not truth

    return f"not ({inner[0]})", test


def join(left: Model, right: Model, word: str) -> Model:
    decisive = word == "or"

    def test(value: int | None) -> bool | None:
        truths = {left[1](value), right[1](value)}
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    return f"({left[0]}) {word} ({right[0]})", test


models = st.recursive(
    st.one_of(comparisons, memberships, ranges, nullness),
    lambda inner: st.one_of(
        inner.map(negate), st.builds(join, inner, inner, st.sampled_from(["and", "or"]))
    ),
    max_leaves=6,
)


@fuzzed
@given(models, st.none() | st.integers(-4, 4))
def test_a_filter_selects_what_three_valued_logic_does(model: Model, value: int | None) -> None:
    text, test = model
    selects = compile_filter(text, KEYS)
    assert selects((NULL if value is None else str(value),)) is (test(value) is True)


GRAMMAR = (
    "k j ( ) , = <> < >= AND OR NOT IN BETWEEN LIKE IS NULL DATE TIMESTAMP 'a' '2026-01-01' 'NaN' "
    "'sNaN' 'Infinity' '1e999' '٣' 1 -1 1.5 '' '%' '_' '[' \"k\" `k` '20260101' '1_0'"
)
PIECES = GRAMMAR.split()
expressions = (
    st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)
    | st.text(max_size=20)
    | st.builds("k {} {}".format, st.sampled_from(["=", "<", "LIKE"]), st.sampled_from(PIECES))
)
kinds = st.sampled_from(["string", "int", "date", "timestamp", "decimal(5,2)", "char(3)"])


@fuzzed
@example("k < 'NaN'", "decimal(5,2)", "1")  # no order has a place for it
@given(expressions, kinds, st.sampled_from(["1", "a", "2026-01-01", NULL, "NaN", "sNaN", "1.5"]))
def test_a_filter_answers_or_is_refused(expression: str, kind: str, value: str) -> None:
    keys = [{"Name": "k", "Type": kind}, {"Name": "j", "Type": kind}]
    try:
        assert compile_filter(expression, keys)((value, value)) in (True, False)
    except InvalidInputException as error:
        assert str(error)


@pytest.mark.parametrize(("kind", "literal"), [("int", "1_0"), ("int", "٣"), ("date", "20260101")])
def test_a_literal_that_only_python_reads_is_refused(kind: str, literal: str) -> None:
    with pytest.raises(InvalidInputException, match="is not of the type"):
        compile_filter(f"k = '{literal}'", [{"Name": "k", "Type": kind}])


def test_what_is_nested_without_end_is_refused() -> None:
    with pytest.raises(InvalidInputException, match="nested too deeply"):
        compile_filter("(" * 1000 + "k = 1" + ")" * 1000, KEYS)
    with pytest.raises(DqdlError, match="nested too deeply"):
        parse_ruleset("Rules = [" + "(" * 3000 + "RowCount > 1" + ")" * 3000 + "]")


# A text in quotes: a quote in it is escaped, a backslash is itself.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\'), max_size=6)
texts = st.lists(words, min_size=1, max_size=3).map('"'.join)
numbers = st.decimals(0, 1000, places=2).map(str)
blanks = st.sampled_from([" ", "\n", "\t ", " # a comment ] )\n"])
conditions = st.one_of(
    st.builds(
        lambda sign, number: Condition(sign, (Number(number),)),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        numbers,
    ),
    st.builds(
        lambda low, high, no: Condition("between", (Number(low), Number(high)), no),
        numbers,
        numbers,
        st.booleans(),
    ),
    st.builds(
        lambda members, no: Condition("in", tuple(map(Text, members)), no),
        st.lists(texts, min_size=1, max_size=3),
        st.booleans(),
    ),
    st.builds(lambda text, no: Condition("matches", (Text(text),), no), texts, st.booleans()),
)
rules = st.one_of(
    st.builds(lambda found: Rule("", "RowCount", (), found), conditions),
    st.builds(lambda name: Rule("", "IsComplete", (name,)), texts),
    st.builds(
        lambda name, found, where, least: Rule("", "ColumnValues", (name,), found, where, least),
        texts,
        conditions,
        st.none() | texts,
        st.none() | conditions,
    ),
)
rule_trees = st.recursive(
    rules,
    lambda inner: st.builds(
        lambda word, parts: Composite("", word, tuple(parts)),
        st.sampled_from(["and", "or"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=5,
)


def quote(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def write_condition(condition: Condition) -> list[str]:
    first, *others = [
        operand.value if isinstance(operand, Number) else quote(getattr(operand, "value", ""))
        for operand in condition.operands
    ]
    start = ["not"] * condition.negated + [condition.operator]
    if condition.operator == "between":
        return [*start, first, "and", *others]
    if condition.operator == "in":
        return [*start, "[", first, *(word for other in others for word in (",", other)), "]"]
    return [*start, first]


def write_rule(rule: AnyRule) -> list[str]:
    """Write a rule word by word, from AWS' reference of DQDL."""
    if isinstance(rule, Composite):
        first, *others = [["(", *write_rule(part), ")"] for part in rule.parts]
        return [*first, *(word for other in others for word in (rule.operator, *other))]
    return [
        rule.type,
        *map(quote, rule.parameters),
        *(write_condition(rule.condition) if rule.condition else []),
        *(["where", quote(rule.where)] if rule.where is not None else []),
        *(["with", "threshold", *write_condition(rule.threshold)] if rule.threshold else []),
    ]


def without_texts(rule: AnyRule) -> Any:
    if isinstance(rule, Composite):
        return rule.operator, [without_texts(part) for part in rule.parts]
    return rule.type, rule.parameters, rule.condition, rule.where, rule.threshold


@fuzzed
@given(st.lists(rule_trees, min_size=1, max_size=3), blanks)
def test_a_ruleset_reads_as_it_was_written(wanted: list[AnyRule], blank: str) -> None:
    words = ["Rules", "=", "["]
    for number, rule in enumerate(wanted):
        words += [","] * bool(number) + write_rule(rule)
    found = parse_ruleset(blank.join([*words, "]"]))
    assert [*map(without_texts, found.rules)] == [*map(without_texts, wanted)]


DQDL = (
    'Rules = [ ] , ( ) and or RowCount > 10 >= between in "x" not matches where with threshold 0.9 '
    'IsComplete ColumnValues "a\\"b" -1 - now() 3 days NULL # $x x Analyzers CustomSql "\\ 1.5.5'
)
tokens = st.lists(st.sampled_from([*DQDL.split(), "\n"]), max_size=12).map(" ".join)


@fuzzed
@given(tokens | tokens.map("Rules = [ {} ]".format) | st.text(max_size=30))
def test_a_ruleset_has_a_rule_or_is_refused_with_its_place(text: str) -> None:
    try:
        found = parse_ruleset(text)
    except DqdlError as error:
        assert str(error).startswith("DQDL line ")
        return
    assert all(leaf.type in text for rule in found.rules for leaf in leaves(rule))
    assert found.rules or found.analyzers

"""The grammar: documents, rules that are joined, and what is refused.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (2026-11-21)
"""

from __future__ import annotations

import pytest

from awsgluedq._parser import parse_ruleset
from awsgluedq._ruleset import (
    AnyRule,
    Composite,
    Condition,
    DqdlError,
    Rule,
    Text,
)


def parse(rule: str) -> AnyRule:
    (parsed,) = parse_ruleset(f"Rules = [ {rule} ]").rules
    return parsed


def test_document_has_constants_comments_and_analyzers() -> None:
    ruleset = parse_ruleset(
        """
        mySql = "select count(*) from primary"
        Rules = [
            # The "price" rises with the number of items
            ColumnCorrelation "price" "num # items" > 0,
            CustomSql $mySql   between 0
                and 100
        ]
        Analyzers = [ DistinctValuesCount "Name", ColumnLength "Name" ]
        """
    )
    correlation, custom = ruleset.rules
    assert isinstance(correlation, Rule)
    assert isinstance(custom, Rule)
    assert correlation.parameters == ("price", "num # items")
    assert custom.parameters == ("select count(*) from primary",)
    assert custom.text == "CustomSql $mySql between 0 and 100"
    assert [analyzer.text for analyzer in ruleset.analyzers] == [
        'DistinctValuesCount "Name"',
        'ColumnLength "Name"',
    ]


def test_rules_are_joined_in_parentheses() -> None:
    text = '(Mean "Star_Rating" > 3) and ((Mean "Order_Total" > 500) or (IsComplete "Order_Id"))'
    rule = parse(text)
    assert isinstance(rule, Composite)
    assert (rule.text, rule.operator) == (text, "and")
    inner = rule.parts[1]
    assert isinstance(inner, Composite)
    assert (inner.operator, [part.text for part in inner.parts]) == (
        "or",
        ['Mean "Order_Total" > 500', 'IsComplete "Order_Id"'],
    )


def test_operators_may_be_capital_as_in_the_reference() -> None:
    rule = parse('(ColumnValues "Age" > 21) OR (ColumnValues "Age" = NULL)')
    assert isinstance(rule, Composite)
    assert rule.operator == "or"


def test_a_backslash_keeps_a_quote_in_and_stays_in_patterns() -> None:
    rule = parse(r'ColumnValues "size" matches "\d+\"?"')
    assert isinstance(rule, Rule)
    assert rule.condition == Condition("matches", (Text(r'\d+"?'),))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "there are no rules"),
        ("# nothing", "there are no rules"),
        ("Rules = []", "there are no rules"),
        ("rules = [ RowCount > 1 ]", "rules is no list of DQDL"),
        ("Rules = [ rowcount > 1 ]", "rowcount is no rule type; known are AggregateMatch"),
        ("Rules = [ RowCount ]", "RowCount needs a condition"),
        ('Rules = [ IsComplete "a" > 1 ]', "IsComplete takes no condition"),
        ('Rules = [ IsComplete "a" "b" ]', "IsComplete takes 1 parameters, not 2"),
        ('Rules = [ IsComplete "a", ]', "a rule has to follow the comma"),
        ('Rules = [ IsComplete "a" IsUnique "a" ]', "not 3"),
        ('Rules = [ IsComplete "a ]', "'\"' is not understood"),
        ("Rules = [ RowCount > avg(last(3)) ]", "last() needs the metrics of earlier runs"),
        ('Rules = [ DetectAnomalies "RowCount" ]', "DetectAnomalies is not implemented by Lochan"),
        ('Rules = [ FileFreshness "s3://b/" > now() ]', "FileFreshness is not implemented"),
        ('Rules = [ FileMatch "s3://b/" "s3://c/" ]', "FileMatch is not implemented"),
        ('Rules = [ FileSize "s3://b/" > 2 ]', "FileSize is not implemented"),
        ('Rules = [ FileUniqueness "s3://b/" > 0.5 ]', "FileUniqueness is not implemented"),
        ('Analyzers = [ AllStatistics "a" ]', "AllStatistics is not implemented"),
        ('Analyzers = [ IsComplete "a" ]', "IsComplete is no analyzer"),
        ('Rules = [ ColumnCount > 1 where "a" ]', "ColumnCount takes no where clause"),
        ('Rules = [ Mean "a" > 1 with threshold > 0.5 ]', "Mean takes no threshold"),
        (
            'Rules = [ ColumnValues "a" > 1 with threshold > 0.5 where "b" ]',
            "the where clause has to stand before `with threshold`",
        ),
        (
            'Rules = [ CustomSql "select 1" = 1 with threshold > 0.5 ]',
            "CustomSql takes a condition or a threshold, not both",
        ),
        (
            'Rules = [ (RowCount > 1) and (RowCount < 9) or (IsUnique "a") ]',
            "put parentheses where `and` and `or` stand side by side",
        ),
        ("Rules = [ CustomSql $sql > 1 ]", "$sql is not defined"),
        ('Rules = [ IsUnique "a" labels=["b"="c"] ]', "labels are not implemented by Lochan"),
        ('DefaultLabels=["a"="b"] Rules = [ RowCount > 1 ]', "labels are not implemented"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(document: str, sentence: str) -> None:
    with pytest.raises(DqdlError) as refusal:
        parse_ruleset(document)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith("DQDL line ")


def test_the_place_is_line_and_column() -> None:
    with pytest.raises(DqdlError, match="DQDL line 2, column 3: Foo is no rule type"):
        parse_ruleset('Rules = [\n  Foo "a"\n]')

"""The grammar: examples of AWS' reference, rule type by rule type.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html and the pages of its rule types (2026-11-21).
"""

from __future__ import annotations

import pytest

from awsgluedq._parser import parse_ruleset
from awsgluedq._ruleset import Condition, Duration, Keyword, Moment, Number, Rule, Text


def at_least(value: str) -> Condition:
    return Condition(">=", (Number(value),))


# Each with its type, parameters, condition, where clause and threshold.
EXAMPLES = [
    (
        'AggregateMatch "avg(ratings)" "avg(reference.ratings)" >= 0.9',
        ("AggregateMatch", ("avg(ratings)", "avg(reference.ratings)"), at_least("0.9"), None, None),
    ),
    (
        'ColumnCorrelation "height" "weight" > 0.8 where "weightinkgs > 10"',
        (
            "ColumnCorrelation",
            ("height", "weight"),
            Condition(">", (Number("0.8"),)),
            "weightinkgs > 10",
            None,
        ),
    ),
    (
        "ColumnCount between 10 and 20",
        ("ColumnCount", (), Condition("between", (Number("10"), Number("20"))), None, None),
    ),
    (
        'ColumnDataType "colA" = "INTEGER" with threshold > 0.9',
        (
            "ColumnDataType",
            ("colA",),
            Condition("=", (Text("INTEGER"),)),
            None,
            Condition(">", (Number("0.9"),)),
        ),
    ),
    ('ColumnExists "Middle_Name"', ("ColumnExists", ("Middle_Name",), None, None, None)),
    (
        'ColumnLength "weightinkgs" = 2 where "weightinkgs > 10"',
        (
            "ColumnLength",
            ("weightinkgs",),
            Condition("=", (Number("2"),)),
            "weightinkgs > 10",
            None,
        ),
    ),
    (
        'ColumnNamesMatchPattern "aws_.*"',
        ("ColumnNamesMatchPattern", ("aws_.*",), None, None, None),
    ),
    (
        'ColumnValues "Country" in [ "US", "CA", "UK", NULL, EMPTY, WHITESPACES_ONLY ]',
        (
            "ColumnValues",
            ("Country",),
            Condition(
                "in",
                (
                    Text("US"),
                    Text("CA"),
                    Text("UK"),
                    Keyword("NULL"),
                    Keyword("EMPTY"),
                    Keyword("WHITESPACES_ONLY"),
                ),
            ),
            None,
            None,
        ),
    ),
    (
        'ColumnValues "gender" in ["F", "M"] where "weightinkgs < 10"',
        (
            "ColumnValues",
            ("gender",),
            Condition("in", (Text("F"), Text("M"))),
            "weightinkgs < 10",
            None,
        ),
    ),
    (
        'ColumnValues "First_Name" matches "[a-zA-Z]*"',
        ("ColumnValues", ("First_Name",), Condition("matches", (Text("[a-zA-Z]*"),)), None, None),
    ),
    (
        'ColumnValues "Load_Date" > (now() - 3 days)',
        (
            "ColumnValues",
            ("Load_Date",),
            Condition(">", (Moment("-", Duration("3", "days")),)),
            None,
            None,
        ),
    ),
    (
        'ColumnValues "Age" not in [21, 22, 23, NULL]',
        (
            "ColumnValues",
            ("Age",),
            Condition("in", (Number("21"), Number("22"), Number("23"), Keyword("NULL")), True),
            None,
            None,
        ),
    ),
    (
        'ColumnValues "colA" not between "2022-05-31" and "2022-06-30"',
        (
            "ColumnValues",
            ("colA",),
            Condition("between", (Text("2022-05-31"), Text("2022-06-30")), True),
            None,
            None,
        ),
    ),
    (
        'ColumnValues "colB" in ["A", "B"] where "colC is not null" with threshold > 0.9',
        (
            "ColumnValues",
            ("colB",),
            Condition("in", (Text("A"), Text("B"))),
            "colC is not null",
            Condition(">", (Number("0.9"),)),
        ),
    ),
    (
        'ColumnValues "colA" matches "[a-zA-Z]*" with threshold between 0.2 and 0.9',
        (
            "ColumnValues",
            ("colA",),
            Condition("matches", (Text("[a-zA-Z]*"),)),
            None,
            Condition("between", (Number("0.2"), Number("0.9"))),
        ),
    ),
    (
        'Completeness "First_Name" > 0.95 where "weightinkgs > 10"',
        (
            "Completeness",
            ("First_Name",),
            Condition(">", (Number("0.95"),)),
            "weightinkgs > 10",
            None,
        ),
    ),
    (
        'CustomSql "select count(*) from primary" between 10 and 20',
        (
            "CustomSql",
            ("select count(*) from primary",),
            Condition("between", (Number("10"), Number("20"))),
            None,
            None,
        ),
    ),
    (
        'CustomSql "select Name from primary where Age > 18" with threshold > 3',
        (
            "CustomSql",
            ("select Name from primary where Age > 18",),
            None,
            None,
            Condition(">", (Number("3"),)),
        ),
    ),
    (
        'DataFreshness "Order_Date" between 2 days and 5 days',
        (
            "DataFreshness",
            ("Order_Date",),
            Condition("between", (Duration("2", "days"), Duration("5", "days"))),
            None,
            None,
        ),
    ),
    (
        'DatasetMatch "reference" "ID_1->ID_ref1,ID_2->ID_ref2" "Amount1->Amount2" >= 0.9',
        (
            "DatasetMatch",
            ("reference", "ID_1->ID_ref1,ID_2->ID_ref2", "Amount1->Amount2"),
            at_least("0.9"),
            None,
            None,
        ),
    ),
    (
        'DistinctValuesCount "State" > 3',
        ("DistinctValuesCount", ("State",), Condition(">", (Number("3"),)), None, None),
    ),
    (
        'Entropy "Star_Rating" > 1',
        ("Entropy", ("Star_Rating",), Condition(">", (Number("1"),)), None, None),
    ),
    (
        'IsComplete "passenger_count" where "payment_type<>0"',
        ("IsComplete", ("passenger_count",), None, "payment_type<>0", None),
    ),
    (
        'IsPrimaryKey "colA" "colB"',
        ("IsPrimaryKey", ("colA", "colB"), None, None, None),
    ),
    ('IsUnique "email"', ("IsUnique", ("email",), None, None, None)),
    (
        'Mean "colA" between 8 and 100',
        ("Mean", ("colA",), Condition("between", (Number("8"), Number("100"))), None, None),
    ),
    (
        'ReferentialIntegrity "location_city,location_state" '
        '"reference.{ref_city,ref_state}" = 1.0',
        (
            "ReferentialIntegrity",
            ("location_city,location_state", "reference.{ref_city,ref_state}"),
            Condition("=", (Number("1.0"),)),
            None,
            None,
        ),
    ),
    (
        "RowCount between 10 and 100",
        ("RowCount", (), Condition("between", (Number("10"), Number("100"))), None, None),
    ),
    (
        'RowCountMatch "reference" >= 0.9',
        ("RowCountMatch", ("reference",), at_least("0.9"), None, None),
    ),
    (
        'SchemaMatch "reference" = 1.0',
        ("SchemaMatch", ("reference",), Condition("=", (Number("1.0"),)), None, None),
    ),
    (
        'StandardDeviation "Star_Rating" < 1.5',
        ("StandardDeviation", ("Star_Rating",), Condition("<", (Number("1.5"),)), None, None),
    ),
    (
        'Sum "transaction_total" between 500 and 1000',
        (
            "Sum",
            ("transaction_total",),
            Condition("between", (Number("500"), Number("1000"))),
            None,
            None,
        ),
    ),
    (
        'UniqueValueRatio "Customer_ID" between 0 and 0.9 where "Customer_ID < 10"',
        (
            "UniqueValueRatio",
            ("Customer_ID",),
            Condition("between", (Number("0"), Number("0.9"))),
            "Customer_ID < 10",
            None,
        ),
    ),
    (
        'Uniqueness "vendorid" "tpep_pickup_datetime" = 1',
        (
            "Uniqueness",
            ("vendorid", "tpep_pickup_datetime"),
            Condition("=", (Number("1"),)),
            None,
            None,
        ),
    ),
    # A column without quotes, as in the reference's section on where clauses.
    ("IsComplete att2", ("IsComplete", ("att2",), None, None, None)),
]


@pytest.mark.parametrize(("text", "parts"), EXAMPLES)
def test_rule_of_the_reference(text: str, parts: tuple[object, ...]) -> None:
    (rule,) = parse_ruleset(f"Rules = [ {text} ]").rules
    assert isinstance(rule, Rule)
    assert (rule.type, rule.parameters, rule.condition, rule.where, rule.threshold) == parts
    assert rule.text == text

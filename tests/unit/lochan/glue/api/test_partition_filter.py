"""Rows of (key types, partitions, expression, selected partitions), selected by hand."""

import pytest

from lochan.glue.api.errors import InvalidInputException
from lochan.glue.api.partition_filter import compile_filter

NULL = "__HIVE_DEFAULT_PARTITION__"
DAYS = [("2026-11-18",), ("2026-11-19",), ("2026-11-20",)]
YEARS = [("9",), ("10",), ("2026",), (NULL,)]
NAMES = [("ann",), ("Bob",), ("o'hara",), (NULL,)]


def select(keys, partitions, expression):
    columns = [{"Name": name, "Type": type_} for name, type_ in keys.items()]
    is_selected = compile_filter(expression, columns)
    return [values for values in partitions if is_selected(values)]


@pytest.mark.parametrize(
    ("type_", "partitions", "expression", "selected"),
    [
        ("string", DAYS, "k = '2026-11-19'", DAYS[1:2]),
        ("string", DAYS, "k <> '2026-11-19'", [DAYS[0], DAYS[2]]),
        ("string", DAYS, "k != '2026-11-19'", [DAYS[0], DAYS[2]]),
        ("string", DAYS, "k > '2026-11-19'", DAYS[2:]),
        ("string", DAYS, "k >= '2026-11-19'", DAYS[1:]),
        ("string", DAYS, "k < '2026-11-19'", DAYS[:1]),
        ("string", DAYS, "k <= '2026-11-19'", DAYS[:2]),
        ("string", DAYS, "'2026-11-19' < k", DAYS[2:]),
        ("string", DAYS, "K='2026-11-19'", DAYS[1:2]),
        ("string", DAYS, "\"k\" = '2026-11-19'", DAYS[1:2]),
        ("string", DAYS, "`k` = '2026-11-19'", DAYS[1:2]),
        ("string", DAYS, "(k = '2026-11-18') OR ((k='2026-11-20'))", [DAYS[0], DAYS[2]]),
        ("string", DAYS, "k between '2026-11-19' and '2026-12-31'", DAYS[1:]),
        ("string", DAYS, "k NOT BETWEEN '2026-11-19' AND '2026-12-31'", DAYS[:1]),
        ("string", DAYS, "k in ('2026-11-18','2026-11-20')", [DAYS[0], DAYS[2]]),
        ("string", DAYS, "k not in ('2026-11-18','2026-11-20')", DAYS[1:2]),
        ("string", DAYS, "k like '2026-11-1%'", DAYS[:2]),
        ("string", DAYS, "k like '2026-11-_8'", DAYS[:1]),
        ("string", DAYS, "k not like '%20'", DAYS[:2]),
        ("string", DAYS, "not k = '2026-11-18'", DAYS[1:]),
        ("string", NAMES, "k = 'o''hara'", [("o'hara",)]),
        ("string", NAMES, "k like '%b'", [("Bob",)]),
        ("string", NAMES, "k like 'b%'", []),
        ("string", NAMES, "k is null", [(NULL,)]),
        ("string", NAMES, "k is not null", NAMES[:3]),
        # Null is neither equal nor unequal, and NOT of unknown stays unknown.
        ("string", NAMES, "k <> 'ann'", NAMES[1:3]),
        ("string", NAMES, "not (k = 'ann')", NAMES[1:3]),
        ("string", NAMES, "not (k = 'ann') or k is null", NAMES[1:]),
        ("string", [("5",), ("10",)], "k > 10", [("5",)]),
        ("varchar(20)", DAYS, "k = '2026-11-19'", DAYS[1:2]),
        ("char(10)", DAYS, "k = '2026-11-19'", DAYS[1:2]),
        ("int", YEARS, "k > 9", [("10",), ("2026",)]),
        ("int", YEARS, "k > '9'", [("10",), ("2026",)]),
        ("int", YEARS, "k = -9", []),
        ("int", [("-9",)], "k = -9", [("-9",)]),
        ("int", [("007",)], "k = 7", [("007",)]),
        ("bigint", YEARS, "k in (9, 2026)", [("9",), ("2026",)]),
        ("long", YEARS, "k between 10 and 2026", [("10",), ("2026",)]),
        ("tinyint", YEARS, "k <= 10", [("9",), ("10",)]),
        ("smallint", YEARS, "10 >= k", [("9",), ("10",)]),
        ("decimal(10,2)", [("1.50",), ("1.5",), ("2",)], "k = 1.5", [("1.50",), ("1.5",)]),
        ("decimal", [("1.50",), ("10",)], "k < 2.25", [("1.50",)]),
        ("date", DAYS, "k >= '2026-11-19'", DAYS[1:]),
        ("date", DAYS, "k >= DATE '2026-11-19'", DAYS[1:]),
        (
            "timestamp",
            [("2026-11-20 09:00:00",), ("2026-11-20 10:00:00.5",)],
            "k > '2026-11-20 10:00:00'",
            [("2026-11-20 10:00:00.5",)],
        ),
    ],
)
def test_filter_selects(type_, partitions, expression, selected):
    assert select({"k": type_}, partitions, expression) == selected


def test_and_binds_closer_than_or():
    keys = {"year": "int", "month": "int"}
    partitions = [("2025", "1"), ("2026", "1"), ("2026", "2")]
    expression = "year = 2025 OR year = 2026 AND month = 2"
    assert select(keys, partitions, expression) == [("2025", "1"), ("2026", "2")]


def test_between_takes_the_first_and():
    keys = {"year": "int", "month": "int"}
    partitions = [("2025", "1"), ("2026", "1"), ("2026", "2")]
    expression = "year between 2024 and 2026 and month = 1"
    assert select(keys, partitions, expression) == [("2025", "1"), ("2026", "1")]


@pytest.mark.parametrize(
    ("type_", "expression", "complaint"),
    [
        ("string", "other = 'x'", "other is not a partition key"),
        ("boolean", "k = 'true'", "type boolean, which a filter expression cannot compare"),
        ("double", "k = 1.0", "type double"),
        ("int", "k = 'abc'", "'abc' cannot be compared with partition key k"),
        ("int", "k = 1.5", "'1.5' cannot be compared"),
        ("date", "k > '20 November'", "not of the type date"),
        ("timestamp", "k > '2026-11-20T10:00:00Z'", "not of the type timestamp"),
        ("decimal(4,1)", "k = 'x'", "not of the type"),
        ("int", "k like '1%'", "LIKE compares text"),
        ("string", "k", "it ends where a comparison"),
        ("string", "k =", "it ends where a literal"),
        ("string", "k = 'a' AND", "it ends where a partition key"),
        ("string", "(k = 'a'", r"it ends where '\)'"),
        ("string", "k = 'a')", r"it has '\)' at character 7"),
        ("string", "k = 'a' k = 'b'", "it has 'k' at character 8"),
        ("string", "k in ()", "where a literal is expected"),
        ("string", "k is 'a'", "where 'NULL' is expected"),
        ("string", "k = k", "it has 'k' at character 4 where a literal"),
        ("string", "k = 2015 - 12", "cannot read '- 12'"),
        ("string", "k = 'open", 'cannot read "\'open" at character'),
        ("string", "lower(k) = 'a'", "where a comparison is expected"),
        ("string", "k = 12abc", "cannot read '12abc'"),
    ],
)
def test_unsupported_expression_is_refused_with_its_place(type_, expression, complaint):
    with pytest.raises(InvalidInputException, match=complaint):
        select({"k": type_}, [], expression)


def test_partition_value_of_another_type_is_named():
    with pytest.raises(InvalidInputException, match="'latest' of key k is not of its type int"):
        select({"k": "int"}, [("latest",)], "k > 1")

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from spark.lake.plan import TargetType
from spark.lake.values import convert

SMALLINT, INTEGER, BIGINT = (TargetType(name) for name in ("smallint", "integer", "bigint"))
DOUBLE, BOOLEAN, DATE = (TargetType(n) for n in ("double precision", "boolean", "date"))
TIMESTAMP, SUPER = TargetType("timestamp"), TargetType("super")
MONEY = TargetType("decimal", (8, 2))
TEXT, CODE = TargetType("varchar", (256,)), TargetType("varchar", (3,), stated=True)
CHOICE = "struct<long: bigint, string: string>"

# Type of the source, its value, the target, the value in the column as text, the problem.
CASES = [
    ("string", " 12 ", INTEGER, "12", None),
    ("string", "12.5", INTEGER, None, "'12.5' is no INTEGER"),
    ("string", "0012", BIGINT, "12", None),
    ("string", "", INTEGER, None, None),
    ("string", "  ", INTEGER, None, None),
    ("string", None, INTEGER, None, None),
    ("string", "1e3", BIGINT, None, "'1e3' is no BIGINT"),
    ("bigint", 2**31, INTEGER, None, "'2147483648' is no INTEGER"),
    ("bigint", -(2**31), INTEGER, "-2147483648", None),
    ("bigint", 40000, SMALLINT, None, "'40000' is no SMALLINT"),
    ("string", "9223372036854775808", BIGINT, None, "'9223372036854775808' is no BIGINT"),
    ("double", 3.0, INTEGER, "3", None),
    ("double", 3.5, INTEGER, None, "'3.5' is no INTEGER"),
    ("double", float("nan"), INTEGER, None, None),
    ("date", "2026-01-01", INTEGER, None, "'2026-01-01' is no INTEGER"),
    ("string", "7.10", MONEY, "7.10", None),
    ("string", "7.105", MONEY, None, "'7.105' is no DECIMAL(8,2)"),
    ("string", "1234567.00", MONEY, None, "'1234567.00' is no DECIMAL(8,2)"),
    ("double", 7.1, MONEY, "7.10", None),
    ("string", "n/a", MONEY, None, "'n/a' is no DECIMAL(8,2)"),
    ("string", "2.5", DOUBLE, "2.5", None),
    ("string", "NaN", DOUBLE, None, "'NaN' is no DOUBLE PRECISION"),
    ("double", float("nan"), DOUBLE, None, None),
    ("double", float("inf"), DOUBLE, None, "'Infinity' is no DOUBLE PRECISION"),
    ("bigint", 2**53, DOUBLE, "9.007199254740992E15", None),
    ("bigint", 2**53 + 1, DOUBLE, None, "'9007199254740993' is no DOUBLE PRECISION"),
    ("string", "TRUE", BOOLEAN, "true", None),
    ("string", "maybe", BOOLEAN, None, "'maybe' is no BOOLEAN"),
    ("int", 1, BOOLEAN, "true", None),
    ("int", 2, BOOLEAN, None, "'2' is no BOOLEAN"),
    ("string", "2026-02-29", DATE, None, "'2026-02-29' is no DATE"),
    ("string", "2026-02-28", DATE, "2026-02-28", None),
    ("string", "2008-01-25 14:30:00", TIMESTAMP, "2008-01-25 14:30:00", None),
    ("string", "2008-01-25T14:30:00+02:00", TIMESTAMP, "2008-01-25 12:30:00", None),
    ("bigint", 1700000000, TIMESTAMP, None, "'1700000000' is no TIMESTAMP"),
    ("string", "x" * 65535, TEXT, "x" * 65535, None),
    ("string", "é" * 32768, TEXT, None, "is longer than 65535 bytes"),
    ("string", "é1", CODE, "é1", None),
    ("string", "éé", CODE, None, "is longer than 3 bytes"),
    ("string", "a\0b", TEXT, None, "holds the character NUL"),
    ("bigint", 7, TEXT, "7", None),
    ("array<int>", [1, None], SUPER, "[1,null]", None),
    ("map<string, int>", {"a": 1}, SUPER, '{"a":1}', None),
    ("array<int>", [1], TEXT, "[1]", None),
    ("string", '{"a": 1}', SUPER, '{"a": 1}', None),
    ("string", "{broken", SUPER, None, "'{broken' is no SUPER"),
    (CHOICE, (5, None), BIGINT, "5", None),
    (CHOICE, (None, "6"), BIGINT, "6", None),
    (CHOICE, (None, "six"), BIGINT, None, "'six' is no BIGINT"),
    (CHOICE, (5, None), TEXT, "5", None),
    (CHOICE, None, TEXT, None, None),
]


@pytest.fixture(scope="module")
def utc(spark: SparkSession) -> SparkSession:
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


def test_a_value_arrives_as_it_was_or_is_refused(utc: SparkSession) -> None:
    """All cases in one action: a column each."""
    schema = T.StructType(
        [
            T.StructField(
                f"c{place}", T._parse_datatype_string(kind if kind != "date" else "string")
            )
            for place, (kind, *_) in enumerate(CASES)
        ]
    )
    frame = utc.createDataFrame([tuple(case[1] for case in CASES)], schema)
    columns = []
    for place, (kind, _, target, *_rest) in enumerate(CASES):
        source = T._parse_datatype_string(kind)
        converted = convert(F.col(f"c{place}").cast(source), source, target)
        columns += [converted.value.cast("string"), converted.problem]
    row = frame.select(*(one.alias(f"r{n}") for n, one in enumerate(columns))).collect()[0]
    found = [(row[2 * place], row[2 * place + 1]) for place in range(len(CASES))]
    expected: list[tuple[Any, Any]] = [(case[3], case[4]) for case in CASES]
    assert found == expected

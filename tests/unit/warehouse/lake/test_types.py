from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.lake.types import (
    UnusableType,
    parse_type,
    round_up_length,
    type_of_catalog,
    widen,
)

# https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
SPELLINGS = [
    ("int", "INTEGER"),
    ("INT8", "BIGINT"),
    ("numeric(12, 2)", "DECIMAL(12,2)"),
    ("decimal", "DECIMAL(18,0)"),
    ("float4", "REAL"),
    ("float", "DOUBLE PRECISION"),
    ("character varying(256)", "VARCHAR(256)"),
    ("varchar(max)", "VARCHAR(65535)"),
    ("text", "VARCHAR(256)"),
    ("bpchar(3)", "CHAR(3)"),
    ("timestamp without time zone", "TIMESTAMP"),
    ("timestamp with time zone", "TIMESTAMPTZ"),
    ("binary varying(64000)", "VARBYTE(64000)"),
    ("super", "SUPER"),
]
# https://docs.aws.amazon.com/athena/latest/ug/data-types.html
CATALOG = [
    ("tinyint", "SMALLINT"),
    ("int", "INTEGER"),
    ("bigint", "BIGINT"),
    ("float", "REAL"),
    ("double", "DOUBLE PRECISION"),
    ("decimal(10,2)", "DECIMAL(10,2)"),
    ("decimal", "DECIMAL(10,0)"),
    ("boolean", "BOOLEAN"),
    ("string", "VARCHAR(256)"),
    ("varchar(20)", "VARCHAR(256)"),
    ("date", "DATE"),
    ("timestamp", "TIMESTAMP"),
    ("binary", "VARBYTE(64000)"),
    ("array<struct<a:int>>", "SUPER"),
    ("map<string,int>", "SUPER"),
]
# A column's type, the type of new values, and the type that holds both.
WIDENED = [
    ("smallint", "int", "INTEGER"),
    ("int", "bigint", "BIGINT"),
    ("bigint", "smallint", "BIGINT"),
    ("smallint", "real", "REAL"),
    ("int", "real", "DOUBLE PRECISION"),
    ("bigint", "double", "DOUBLE PRECISION"),
    ("real", "double", "DOUBLE PRECISION"),
    ("double", "int", "DOUBLE PRECISION"),
    ("decimal(10,2)", "decimal(12,4)", "DECIMAL(12,4)"),
    ("decimal(12,0)", "decimal(4,4)", "DECIMAL(16,4)"),
    ("int", "decimal(5,2)", "DECIMAL(12,2)"),
    ("decimal(5,2)", "bigint", "DECIMAL(21,2)"),
    ("varchar(10)", "varchar(300)", "VARCHAR(300)"),
    ("varchar(300)", "varchar(10)", "VARCHAR(300)"),
    ("varchar(10)", "bigint", "VARCHAR(64)"),
    ("varchar(100)", "timestamp", "VARCHAR(100)"),
    ("varchar(100)", "super", "VARCHAR(100)"),
    ("char(3)", "char(2)", "CHAR(3)"),
    ("char(3)", "varchar(256)", "VARCHAR(256)"),
    ("date", "timestamp", "TIMESTAMP"),
    ("timestamp", "date", "TIMESTAMP"),
    ("varbyte(10)", "varbyte(20)", "VARBYTE(20)"),
    ("super", "super", "SUPER"),
]
CONFLICTS = [
    ("bigint", "varchar(10)"),
    ("boolean", "int"),
    ("int", "boolean"),
    ("date", "int"),
    ("timestamp", "timestamptz"),
    ("double", "decimal(10,2)"),
    ("decimal(10,2)", "double"),
    ("decimal(38,0)", "decimal(10,2)"),
    ("super", "int"),
    ("super", "varchar(10)"),
    ("int", "super"),
]


@pytest.mark.parametrize(("text", "written"), SPELLINGS)
def test_types_are_read_as_people_and_as_the_catalog_write_them(text: str, written: str) -> None:
    assert str(parse_type(text)) == written
    assert parse_type(written) == parse_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "int(3)",
        "varchar(0)",
        "varchar(65536)",
        "char(5000)",
        "decimal(39,0)",
        "decimal(2,3)",
        "varchar(10); DROP TABLE t",
        "geometry",
        "struct<a:int>",
        "varchar(1,2)",
        "super not null",
    ],
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(UnusableType):
        parse_type(text)


@given(st.text())
def test_a_type_never_brings_a_statement_along(text: str) -> None:
    try:
        written = str(parse_type(text))
    except UnusableType:
        return
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 (),")


@pytest.mark.parametrize(("glue_type", "written"), CATALOG)
def test_catalog_types_have_counterparts(glue_type: str, written: str) -> None:
    assert str(type_of_catalog(glue_type)) == written


def test_a_catalog_type_without_counterpart_is_named() -> None:
    with pytest.raises(UnusableType, match="'uniontype<int,string>' has no counterpart"):
        type_of_catalog("uniontype<int,string>")


@pytest.mark.parametrize(("present", "wanted", "both"), WIDENED)
def test_a_column_widens_to_hold_both(present: str, wanted: str, both: str) -> None:
    assert str(widen(parse_type(present), parse_type(wanted))) == both


@pytest.mark.parametrize(("present", "wanted"), CONFLICTS)
def test_types_that_do_not_go_together_do_not_widen(present: str, wanted: str) -> None:
    assert widen(parse_type(present), parse_type(wanted)) is None


@pytest.mark.parametrize(("present", "wanted", "both"), WIDENED)
def test_widening_again_changes_nothing(present: str, wanted: str, both: str) -> None:
    assert str(widen(parse_type(both), parse_type(wanted))) == both
    assert str(widen(parse_type(both), parse_type(present))) == both


@pytest.mark.parametrize(
    ("length", "column"), [(0, 256), (256, 256), (257, 512), (40000, 65535), (65535, 65535)]
)
def test_text_columns_have_room_to_grow(length: int, column: int) -> None:
    assert round_up_length(length) == column

import pytest

from lochan.types import (
    TYPES,
    UnknownType,
    column_arguments,
    find_oid,
    find_redshift_type,
    glue_to_redshift,
    redshift_to_glue,
    redshift_to_postgres,
    redshift_to_spark,
    spark_to_redshift,
)


@pytest.mark.parametrize(
    ("redshift", "postgres"),
    [
        ("INT", "integer"),
        ("INT8", "bigint"),
        ("DECIMAL", "numeric(18,0)"),
        ("NUMERIC(10)", "numeric(10,0)"),
        ("decimal(10, 2)", "numeric(10,2)"),
        ("VARCHAR", "character varying(256)"),
        ("TEXT", "character varying(256)"),
        ("VARCHAR(MAX)", "character varying(65535)"),
        ("character varying(12)", "character varying(12)"),
        ("CHAR", "character(1)"),
        ("BPCHAR", "character(256)"),
        ("float", "double precision"),
        ("timestamp with time zone", "timestamp with time zone"),
        ("SUPER", "jsonb"),
        ("VARBYTE(10)", "bytea"),
    ],
)
def test_redshift_type_becomes_the_postgres_type_with_redshifts_defaults(redshift, postgres):
    assert redshift_to_postgres(redshift) == postgres


@pytest.mark.parametrize(
    ("spark", "redshift"),
    [
        ("string", "varchar(65535)"),
        ("varchar(20)", "varchar(20)"),
        ("tinyint", "smallint"),
        ("long", "bigint"),
        ("decimal(38,9)", "decimal(38,9)"),
        ("timestamp", "timestamptz"),
        ("timestamp_ntz", "timestamp"),
        ("array<string>", "super"),
        ("struct<a:int>", "super"),
    ],
)
def test_spark_type_becomes_a_redshift_type(spark, redshift):
    assert spark_to_redshift(spark) == redshift


def test_glue_type_becomes_a_redshift_type():
    assert glue_to_redshift("timestamp") == "timestamp"
    assert glue_to_redshift("map<string,int>") == "super"
    assert redshift_to_glue("VARCHAR(5)") == "string"


@pytest.mark.parametrize("row", [row for row in TYPES if row.spark], ids=lambda row: row.redshift)
def test_every_type_survives_the_way_to_spark_and_back(row):
    written = {"decimal": "decimal(18,0)", "character": "character(1)"}.get(
        row.redshift, row.redshift
    )
    back = spark_to_redshift(redshift_to_spark(written))
    assert find_redshift_type(back) is row


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.redshift)
def test_every_oid_finds_its_own_row(row):
    assert find_oid(row.oid) is row


def test_names_in_the_table_are_unique():
    names = [name for row in TYPES for name in (row.redshift, *row.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["uuid", "VARCHAR(0)", "VARCHAR(65536)", "CHAR(4097)", "CHAR(x)"])
def test_type_that_redshift_lacks_is_refused(name):
    with pytest.raises(UnknownType):
        column_arguments(name)

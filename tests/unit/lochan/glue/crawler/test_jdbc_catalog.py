from __future__ import annotations

import pytest

from lochan.glue.crawler.jdbc_catalog import spell_hive_type


# Names as format_type writes them: https://www.postgresql.org/docs/18/functions-info.html.
@pytest.mark.parametrize(
    ("stored", "hive"),
    [
        ("smallint", "smallint"),
        ("integer", "int"),
        ("bigint", "bigint"),
        ("real", "float"),
        ("double precision", "double"),
        ("boolean", "boolean"),
        ("date", "date"),
        ("numeric(10,2)", "decimal(10,2)"),
        ("numeric", "decimal(38,18)"),
        ("numeric(60,2)", "string"),
        ("numeric(3,-2)", "string"),
        ("character(2)", "char(2)"),
        ("bpchar", "string"),
        ("character varying(256)", "string"),
        ("character varying", "string"),
        ("text", "string"),
        ("timestamp without time zone", "timestamp"),
        ("timestamp(3) without time zone", "timestamp"),
        ("timestamp with time zone", "timestamp"),
        ("time without time zone", "string"),
        ("interval", "string"),
        ("bytea", "binary"),
        ("jsonb", "string"),
        ("uuid", "string"),
        ("integer[]", "string"),
        ("numeric(10,2)[]", "string"),
        ('"char"', "string"),
    ],
)
def test_types_become_hives(stored: str, hive: str) -> None:
    assert spell_hive_type(stored) == hive

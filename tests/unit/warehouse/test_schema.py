from __future__ import annotations

import re
from pathlib import Path

import pytest

from spark.twitter import schemas
from spark.twitter.transforms.checks import TEXT_BYTES
from warehouse.academy import ACADEMY
from warehouse.schema import Migration, read_migrations
from warehouse.tables import TWITTER, TableSpec

REDSHIFT_TYPES = {
    "bigint": "BIGINT",
    "int": "INTEGER",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "double": "DOUBLE PRECISION",
}


def test_statements_are_split_without_comments() -> None:
    text = (
        "-- why\nCREATE TABLE a (x INT);\n\nCREATE TABLE b (\n    -- more; of it\n    y INT\n);\n"
    )
    assert Migration(1, "a", text).statements == (
        "CREATE TABLE a (x INT)",
        "CREATE TABLE b (\n    y INT\n)",
    )


def test_the_checksum_is_of_the_text() -> None:
    # echo -n 'SELECT 1;' | sha256sum
    assert Migration(1, "a", "SELECT 1;").checksum == (
        "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a"
    )


def test_the_migrations_of_the_warehouse_are_numbered() -> None:
    assert [(m.number, m.name) for m in read_migrations()][:2] == [(1, "ledger"), (2, "twitter")]


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1;")
    (tmp_path / "0003_b.sql").write_text("SELECT 1;")
    with pytest.raises(ValueError, match=r"numbered \[1, 3\], not 1, 2, 3"):
        read_migrations(tmp_path)


def test_a_migration_with_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "first.sql").write_text("SELECT 1;")
    with pytest.raises(ValueError, match=r"first\.sql is not named like"):
        read_migrations(tmp_path)


def created_columns(spec: TableSpec) -> list[tuple[str, str, bool]]:
    """Read the columns of a table off its migration: name, type, NOT NULL."""
    text = "\n".join(m.text for m in read_migrations())
    body = re.search(rf"CREATE TABLE {spec.schema}\.{spec.table} \((.*?)\n    PRIMARY", text, re.S)
    assert body, spec
    pattern = r'"?(\w+)"? (.+?)( NOT NULL)? ENCODE \w+,'
    lines = [line.strip() for line in body[1].strip().splitlines()]
    found = [re.fullmatch(pattern, line) for line in lines]
    assert all(found), lines
    return [(m[1], m[2], bool(m[3])) for m in found if m]


@pytest.mark.parametrize("spec", [*TWITTER, *ACADEMY], ids=lambda spec: spec.name)
def test_a_spec_is_what_the_migrations_create(spec: TableSpec) -> None:
    columns = [*([spec.partition_column] if spec.partition_column else []), *spec.columns]
    assert created_columns(spec) == [(c.name, c.type, c.required) for c in columns]


@pytest.mark.parametrize("spec", [*TWITTER, *ACADEMY], ids=lambda spec: spec.name)
def test_the_jobs_files_fit_the_table_by_position(spec: TableSpec) -> None:
    table = next(table for table in schemas.TABLES if table.name == spec.table)
    assert table.keys == spec.keys
    assert table.columns.names == list(spec.column_names)
    for written, column in zip(table.columns.fields, spec.columns, strict=True):
        kind = written.dataType.simpleString()
        if kind == "string":
            # What the job lets through has to fit the column.
            assert column.type == f"VARCHAR({TEXT_BYTES[column.name]})"
        else:
            assert column.type == REDSHIFT_TYPES[kind]


def test_every_table_of_the_job_has_a_spec() -> None:
    assert [table.name for table in schemas.TABLES] == [spec.table for spec in TWITTER]
